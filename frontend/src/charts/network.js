// A thing in the middle and what it is related with around it: one column on each side, on narrow screens one below it.
// Every name has a line of its own, so that none covers another, and the same data are always drawn alike.

const LINE = 26;
const FONT_SIZE = 13;
const MARGIN = 14;
// Below this width two columns of names do not fit.
const NARROW = 640;
const LONGEST_NAME = 0.36;

/** Return how high the drawing of `data` has to be at a width, in pixels. */
export function measureNetwork(data, width) {
  return Math.max(160, countHighest(data, width) * LINE + 2 * MARGIN);
}

/**
 * Return the options for `{kind: "network", center: text, groups: [{label, nodes: [{label, link}], rest: text}]}` at the
 * width and height of the palette. `rest` tells of those that are not drawn, or is empty.
 */
export function drawNetwork(data, palette) {
  const width = palette.width ?? 960;
  const height = palette.height ?? measureNetwork(data, width);
  // Where there is no room yet, nothing can be placed.
  if (!width || !height) return {};
  // In a file there may be less room than was asked for.
  const line = Math.min(LINE, (height - 2 * MARGIN) / countHighest(data, width));
  const points = place(data, { width, height, line });
  const fontSize = Math.min(FONT_SIZE, 0.62 * line);
  const text = { color: palette.ink, fontFamily: palette.font, fontSize, lineHeight: 1.4 * fontSize };
  return {
    textStyle: { fontFamily: palette.font, color: palette.ink },
    tooltip: {
      trigger: "item",
      backgroundColor: palette.paper,
      borderColor: palette.line,
      textStyle: { ...text, width: Math.min(320, width - 60), overflow: "break" },
      formatter: ({ data: point }) => point.hint ?? "",
    },
    series: [
      {
        type: "graph",
        layout: "none",
        // The corners hold the drawing to the pixels it was placed on.
        left: 0, top: 0, right: 0, bottom: 0,
        data: [...listCorners(width, height), ...points.map((point) => dressPoint(point, palette, text))],
        links: width < NARROW ? listBranches(points, palette) : points.filter((point) => point.isThing).map((point) => joinCenter(point, palette)),
        emphasis: { focus: width < NARROW ? "none" : "adjacency", lineStyle: { width: 2.5 } },
        blur: { itemStyle: { opacity: 0.35 }, lineStyle: { opacity: 0.12 }, label: { opacity: 0.45 } },
      },
    ],
  };
}

drawNetwork.measure = measureNetwork;

function countHighest(data, width) {
  return Math.max(...divide(data.groups, width).map(countLines)) + (width < NARROW ? 1.5 : 0);
}

function countLines(groups) {
  return groups.reduce((sum, group) => sum + 1.5 + group.nodes.length + (group.rest ? 1 : 0), 0);
}

// Where both sides are as long as can be with the groups in their order; the first are on the left.
function divide(groups, width) {
  if (width < NARROW) return [groups];
  const whole = countLines(groups);
  let best = 0;
  for (let end = 1; end <= groups.length; end += 1) {
    const off = (count) => Math.abs(whole - 2 * countLines(groups.slice(0, count)));
    if (off(end) < off(best)) best = end;
  }
  return [groups.slice(0, best), groups.slice(best)];
}

function place(data, { width, height, line }) {
  const isNarrow = width < NARROW;
  const columns = divide(data.groups, width);
  const center = isNarrow
    ? { x: MARGIN, y: MARGIN + 4, side: "right", room: width - 4 * MARGIN }
    : { x: width / 2, y: height / 2, side: "bottom", room: width * (1 - 2 * LONGEST_NAME) - 60 };
  const points = [{ ...center, name: "center", label: data.center, hint: data.center, isCenter: true }];
  columns.forEach((groups, column) => {
    const isLeft = !isNarrow && column === 0;
    const x = isNarrow ? 3.5 * MARGIN : isLeft ? width * LONGEST_NAME : width * (1 - LONGEST_NAME);
    const side = isLeft ? "left" : "right";
    const room = (isNarrow ? width - x : width * LONGEST_NAME) - 2 * MARGIN;
    const top = isNarrow ? MARGIN + 2 * line : (height - countLines(groups) * line) / 2 + line / 2;
    points.push(...placeColumn(groups, { x, side, room, top, column, line }));
  });
  if (!isNarrow) return points;
  const things = points.filter((point) => point.isThing);
  return [...points, ...things.map(({ y, name, hint }) => ({ x: MARGIN, y, name: `${name}/joint`, of: name, hint, label: "", isJoint: true }))];
}

function placeColumn(groups, { x, side, room, top, column, line }) {
  const points = [];
  let y = top;
  groups.forEach((group, at) => {
    points.push({ x, y, side, room, name: `${column}/${at}`, label: group.label, isHead: true });
    const things = group.nodes.map((node) => ({ ...node, hint: `${group.label}\n${node.label}`, isThing: true }));
    if (group.rest) things.push({ label: group.rest, isRest: true });
    things.forEach((thing, index) => {
      y += line;
      points.push({ x, y, side, room, name: `${column}/${at}/${index}`, ...thing, group: group.label });
    });
    y += 1.5 * line;
  });
  return points;
}

function dressPoint(point, palette, text) {
  const size = point.isCenter ? 18 : point.isThing ? 9 : 0;
  return {
    name: point.name,
    x: point.x,
    y: point.y,
    link: point.link,
    hint: point.hint,
    symbolSize: size,
    cursor: point.link ? "pointer" : "default",
    itemStyle: { color: point.isCenter ? palette.series[1] : palette.series[0], borderColor: palette.paper, borderWidth: 1 },
    label: {
      ...text,
      show: true,
      position: point.side,
      distance: 6,
      width: point.room,
      overflow: point.isCenter ? "break" : "truncate",
      // Lines pass behind the name in the middle.
      textBorderColor: palette.paper,
      textBorderWidth: point.isCenter ? 5 : 0,
      color: point.isHead || point.isRest ? palette.quiet : palette.ink,
      fontWeight: point.isCenter ? "bold" : "normal",
      fontSize: point.isHead ? 0.92 * text.fontSize : text.fontSize,
      formatter: () => point.label,
    },
  };
}

function joinCenter(point, palette) {
  return {
    source: "center",
    target: point.name,
    hint: point.hint,
    lineStyle: { color: palette.line, width: 1.2, curveness: point.side === "left" ? 0.12 : -0.12, opacity: 0.9 },
    emphasis: { label: { show: true, formatter: () => point.group, color: palette.ink, backgroundColor: palette.paper, padding: 3 } },
  };
}

// On narrow screens a line goes down from the middle, and from it one to each thing.
function listBranches(points, palette) {
  const joints = points.filter((point) => point.isJoint);
  const lineStyle = { color: palette.line, width: 1.2, curveness: 0, opacity: 0.9 };
  return joints.flatMap((joint, index) => [
    { source: index ? joints[index - 1].name : "center", target: joint.name, lineStyle },
    { source: joint.name, target: joint.of, hint: joint.hint, lineStyle },
  ]);
}

function listCorners(width, height) {
  const unseen = { symbolSize: 0, label: { show: false }, tooltip: { show: false } };
  return [
    { name: "top", x: 0, y: 0, ...unseen },
    { name: "bottom", x: width, y: height, ...unseen },
  ];
}
