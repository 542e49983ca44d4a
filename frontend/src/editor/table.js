// An answer as a table: sorted by any column, a page at a time, names in place of IRIs.
import { _, language } from "../texts.js";
import { describeColumns } from "./answer.js";
import { compare, parse } from "./decimals.js";
import { make } from "./dom.js";

const PAGE = 100;
const collator = new Intl.Collator(language, { numeric: true });
const count = new Intl.NumberFormat(language);

/** Show an answer in an element; `names` names IRIs. */
export function showTable(element, answer, names) {
  const table = new AnswerTable(answer, names);
  element.replaceChildren(...table.parts);
  table.draw();
}

class AnswerTable {
  constructor(answer, names) {
    this.answer = answer;
    this.names = names;
    this.columns = describeColumns(answer);
    this.rows = answer.rows;
    this.page = 0;
    this.sorted = { place: -1, isDown: false };
    this.head = make("tr");
    this.body = make("tbody");
    this.pages = make("nav", { class: "tools pages", "aria-label": _("Pages of the answer") });
    const table = make("table", {}, make("thead", {}, this.head), this.body);
    this.parts = [make("div", { class: "wide", tabindex: 0, role: "region", "aria-label": _("Rows of the answer") }, table), this.pages];
  }

  draw() {
    this.head.replaceChildren(...this.columns.map((column) => this.makeHead(column)));
    const shown = this.rows.slice(this.page * PAGE, (this.page + 1) * PAGE);
    this.body.replaceChildren(...shown.map((row) => this.makeRow(row)));
    this.drawPages();
  }

  makeHead({ name, place, isNumber }) {
    const { place: by, isDown } = this.sorted;
    const order = by !== place ? "none" : isDown ? "descending" : "ascending";
    const sign = { none: "", ascending: " ↑", descending: " ↓" }[order];
    const button = make("button", { type: "button", class: "sort", title: _("Sort by {name}", { name }), onclick: () => this.sort(place) }, name, make("span", { "aria-hidden": "true" }, sign));
    return make("th", { scope: "col", class: isNumber ? "number" : null, "aria-sort": order }, button);
  }

  makeRow(row) {
    return make("tr", {}, ...row.map((cell, place) => this.makeCell(cell, this.columns[place])));
  }

  makeCell(cell, { isNumber }) {
    if (!cell) return make("td");
    if (cell.kind === "iri") return make("td", {}, makeLink(cell.value, this.names));
    const isForeign = cell.language && cell.language !== language;
    return make("td", { class: isNumber ? "number" : null, lang: isForeign ? cell.language : null }, cell.value);
  }

  sort(place) {
    const isDown = this.sorted.place === place && !this.sorted.isDown;
    const isBack = this.sorted.place === place && this.sorted.isDown;
    this.sorted = isBack ? { place: -1, isDown: false } : { place, isDown };
    this.rows = isBack ? this.answer.rows : sortRows(this.answer.rows, place, this.columns[place].isNumber, isDown);
    this.page = 0;
    this.draw();
    this.head.children[place].firstChild.focus();
  }

  drawPages() {
    const last = Math.max(0, Math.ceil(this.rows.length / PAGE) - 1);
    this.pages.hidden = last === 0;
    const from = this.page * PAGE + 1;
    const to = Math.min(this.rows.length, from + PAGE - 1);
    const text = _("{from}–{to} of {count}", { from: count.format(from), to: count.format(to), count: count.format(this.rows.length) });
    const turn = (words, page) =>
      make("button", { type: "button", class: "quiet", disabled: page < 0 || page > last || page === this.page, onclick: () => this.turn(page) }, words);
    this.pages.replaceChildren(
      turn(_("First"), 0), turn(_("Previous"), this.page - 1), make("span", { role: "status" }, text),
      turn(_("Next"), this.page + 1), turn(_("Last"), last),
    );
  }

  turn(page) {
    const place = [...this.pages.children].indexOf(document.activeElement);
    this.page = page;
    this.draw();
    this.pages.children[place]?.focus();
  }
}

/** Return rows in the order of a column, what is empty last, what is equal as it was. */
export function sortRows(rows, place, isNumber, isDown) {
  const value = (row) => (isNumber ? parse(row[place].value) : row[place].value);
  const keyed = rows.map((row) => ({ row, key: row[place] ? value(row) : null }));
  const order = isNumber ? compare : collator.compare;
  const sign = isDown ? -1 : 1;
  keyed.sort((one, other) => {
    if (one.key === null || other.key === null) return Number(one.key === null) - Number(other.key === null);
    return sign * order(one.key, other.key);
  });
  return keyed.map(({ row }) => row);
}

/** Return what stands for an IRI: what it is called, and a link to its page if there is one. */
export function makeLink(iri, names) {
  const found = names.label(iri);
  const text = found?.label ?? names.shorten(iri);
  const address = names.find(iri);
  const told = { title: iri, lang: found?.code || null };
  return address ? make("a", { href: address, ...told }, text) : make("span", told, text);
}
