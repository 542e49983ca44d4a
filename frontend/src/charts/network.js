// A thing and what it is related with.

/** Return the options for `{kind: "network", nodes: [{name, label, link}], links: [{source, target, label}]}`. */
export function drawNetwork(data, palette) {
  return {
    color: palette.series,
    textStyle: { fontFamily: palette.font, color: palette.ink },
    series: [{ type: "graph", layout: "force", data: data.nodes, links: data.links, label: { show: true, color: palette.ink, formatter: ({ data: node }) => node.label } }],
  };
}
