// Series over time: lines or bars, one axis for each unit.

/**
 * Return the options for `{kind: "series", periods: [text], units: [text], series: [{name, unit: index, type, points}]}`.
 * A point is null, or `{value, text, link}`: the number, how it reads, and where its evidence is.
 */
export function drawSeries(data, palette) {
  const text = { color: palette.quiet, fontFamily: palette.font };
  return {
    color: palette.series,
    textStyle: { fontFamily: palette.font, color: palette.ink },
    grid: { left: 8, right: 16, top: data.units.length ? 56 : 32, bottom: 8, containLabel: true },
    legend: { type: "scroll", top: 0, textStyle: { color: palette.ink, fontFamily: palette.font } },
    tooltip: {
      trigger: "axis",
      backgroundColor: palette.paper,
      borderColor: palette.line,
      textStyle: { color: palette.ink, fontFamily: palette.font },
      formatter: (points) =>
        [points[0]?.name, ...points.filter((each) => each.data).map((each) => `${each.marker ?? ""}${each.seriesName}: ${each.data.text}`)].join("\n"),
    },
    xAxis: { type: "category", data: data.periods, axisLabel: { ...text, hideOverlap: true }, axisLine: { lineStyle: { color: palette.line } } },
    yAxis: data.units.map((unit, index) => ({
      type: "value",
      name: unit,
      nameTextStyle: { ...text, align: index ? "right" : "left" },
      position: index ? "right" : "left",
      scale: data.series.some((each) => each.unit === index && each.type === "line"),
      axisLabel: text,
      splitLine: { show: !index, lineStyle: { color: palette.line } },
    })),
    series: data.series.map((each) => ({
      name: each.name,
      type: each.type,
      yAxisIndex: each.unit,
      data: each.points,
      connectNulls: true,
      symbolSize: 7,
      cursor: "pointer",
    })),
  };
}
