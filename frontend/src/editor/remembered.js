// The queries somebody ran lately, kept in their browser alone.
import { _, language } from "../texts.js";
import { make } from "./dom.js";

const KEY = "provfin.queries";
const MOST = 30;

/** Return the queries that are kept, the last first: `{query, time, rows}`. */
export function listRecent() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((each) => typeof each?.query === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function keep(list) {
  try {
    localStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    // Somebody keeps nothing, or there is no room: the editor works without.
  }
}

/** Keep a query that was answered with so many rows. */
export function remember(query, rows) {
  const others = listRecent().filter((each) => each.query !== query);
  keep([{ query, rows, time: Date.now() }, ...others].slice(0, MOST));
}

/** Show the queries that are kept in their menu; `load` is told which one is chosen. */
export function showRecent(menu, load) {
  const list = listRecent();
  menu.hidden = list.length === 0;
  menu.querySelector("ol").replaceChildren(...list.map((each) => makeItem(each, load)));
  menu.querySelector(".clear").onclick = () => {
    keep([]);
    showRecent(menu, load);
  };
}

function makeItem({ query, rows, time }, load) {
  const when = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(time);
  const button = make("button", { type: "button", class: "recall", title: query, onclick: () => load(query) }, summarize(query));
  return make("li", {}, button, make("small", {}, _("{time}, {count} rows", { time: when, count: rows })));
}

// What a query says first: the comment above it, or what it selects.
function summarize(query) {
  const lines = query.split("\n").map((line) => line.trim()).filter((line) => line && !/^(prefix|base)\b/i.test(line));
  return (lines[0] ?? query).replace(/^#\s*/, "").slice(0, 120);
}
