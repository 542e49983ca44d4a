// Flows of money from left to right.

/** Return the options for `{kind: "flow", nodes: [{name, label, depth, link}], links: [{source, target, value, text, link}]}`. */
export function drawFlow(data, palette) {
  return {
    color: palette.series,
    textStyle: { fontFamily: palette.font, color: palette.ink },
    series: [{ type: "sankey", data: data.nodes, links: data.links, label: { color: palette.ink, formatter: ({ data: node }) => node.label } }],
  };
}
