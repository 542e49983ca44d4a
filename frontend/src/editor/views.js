// The views of an answer: a table, a chart, a pivot table, the text itself; one is shown at a time.
import { _, language } from "../texts.js";
import { make } from "./dom.js";
import * as pivot from "./pivot.js";
import * as plotting from "./plotting.js";
import { listFormats, makeDownloads, showRaw } from "./raw.js";
import { showTable } from "./table.js";

const count = new Intl.NumberFormat(language);
export const VIEWS = ["table", "chart", "pivot", "raw"];

/** Shows one answer; `note` is told the view and its choices whenever they change. */
export class Views {
  constructor(element, asker, names, note) {
    Object.assign(this, { element, asker, names, note });
    this.view = VIEWS[0];
    this.choices = {};
  }

  /** Show what `asked` holds: `{query, answer, text, milliseconds}`. */
  show(asked, view, choices) {
    this.asked = asked;
    this.view = VIEWS.includes(view) ? view : VIEWS[0];
    this.choices = choices;
    this.panel = make("div", { class: "view", role: "tabpanel", id: "view" });
    this.tabs = this.makeTabs();
    const files = makeDownloads(this.asker, asked.query, asked.answer);
    if (asked.answer.form === "boolean") return this.element.replaceChildren(this.makeSummary(), files);
    this.element.replaceChildren(this.makeSummary(), this.tabs, this.panel, files);
    this.draw();
  }

  /** Draw the view anew, as when more names are known. */
  draw() {
    for (const tab of this.tabs.children) {
      const isChosen = tab.dataset.view === this.view;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    this.panel.setAttribute("aria-labelledby", `tab-${this.view}`);
    this.panel.className = `view ${this.view}-view`;
    this[`draw_${this.view}`]();
  }

  makeSummary() {
    const { answer, milliseconds } = this.asked;
    const time = _("{time} ms", { time: count.format(milliseconds) });
    if (answer.form === "boolean") return make("p", { class: "truth" }, make("strong", {}, answer.truth ? _("Yes") : _("No")), " ", make("span", { class: "note" }, time));
    const number = answer.rows.length;
    const words = { rows: number === 1 ? _("1 row") : _("{count} rows", { count: count.format(number) }), triples: number === 1 ? _("1 triple") : _("{count} triples", { count: count.format(number) }) };
    return make("p", { class: "note summary" }, `${words[answer.form]} · ${time}`);
  }

  makeTabs() {
    const words = { table: _("Table"), chart: _("Chart"), pivot: _("Pivot"), raw: _("Raw") };
    const tabs = VIEWS.map((view) =>
      make("button", { type: "button", role: "tab", id: `tab-${view}`, "data-view": view, "aria-controls": "view", onclick: () => this.turn(view) }, words[view]),
    );
    return make("div", { class: "tabs", role: "tablist", "aria-label": _("Views of the answer"), onkeydown: (event) => this.step(event) }, ...tabs);
  }

  step(event) {
    const views = [...this.tabs.children].map((tab) => tab.dataset.view);
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const view = views[(views.indexOf(this.view) + by + views.length) % views.length];
    this.turn(view);
    this.tabs.querySelector(`[data-view=${view}]`).focus();
  }

  turn(view) {
    this.view = view;
    this.choices = {};
    this.draw();
    this.note(this.view, this.choices);
  }

  choose(choices) {
    const place = [...this.panel.querySelectorAll("select")].indexOf(document.activeElement);
    this.choices = choices;
    this.draw();
    this.note(this.view, this.choices);
    this.panel.querySelectorAll("select")[place]?.focus();
  }

  draw_table() {
    const { answer } = this.asked;
    if (answer.rows.length) showTable(this.panel, answer, this.names);
    else this.say(_("Nothing in the release is as the query asks."));
  }

  draw_chart() {
    const { answer } = this.asked;
    const chosen = plotting.guessChart(answer, this.choices);
    if (!chosen) return this.say(_("A chart needs a column of numbers and another column to draw them along."));
    const { chart, left } = plotting.makeChart(answer, chosen, this.names);
    const words = _("{y} by {x}", { x: chosen.x, y: chosen.y });
    const text =
      left === 1
        ? _("One value has no place of its own and is left out; choose what makes series of them.")
        : _("{count} values have no place of their own and are left out; choose what makes series of them.", { count: count.format(left) });
    const controls = plotting.makeControls(answer, chosen, (choices) => this.choose(choices));
    this.figure ??= make("figure", { class: "chart" }, make("div", { class: "plot", role: "img" }), make("figcaption"));
    const plot = this.figure.querySelector(".plot");
    plot.setAttribute("aria-label", words);
    this.figure.querySelector("figcaption").textContent = words;
    this.panel.replaceChildren(controls, left ? make("p", { class: "notice" }, text) : "", this.figure);
    this.plot(plot, chart);
  }

  /** Draw a chart in the one place there is for it, whatever was drawn there. */
  async plot(element, data) {
    this.data = data;
    if (this.stage) return (await this.stage).draw(this.data);
    // What draws is large, and many look at tables alone.
    this.stage = import("./stage.js").then(({ makeStage }) => makeStage(element, this.data));
  }

  draw_pivot() {
    const { answer } = this.asked;
    const chosen = pivot.guessPivot(answer, this.choices);
    if (!chosen) return this.say(_("Nothing in the release is as the query asks."));
    const controls = pivot.makeControls(answer, chosen, (choices) => this.choose(choices));
    this.panel.replaceChildren(controls, ...pivot.makePivot(answer, chosen, this.names));
  }

  draw_raw() {
    const formats = listFormats(this.asked.answer).map(([name]) => name);
    const format = formats.includes(this.choices.format) ? this.choices.format : formats[0];
    showRaw(this.panel, this.asker, this.asked, format, (chosen) => this.choose({ format: chosen }));
  }

  say(text) {
    this.panel.replaceChildren(make("p", { class: "empty" }, text));
  }
}
