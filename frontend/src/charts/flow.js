// Flows of money from left to right, each as wide as its amount. Names stand beside the drawing where there is room, and
// above their bars where there is not; there the institutions between are left out, and the table has them.

const NARROW = 640;
const MARGIN = 12;
const SIZE = 13;
const LINE = 17;
// Where names stand beside the drawing they have this part of its width on either side.
const ASIDE = 0.27;
// Above their bars, two of them stand side by side.
const BESIDE = 0.47;
const LONGEST = { wide: 64, narrow: 34 };
// Bars and flows that would be thinner are drawn this wide.
const THINNEST = 1.5;
const WIDEST = 260;

/** Return how high the drawing of `data` has to be at a width, in pixels. */
export function measureFlow(data, width) {
  const chosen = choose(data, width);
  const rows = countRows(chosen);
  const { gap, top, bottom } = measureRoom(chosen, width);
  return Math.max(200, (rows - 1) * gap + Math.min(WIDEST, 60 + rows * 24) + top + bottom);
}

/**
 * Return the options for `{kind: "flow", nodes: [{id, label, column, layer, link}], flows: [{path: [id], value: text, text,
 * what, link, layer}]}` at the width and height of the palette. What has a layer may be part of what has a lower one.
 */
export function drawFlow(data, palette) {
  const width = palette.width ?? 960;
  const isNarrow = width < NARROW;
  const chosen = choose(data, width);
  const { nodes, links } = chosen;
  const { gap, top, bottom } = measureRoom(chosen, width);
  const aside = isNarrow ? 0 : Math.round(width * ASIDE);
  const text = { color: palette.ink, fontFamily: palette.font, fontSize: SIZE, lineHeight: LINE };
  const colours = new Map(nodes.filter((node) => node.column === 0).map((node, index) => [node.id, palette.series[index % palette.series.length]]));
  return {
    textStyle: { fontFamily: palette.font, color: palette.ink },
    tooltip: {
      trigger: "item",
      backgroundColor: palette.paper,
      borderColor: palette.line,
      textStyle: { ...text, width: Math.min(360, width - 60), overflow: "break" },
      formatter: ({ data: item }) => item.hint,
    },
    series: [
      {
        type: "sankey",
        left: isNarrow ? 2 : aside,
        right: isNarrow ? 2 : aside,
        top,
        bottom,
        nodeWidth: 10,
        nodeGap: gap,
        draggable: false,
        // The order is that of the data, whatever they are.
        layoutIterations: 0,
        emphasis: { focus: "trajectory", lineStyle: { opacity: 0.75 } },
        blur: { itemStyle: { opacity: 0.3 }, lineStyle: { opacity: 0.08 }, label: { opacity: 0.45 } },
        data: nodes.map((node) => dressNode(node, links, { colours, palette, text, width, aside })),
        links: links.map((link) => dressLink(link, colours, palette)),
      },
    ],
  };
}

drawFlow.measure = measureFlow;

// The room that names need: between bars, and above the first and below the last.
function measureRoom({ nodes }, width) {
  const isNarrow = width < NARROW;
  const lineWidth = isNarrow ? width * BESIDE : width * ASIDE - 16;
  const counts = nodes.map((node) => Math.ceil((measureText(abridge(node.label, width)) * SIZE * 0.56) / lineWidth) + (node.column ? 0 : 1));
  const most = Math.max(1, ...counts) * LINE;
  return { gap: most + 10, top: MARGIN + (isNarrow ? most : most / 2), bottom: MARGIN + (isNarrow ? 0 : most / 2) };
}

function countRows({ nodes }) {
  const columns = [0, 1, 2].map((column) => nodes.filter((node) => node.column === column).length);
  return Math.max(...columns);
}

// The nodes and the links between them that there is room for; what takes the same way is one link.
function choose(data, width) {
  const greatest = Math.max(...data.flows.map((flow) => Number(flow.value)));
  const known = new Map(data.nodes.map((node) => [node.id, node]));
  const nodes = new Map();
  const links = new Map();
  for (const flow of data.flows) {
    const path = lead(flow, known, width);
    for (const node of path) nodes.set(node.id, node);
    path.slice(1).forEach((target, index) => join(links, path[index].id, target.id, flow, greatest));
  }
  return { nodes: [...nodes.values()], links: [...links.values()] };
}

// A flow through nobody that is told takes a place of its own in the middle, which is not seen.
function lead(flow, known, width) {
  const [first, last] = [known.get(flow.path[0]), known.get(flow.path.at(-1))];
  if (width < NARROW) return [first, last];
  const middle = { id: `${first.id}\n${last.id}`, label: "", column: 1, layer: flow.layer, link: "", start: first.id };
  return [first, flow.path.length > 2 ? known.get(flow.path[1]) : middle, last];
}

function join(links, source, target, flow, greatest) {
  const key = `${source}\n${target}\n${flow.path[0]}`;
  const link = links.get(key) ?? { source, target, start: flow.path[0], value: 0, flows: [], layer: flow.layer, link: flow.link };
  link.value += Math.max(Number(flow.value), (greatest * THINNEST) / WIDEST);
  link.flows.push(flow);
  links.set(key, link);
}

function dressNode(node, links, { colours, palette, text, width, aside }) {
  const isFirst = node.column === 0;
  const isLast = node.column === 2;
  const own = links.filter((link) => link.source === node.id).flatMap((link) => link.flows);
  const amount = isFirst && own.length === 1 ? `\n${own[0].text}` : "";
  return {
    name: node.id,
    depth: width < NARROW ? Math.sign(node.column) : node.column,
    link: node.link || undefined,
    cursor: node.link ? "pointer" : "default",
    hint: [node.label, ...own.filter(() => isFirst).map((flow) => `${flow.text} · ${flow.what}`)].join("\n"),
    itemStyle: { color: colours.get(node.start ?? node.id) ?? palette.quiet, borderWidth: 0, opacity: node.start ? findStrength(node) : node.layer ? 0.6 : 1 },
    label: {
      ...text,
      ...(width < NARROW ? placeAbove(isFirst, width) : placeAside(isFirst, isLast, aside)),
      formatter: abridge(node.label, width) + amount,
      overflow: "break",
    },
  };
}

function placeAside(isFirst, isLast, aside) {
  if (isFirst) return { position: "left", align: "right", width: aside - 16 };
  return { position: isLast ? "right" : "top", align: isLast ? "left" : "center", width: isLast ? aside - 16 : aside };
}

function placeAbove(isFirst, width) {
  const side = isFirst ? { position: [0, -3], align: "left" } : { position: ["100%", -3], align: "right" };
  return { ...side, verticalAlign: "bottom", width: Math.round(width * BESIDE) };
}

function abridge(label, width) {
  const longest = width < NARROW ? LONGEST.narrow : LONGEST.wide;
  const signs = [...label];
  let end = signs.length;
  while (measureText(signs.slice(0, end).join("")) > longest) end -= 1;
  return end < signs.length ? `${signs.slice(0, end).join("").trimEnd()}…` : label;
}

// In half widths: a Chinese character is as wide as two others.
function measureText(text) {
  return [...text].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e7f ? 2 : 1), 0);
}

function findStrength({ layer }) {
  return layer ? 0.18 : 0.42;
}

function dressLink(link, colours, palette) {
  return {
    source: link.source,
    target: link.target,
    value: link.value,
    link: link.link,
    hint: link.flows.map((flow) => `${flow.text}\n${flow.what}`).join("\n"),
    lineStyle: { color: colours.get(link.start) ?? palette.quiet, opacity: findStrength(link), curveness: 0.5 },
  };
}
