// An answer as a pivot table: rows by one column, columns by another, and one value of all that falls together.
import { _, language } from "../texts.js";
import { describeColumns, isNumber } from "./answer.js";
import * as decimals from "./decimals.js";
import { choose, make } from "./dom.js";
import { makeLink } from "./table.js";

const MOST_ROWS = 500;
const MOST_COLUMNS = 60;
const NONE = "";
const numerals = new Intl.NumberFormat(language);
const parse = (cells) => cells.filter(isNumber).map((cell) => decimals.parse(cell.value)).filter(Boolean);
const pick = (cells, sign) => {
  const found = parse(cells);
  return found.length ? decimals.format(found.reduce((one, other) => (decimals.compare(one, other) * sign > 0 ? other : one))) : "";
};

// What can be made of the cells that fall together, as text; sums and means of decimals are exact.
const TOTALS = {
  sum: (cells) => {
    const found = parse(cells);
    return found.length ? decimals.format(found.reduce(decimals.add)) : "";
  },
  count: (cells) => String(cells.length),
  mean: (cells) => {
    const found = parse(cells);
    return found.length ? decimals.format(decimals.divide(found.reduce(decimals.add), found.length)) : "";
  },
  min: (cells) => pick(cells, 1),
  max: (cells) => pick(cells, -1),
  first: (cells) => cells[0]?.value ?? "",
};

/** Return the choices a pivot table begins with, those of an address where they fit; null where there are no columns. */
export function guessPivot(answer, given) {
  const columns = describeColumns(answer);
  if (!columns.length || !answer.rows.length) return null;
  const texts = columns.filter((column) => !column.isNumber);
  const numbers = columns.filter((column) => column.isNumber);
  const allows = (name, otherwise) => (columns.some((column) => column.name === given[name]) ? given[name] : otherwise);
  const rows = (texts.find((column) => !column.isTime) ?? texts[0] ?? columns[0]).name;
  const across = texts.find((column) => column.name !== rows && column.distinct > 1 && column.distinct <= MOST_COLUMNS);
  const value = (numbers.find((column) => column.name !== rows) ?? columns.at(-1)).name;
  return {
    rows: allows("rows", rows),
    columns: given.columns === NONE ? NONE : allows("columns", across?.name ?? NONE),
    value: allows("value", value),
    total: given.total in TOTALS ? given.total : numbers.length ? "sum" : "count",
  };
}

/** Return the controls of a pivot table; `change` is told the choices anew. */
export function makeControls(answer, chosen, change) {
  const all = answer.names.map((name) => [name, name]);
  const totals = [["sum", _("sum")], ["count", _("count")], ["mean", _("mean")], ["min", _("least")], ["max", _("largest")], ["first", _("first")]];
  const set = (key) => (value) => change({ ...chosen, [key]: value });
  return make(
    "div", { class: "tools choices" },
    choose(_("Rows"), all, chosen.rows, set("rows")),
    choose(_("Columns"), [[NONE, _("none")], ...all], chosen.columns, set("columns")),
    choose(_("Value"), all, chosen.value, set("value")),
    choose(_("Shown as"), totals, chosen.total, set("total")),
  );
}

/** Return the cells that fall together: `{rows, columns, cells}`, keys in the order they come. */
export function gather(answer, chosen) {
  const place = (name) => answer.names.indexOf(name);
  const [down, across, value] = [place(chosen.rows), place(chosen.columns), place(chosen.value)];
  const [rows, columns, cells] = [new Map(), new Map(), new Map()];
  for (const row of answer.rows) {
    const keys = [keyOf(row[down]), across < 0 ? "" : keyOf(row[across])];
    rows.set(keys[0], row[down]);
    columns.set(keys[1], across < 0 ? null : row[across]);
    const key = JSON.stringify(keys);
    if (!cells.has(key)) cells.set(key, []);
    if (row[value]) cells.get(key).push(row[value]);
  }
  return { rows: [...rows], columns: [...columns].sort(byTime), cells };
}

function keyOf(cell) {
  return cell ? `${cell.kind} ${cell.value} ${cell.language}` : "";
}

// Times that are columns stand in their order; all else as it comes.
function byTime([, one], [, other]) {
  const isTime = (cell) => cell !== null && /^\d{4}(-|$|\/)/.test(cell.value);
  return isTime(one) && isTime(other) ? one.value.localeCompare(other.value) : 0;
}

/** Return the parts of a pivot table: a note where it had to be cut, and the table. */
export function makePivot(answer, chosen, names) {
  const { rows, columns, cells } = gather(answer, chosen);
  const shown = { rows: rows.slice(0, MOST_ROWS), columns: columns.slice(0, MOST_COLUMNS) };
  const isNumeric = chosen.total !== "first" || describeColumns(answer).find(({ name }) => name === chosen.value)?.isNumber;
  const head = make("tr", {}, make("th", { scope: "col" }, chosen.rows), ...shown.columns.map(([, cell]) => makeHead(cell, chosen, names, isNumeric)));
  const body = shown.rows.map(([key, cell]) =>
    make("tr", {}, make("th", { scope: "row" }, showCell(cell, names)), ...shown.columns.map(([column]) => {
      const found = cells.get(JSON.stringify([key, column]));
      return make("td", { class: isNumeric ? "number" : null }, found ? TOTALS[chosen.total](found) : "");
    })),
  );
  const table = make("table", { class: "pivot" }, make("caption", {}, describe(chosen)), make("thead", {}, head), make("tbody", {}, ...body));
  const isCut = shown.rows.length < rows.length || shown.columns.length < columns.length;
  const note = _("The first {rows} rows and {columns} columns are shown.", { rows: numerals.format(shown.rows.length), columns: numerals.format(shown.columns.length) });
  return [isCut ? make("p", { class: "note" }, note) : "", make("div", { class: "wide", tabindex: 0, role: "region", "aria-label": _("Pivot table") }, table)];
}

function makeHead(cell, chosen, names, isNumeric) {
  return make("th", { scope: "col", class: isNumeric ? "number" : null }, chosen.columns ? showCell(cell, names) : chosen.value);
}

function showCell(cell, names) {
  if (!cell) return "";
  return cell.kind === "iri" ? makeLink(cell.value, names) : cell.value;
}

function describe({ value, total }) {
  const words = {
    sum: _("Sum of {value}", { value }),
    count: _("Count of {value}", { value }),
    mean: _("Mean of {value}", { value }),
    min: _("Least {value}", { value }),
    max: _("Largest {value}", { value }),
    first: _("First {value}", { value }),
  };
  return words[total];
}
