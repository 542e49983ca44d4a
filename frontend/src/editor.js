// The query editor: what the page of a query becomes where scripts run.
import { readAddress, setAddress, writeAddress } from "./editor/address.js";
import { Asker } from "./editor/asking.js";
import { copy, make } from "./editor/dom.js";
import { enliven, showSamples } from "./editor/examples.js";
import { addPrefixes, clearFault, makeField, markFault } from "./editor/field.js";
import { Names } from "./editor/names.js";
import { remember, showRecent } from "./editor/remembered.js";
import { findMissing } from "./editor/sparql.js";
import { VIEWS, Views } from "./editor/views.js";
import { _ } from "./texts.js";

const form = document.querySelector("[data-editor]");
const find = (selector) => document.querySelector(selector);
const buttons = Object.fromEntries(["run", "stop", "add", "link"].map((name) => [name, form.querySelector(`.${name}`)]));
const state = form.querySelector(".state");
const elapsed = form.querySelector(".elapsed");
const section = find(".answer");
const outcome = find(".outcome");
const asker = new Asker(new URL(form.dataset.endpoint, location.href).href);
const names = new Names(form.dataset);
const views = new Views(outcome, asker, names, note);
const field = makeField(form.querySelector("textarea"), run, loadMetadata);
let isAnswered = false;
let loading = null;
let ticking = 0;

/** Return what the release says of its names, asked for once; null while the server cannot tell. */
function loadMetadata() {
  loading ??= fetch(`${form.dataset.page}/metadata`)
    .then((response) => (response.ok ? response.json() : null))
    .catch(() => null)
    .then((metadata) => {
      if (metadata) names.learn(metadata);
      else loading = null;
      return metadata;
    });
  return loading;
}

// Run

async function run(isNew = true) {
  const query = field.getValue();
  clearFault(field);
  if (!query.trim()) return say(_("There is no query yet."));
  begin(query, isNew !== false);
  const [asked] = await Promise.all([asker.ask(query), loadMetadata()]);
  if (asker.running) return;
  end();
  if (!asked) return say(_("Stopped."));
  if (asked.fault) return showFault(asked.fault);
  const { view, choices } = readState();
  section.hidden = false;
  isAnswered = true;
  views.show({ query, ...asked }, view, choices);
  say("");
  remember(query, asked.answer.rows.length);
  showRecent(find(".recent"), open);
}

function begin(query, isNew) {
  const before = readAddress();
  const { view, choices } = before.query === query ? readState() : { view: before.view, choices: {} };
  setAddress(writeAddress(form.dataset.page, query, view, choices), isNew && before.query !== query);
  buttons.stop.hidden = false;
  buttons.run.disabled = true;
  outcome.setAttribute("aria-busy", "true");
  say(_("Running …"));
  watch();
  section.classList.toggle("stale", isAnswered);
  showSamples(find(".samples"), query, makeCopier);
}

// How long somebody has waited, from the second second on; not read out anew each time.
function watch() {
  const started = Date.now();
  clearInterval(ticking);
  ticking = setInterval(() => {
    elapsed.textContent = _("{count} s", { count: Math.round((Date.now() - started) / 1000) });
  }, 1000);
}

function end() {
  clearInterval(ticking);
  elapsed.textContent = "";
  buttons.stop.hidden = true;
  buttons.run.disabled = false;
  outcome.removeAttribute("aria-busy");
  section.classList.remove("stale");
}

function showFault(fault) {
  section.hidden = false;
  isAnswered = false;
  const told = fault.line ? _("Line {line}, column {column}: {what}", fault) : fault.what;
  const parts = [make("p", {}, make("strong", {}, told))];
  if (fault.repair) parts.push(make("p", {}, fault.repair));
  if (fault.line) {
    const from = markFault(field, fault.line, fault.column, fault.what);
    const go = () => {
      field.focus();
      field.setCursor(from);
    };
    field.scrollIntoView(from, 60);
    parts.push(make("p", {}, make("button", { type: "button", class: "quiet", onclick: go }, _("Go to the place"))));
  }
  parts.push(make("p", { class: "note" }, _("The endpoint says:"), " ", make("span", { lang: "en" }, fault.detail)));
  outcome.replaceChildren(make("div", { class: "notice fault", role: "alert" }, ...parts));
  say("");
}

function say(text) {
  state.textContent = text;
}

// State

function readState() {
  const { query, view, lang, wait, question, ...choices } = readAddress();
  return { view: VIEWS.includes(view) ? view : undefined, choices };
}

function note(view, choices) {
  setAddress(writeAddress(form.dataset.page, views.asked.query, view, choices), false);
}

function open(query) {
  field.setValue(query);
  run();
  form.scrollIntoView({ block: "nearest" });
}

async function offerPrefixes() {
  const metadata = await loadMetadata();
  if (metadata) buttons.add.hidden = findMissing(field.getValue(), metadata.prefixes).length === 0;
}

function makeCopier(name) {
  const button = make("button", { type: "button", class: "quiet copy" }, _("Copy"));
  button.addEventListener("click", async () => {
    const isDone = await copy(find(`[data-sample="${name}"] pre code`).textContent);
    button.textContent = isDone ? _("Copied") : _("Could not be copied");
    setTimeout(() => (button.textContent = _("Copy")), 2000);
  });
  return button;
}

// Begin

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
buttons.stop.addEventListener("click", () => asker.stop());
buttons.add.addEventListener("click", async () => {
  const metadata = await loadMetadata();
  if (metadata) addPrefixes(field, metadata.prefixes);
});
buttons.link.addEventListener("click", async () => {
  const { view, choices } = readState();
  const isDone = await copy(new URL(writeAddress(form.dataset.page, field.getValue(), view, choices), location.href).href);
  say(isDone ? _("The link is copied.") : _("Could not be copied"));
});
let waiting = 0;
field.on("change", () => {
  clearTimeout(waiting);
  waiting = setTimeout(offerPrefixes, 400);
});
window.addEventListener("popstate", () => {
  const { query } = readAddress();
  if (query === undefined) return location.reload();
  field.setValue(query);
  run(false);
});
find("#keys").hidden = false;
buttons.link.hidden = false;
enliven(find(".examples"), open);
showRecent(find(".recent"), open);
if (matchMedia("(min-width: 60rem)").matches) find(".examples").open = true;
showSamples(find(".samples"), field.getValue(), makeCopier);
if ("asked" in form.dataset) run(false);
offerPrefixes();
form.dataset.ready = "";
