// An answer as a chart: which column is along, which are up, and what makes series of them.
import { _ } from "../texts.js";
import { describeColumns } from "./answer.js";
import { choose, make } from "./dom.js";

const MOST_SERIES = 12;
const NONE = "";

/** Return the choices a chart begins with, those of an address where they fit; null where nothing can be drawn. */
export function guessChart(answer, given) {
  const columns = describeColumns(answer);
  const numbers = columns.filter((column) => column.isNumber);
  const others = columns.filter((column) => !column.isNumber);
  const along = others.find((column) => column.isTime) ?? others.find((column) => column.distinct > 1) ?? findYear(numbers) ?? others[0];
  const up = numbers.find((column) => column !== along);
  if (!along || !up) return null;
  const pick = (name, allowed, otherwise) => (allowed.some((column) => column.name === given[name]) ? given[name] : otherwise);
  const x = pick("x", columns, along.name);
  const isRepeated = along.distinct < answer.rows.filter((row) => row[along.place]).length;
  const by = findSeries(answer, along, others.filter((column) => column.name !== x));
  return {
    x,
    y: pick("y", numbers, up.name),
    second: pick("second", numbers, NONE),
    by: given.by === NONE ? NONE : pick("by", columns, isRepeated ? (by?.name ?? NONE) : NONE),
    mark: ["line", "bar"].includes(given.mark) ? given.mark : (along.isTime || along.isNumber) && along.distinct > 2 ? "line" : "bar",
  };
}

function findYear(numbers) {
  return numbers.find((column) => /year/i.test(column.name));
}

/** Return the column that tells most rows of one place apart, the first of equals. */
function findSeries({ rows }, along, columns) {
  const few = columns.filter((column) => column.distinct > 1 && column.distinct <= MOST_SERIES);
  const count = (column) => new Set(rows.map((row) => JSON.stringify([row[along.place]?.value, row[column.place]?.value]))).size;
  return few.map((column) => ({ column, number: count(column) })).sort((one, other) => other.number - one.number)[0]?.column;
}

/** Return the controls of a chart; `change` is told the choices anew. */
export function makeControls(answer, chosen, change) {
  const columns = describeColumns(answer);
  const numbers = columns.filter((column) => column.isNumber).map(({ name }) => [name, name]);
  const all = columns.map(({ name }) => [name, name]);
  const set = (key) => (value) => change({ ...chosen, [key]: value });
  return make(
    "div", { class: "tools choices" },
    choose(_("Along"), all, chosen.x, set("x")),
    choose(_("Up"), numbers, chosen.y, set("y")),
    numbers.length > 1 ? choose(_("Second axis"), [[NONE, _("none")], ...numbers], chosen.second, set("second")) : null,
    choose(_("Series by"), [[NONE, _("none")], ...all], chosen.by, set("by")),
    choose(_("Drawn as"), [["line", _("lines")], ["bar", _("bars")]], chosen.mark, set("mark")),
  );
}

/** Return `{chart, left}`: what `drawSeries` draws, and how many rows have no place of their own in it. */
export function makeChart(answer, chosen, names) {
  const columns = describeColumns(answer);
  const find = (name) => columns.find((column) => column.name === name);
  const [along, by] = [find(chosen.x), find(chosen.by)];
  const ups = [...new Set([chosen.y, chosen.second])].map(find).filter(Boolean);
  const periods = listPlaces(answer, along, names);
  const places = new Map(periods.map((period, place) => [period, place]));
  const series = new Map();
  let left = 0;
  for (const row of answer.rows) {
    const place = places.get(show(row[along.place], names));
    ups.forEach((up, unit) => {
      const cell = row[up.place];
      const name = nameSeries(by && row[by.place], up, ups, names);
      const points = findPoints(series, name, unit, chosen.mark, periods.length);
      if (place === undefined || !cell || points === null || points[place]) left += 1;
      else points[place] = { value: Number(cell.value), text: cell.value, link: findLink(row, names) };
    });
  }
  return { chart: { kind: "series", periods, units: ups.map((up) => up.name), series: [...series.values()] }, left };
}

function findPoints(series, name, unit, type, length) {
  const key = `${unit} ${name}`;
  if (!series.has(key)) {
    if (series.size >= MOST_SERIES) return null;
    series.set(key, { name, unit, type, points: Array(length).fill(null) });
  }
  return series.get(key).points;
}

function nameSeries(cell, up, ups, names) {
  const group = cell ? show(cell, names) : "";
  return [group, ups.length > 1 || !group ? up.name : ""].filter(Boolean).join(" · ");
}

/** Return the places along, times in their order, others as they come. */
function listPlaces({ rows }, along, names) {
  const found = [...new Set(rows.map((row) => row[along.place]).filter(Boolean).map((cell) => show(cell, names)))];
  if (along.isTime) return found.sort((one, other) => endOf(one).localeCompare(endOf(other)));
  return along.isNumber ? found.sort((one, other) => Number(one) - Number(other)) : found;
}

// What ends first stands first; a span ends with its second half.
function endOf(text) {
  return text.split(/\/|--/).at(-1);
}

function show(cell, names) {
  if (!cell) return "";
  return cell.kind === "iri" ? (names.label(cell.value)?.label ?? names.shorten(cell.value)) : cell.value;
}

// A point leads to the figure it stands for.
function findLink(row, names) {
  const figure = row.find((cell) => cell?.kind === "iri" && cell.value.startsWith(`${names.base}observation/`));
  return figure ? `${names.find(figure.value)}#evidence` : undefined;
}
