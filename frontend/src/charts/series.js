// Series over time: lines or bars, one axis for each unit; or a ranking of one moment.
import { language } from "../texts.js";

const FONT_SIZE = 12;
const ROW = 22;
const MARK = 38;
const MOST_ROWS = 4;
const numbers = new Intl.NumberFormat(language || "en", { maximumFractionDigits: 6, notation: "compact" });
const plainNumbers = new Intl.NumberFormat(language || "en", { maximumFractionDigits: 6 });
const pen = document.createElement("canvas").getContext("2d");

/**
 * Return the options for `{kind: "series", periods: [text], ticks: [text], units: [text], log, series: [{name, unit:
 * index, type, color: index, connect, points}]}`. A point is null, or `{value, text, link}`: the number, how it reads, and where its
 * evidence is. A gap stays open where `connect` is false. `layout: "ranking"` lays bars with names, the largest first.
 * The palette has the width there is.
 */
export function drawSeries(data, palette) {
  const width = palette.width ?? 800;
  return data.layout === "ranking" ? drawRanking(data, palette, width) : drawCourse(data, palette, width);
}

/** Return how high a ranking has to be at a width, in pixels; a course over time is as high as its place. */
drawSeries.measure = (data, width) => (data.layout === "ranking" ? data.periods.length * (width < 640 ? 52 : 42) + 24 : 0);

function drawCourse(data, palette, width) {
  const text = { color: palette.quiet, fontFamily: palette.font, fontSize: FONT_SIZE };
  const legend = drawLegend(data.series, palette, width);
  const isNamed = data.units.some(Boolean);
  const ticks = data.ticks ?? data.periods;
  const rows = legend ? legend.rows : 0;
  return {
    ...drawCommon(palette),
    grid: { left: 8, right: 16, top: rows * ROW + (isNamed ? 34 : 16), bottom: 8, containLabel: true },
    ...(legend && { legend: legend.options }),
    tooltip: { ...drawTooltip(palette), formatter: (points) => writeTooltip(points, width) },
    xAxis: {
      type: "category",
      data: data.periods,
      boundaryGap: data.series.some((each) => each.type === "bar") || data.periods.length < 3 ? true : ["2%", "2%"],
      axisLabel: { ...text, lineHeight: 16, hideOverlap: true, formatter: (value, index) => ticks[index] ?? value },
      axisTick: { alignWithLabel: true, lineStyle: { color: palette.line } },
      axisLine: { lineStyle: { color: palette.line } },
    },
    yAxis: data.units.map((unit, index) => drawAxis(data, unit, index, palette, text)),
    series: data.series.map((each, index) => drawLine(each, findColor(each.color ?? index, palette), each.color ?? index)),
  };
}

function drawCommon(palette) {
  return { color: palette.series, textStyle: { fontFamily: palette.font, color: palette.ink } };
}

function drawTooltip(palette) {
  return {
    trigger: "axis",
    axisPointer: { type: "line", lineStyle: { color: palette.quiet, type: "dotted" } },
    backgroundColor: palette.paper,
    borderColor: palette.line,
    textStyle: { color: palette.ink, fontFamily: palette.font, fontSize: 13, lineHeight: 20 },
  };
}

function drawAxis(data, unit, index, palette, text) {
  const own = data.series.filter((each) => each.unit === index);
  const isLine = own.length > 0 && own.every((each) => each.type === "line");
  return {
    type: data.log ? "log" : "value",
    name: unit,
    nameGap: 12,
    nameTextStyle: { ...text, color: findAxisColor(data, index, palette), align: index ? "right" : "left", padding: index ? [0, -24, 0, 0] : [0, 0, 0, -24] },
    position: index ? "right" : "left",
    scale: isLine,
    splitNumber: 4,
    axisLabel: { ...text, formatter: writeTick },
    splitLine: { show: !index, lineStyle: { color: palette.line } },
  };
}

function findColor(index, palette) {
  return palette.series[index % palette.series.length];
}

/** An axis for one series alone has its colour. */
function findAxisColor(data, index, palette) {
  const own = data.series.flatMap((each, place) => (each.unit === index ? [each.color ?? place] : []));
  return data.units.length > 1 && own.length === 1 ? findColor(own[0], palette) : palette.quiet;
}

function drawLine(each, color, index) {
  return {
    name: each.name,
    type: each.type,
    yAxisIndex: each.unit,
    data: each.points.map((point) => point && { ...point, value: Number(point.value) }),
    connectNulls: each.connect !== false,
    showSymbol: true,
    // Lines differ by more than their colour.
    symbol: ["circle", "rect", "triangle", "diamond"][index % 4],
    symbolSize: index % 4 ? 8 : 7,
    barMaxWidth: 42,
    itemStyle: { color },
    lineStyle: { width: 2 },
    z: each.type === "bar" ? 2 : 3,
    emphasis: { focus: "none" },
    cursor: "pointer",
  };
}

function drawRanking(data, palette, width) {
  const text = { color: palette.ink, fontFamily: palette.font, fontSize: FONT_SIZE };
  const [series] = data.series;
  pen.font = `${FONT_SIZE}px ${palette.font}`;
  const room = Math.max(0, ...series.points.map((point) => pen.measureText(point?.label ?? "").width));
  return {
    ...drawCommon(palette),
    grid: { left: 4, right: Math.min(room, width * 0.35) + 12, top: 8, bottom: 8, containLabel: true },
    tooltip: { ...drawTooltip(palette), trigger: "item", formatter: ({ name, data: point }) => `${name}\n${point?.text ?? ""}` },
    // The figures stand at the bars.
    xAxis: { type: "value", show: false },
    yAxis: {
      type: "category",
      inverse: true,
      data: data.periods,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.line } },
      axisLabel: { ...text, width: Math.min(260, width * 0.36), overflow: "break", interval: 0 },
    },
    series: [{
      name: series.name,
      type: "bar",
      data: series.points.map((point) => point && { ...point, value: Number(point.value) }),
      barMaxWidth: 26,
      itemStyle: { color: palette.series[0] },
      label: { ...text, show: true, position: "right", formatter: ({ data: point }) => point?.label ?? "" },
      cursor: "pointer",
    }],
  };
}

/** Return the legend above a chart, and how many rows it takes; none for one series. */
function drawLegend(series, palette, width) {
  if (series.length < 2) return null;
  pen.font = `${FONT_SIZE}px ${palette.font}`;
  const room = width - 16;
  let rows = 1;
  let used = 0;
  for (const { name } of series) {
    const needed = Math.min(pen.measureText(name).width + MARK, room);
    if (used && used + needed > room) {
      rows += 1;
      used = 0;
    }
    used += needed;
  }
  const isLong = rows > MOST_ROWS;
  return {
    rows: isLong ? 1 : rows,
    options: {
      type: isLong ? "scroll" : "plain",
      top: 0,
      left: 0,
      width: isLong ? undefined : room,
      itemGap: 12,
      itemWidth: 20,
      itemHeight: 10,
      textStyle: { color: palette.ink, fontFamily: palette.font, fontSize: FONT_SIZE, width: room - MARK, overflow: "truncate" },
      pageTextStyle: { color: palette.quiet },
      pageIconColor: palette.ink,
      pageIconInactiveColor: palette.line,
    },
  };
}

function writeTooltip(points, width) {
  const told = points.filter((each) => each.data && each.value !== undefined && each.value !== null && !Number.isNaN(each.value));
  const most = Math.max(16, Math.floor(width / 9));
  const lines = told.map((each) => `${each.marker ?? ""}${each.seriesName}: ${each.data.text}`);
  return [points[0]?.name, ...lines.flatMap((line) => wrap(line, most))].join("\n");
}

/** Divide a line of a tooltip where it is longer than the chart is wide; a mark of colour has no width. */
function wrap(line, most) {
  const mark = /^\{[^|]*\|[^}]*\}/u.exec(line)?.[0] ?? "";
  const words = line.slice(mark.length).split(/(?<=[\s：，、·（])/u);
  const lines = [""];
  for (const word of words) {
    if (lines.at(-1) && measure(lines.at(-1) + word) > most) lines.push("   ");
    lines[lines.length - 1] += word;
  }
  lines[0] = mark + lines[0];
  return lines;
}

// A Han character is as wide as two others.
function measure(text) {
  return [...text].reduce((sum, sign) => sum + (sign > "\u2e80" ? 2 : 1), 0);
}

function writeTick(value) {
  const isLarge = Math.abs(value) >= (language === "zh" ? 100_000_000 : 1_000_000);
  return (isLarge ? numbers : plainNumbers).format(value).replace("-", "\u2212");
}
