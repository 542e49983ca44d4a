// The editor itself: YASQE, kept to the page's policy. What of it would write styles or HTML, ask servers elsewhere,
// keep queries or share them is left out or done here instead.
import { Yasqe } from "@zazuko/yasqe";
import "@zazuko/yasqe/build/yasqe.min.css";
import { _, language } from "../texts.js";
import { complete } from "./completing.js";
import { make } from "./dom.js";
import { findMissing, findPrologueEnd } from "./sparql.js";

// Its completers ask prefix.cc and LOV.
Yasqe.defaults.autocompleters = [];
// It draws a mark from a text of SVG with styles, and a hint from HTML.
Yasqe.prototype.checkSyntax = markLines;

const OPTIONS = {
  persistenceId: null,
  consumeShareLink: null,
  createShareableLink: null,
  showQueryButton: false,
  resizeable: false,
  editorHeight: "auto",
  // As high as its query: a field that scrolls within a page that scrolls is left by nobody's keyboard.
  viewportMargin: Infinity,
  lineWrapping: true,
  indentUnit: 2,
  tabSize: 2,
};

/** Return the editor in the place of a textarea; `run` is called by its keys, `load` gives what completes names. */
export function makeField(textarea, run, load) {
  const parent = make("div", { class: "field" });
  textarea.after(parent);
  textarea.hidden = true;
  const yasqe = new Yasqe(parent, {
    ...OPTIONS,
    value: textarea.value,
    screenReaderLabel: _("SPARQL query"),
    extraKeys: { "Ctrl-Enter": run, "Cmd-Enter": run, "Ctrl-S": () => {}, "Ctrl-Space": (cm) => offer(cm, load, true) },
  });
  yasqe.getInputField().setAttribute("aria-describedby", textarea.getAttribute("aria-describedby"));
  freeTab(yasqe);
  yasqe.on("inputRead", (cm, change) => {
    if (/^(\+input|\*compose)/.test(change.origin ?? "") && !cm.state.completionActive) offer(cm, load, false);
  });
  return yasqe;
}

/** Let Escape free the key Tab, until something is typed again: nobody is kept in the editor. */
function freeTab(yasqe) {
  const keys = yasqe.getOption("extraKeys");
  const free = { ...keys, Tab: false, "Shift-Tab": false };
  keys.Esc = free.Esc = () => yasqe.setOption("extraKeys", free);
  yasqe.setOption("extraKeys", keys);
  const hold = () => yasqe.getOption("extraKeys") === free && yasqe.setOption("extraKeys", keys);
  yasqe.on("change", hold);
  yasqe.on("blur", hold);
}

async function offer(cm, load, isAsked) {
  const metadata = await load();
  if (!metadata || !cm.hasFocus()) return;
  const hint = () => listHints(cm, metadata, isAsked);
  cm.showHint({ hint, completeSingle: false, closeCharacters: /[\s()[\]{};,]/, alignWithWord: true });
}

function listHints(cm, metadata, isAsked) {
  const to = cm.getCursor();
  const before = cm.getRange({ line: 0, ch: 0 }, to);
  const { partial, list } = complete(before, cm.getValue(), metadata, isAsked);
  const from = { line: to.line, ch: to.ch - partial.length };
  const shown = list.filter(({ text }) => text !== partial);
  return { from, to, list: shown.map((found) => ({ ...found, render, hint: (...given) => pick(metadata, ...given) })) };
}

function render(item, _data, { text, entry }) {
  // The list is made elsewhere, without a name.
  item.parentElement.setAttribute("aria-label", _("What can be written here"));
  item.parentElement.tabIndex = 0;
  const name = entry && (entry.names[language] ?? Object.values(entry.names)[0]);
  item.append(make("span", { class: "hint-name" }, text), make("span", { class: "hint-label" }, name ?? ""));
}

function pick(metadata, cm, { from, to }, { text, declares }) {
  cm.operation(() => {
    cm.replaceRange(text, from, to, "complete");
    const prefix = text.split(":", 1)[0];
    if (!declares && text.includes(":")) addPrefixes(cm, metadata.prefixes, (each) => each === prefix);
  });
}

/** Declare the prefixes a query uses and does not declare, below those it has. */
export function addPrefixes(cm, known, wants = () => true) {
  const text = cm.getValue();
  const lines = findMissing(text, known).filter(wants).map((prefix) => `PREFIX ${prefix}: <${known[prefix]}>`);
  if (!lines.length) return;
  const end = findPrologueEnd(text);
  if (end !== null) cm.replaceRange(`\n${lines.join("\n")}`, cm.posFromIndex(end));
  else cm.replaceRange(`${lines.join("\n")}\n\n`, { line: countComments(cm), ch: 0 });
}

function countComments(cm) {
  let line = 0;
  while (line < cm.lastLine() && cm.getLine(line).startsWith("#")) line += 1;
  return line;
}

// In place of a method of YASQE: finds the first line its grammar cannot read.
function markLines() {
  this.queryValid = true;
  this.clearGutter("gutterErrorBar");
  let isPrecise = !this.prevQueryValid;
  for (let line = 0; line < this.lineCount(); line += 1) {
    const { state } = this.getTokenAt({ line, ch: this.getLine(line).length }, isPrecise);
    isPrecise = false;
    this.setOption("queryType", state.queryType);
    if (state.OK === false) {
      this.queryValid = false;
      this.setGutterMarker(line, "gutterErrorBar", makeMark(_("Not SPARQL yet from here on")));
      return;
    }
  }
}

function makeMark(title) {
  return make("span", { class: "fault-mark", title, role: "img", "aria-label": title }, "!");
}

/** Mark a place the endpoint named, line and column counted from 1 in code points; return where it is. */
export function markFault(cm, line, column, message) {
  const text = cm.getLine(line - 1) ?? "";
  const ch = Math.min([...text].slice(0, column - 1).join("").length, text.length);
  const length = /^(?:[\p{L}\p{N}_:?$.-]+|.)/u.exec(text.slice(ch))?.[0].length ?? 0;
  const from = { line: line - 1, ch: length ? ch : Math.max(0, ch - 1) };
  cm.markText(from, { line: line - 1, ch: ch + length }, { className: "fault-place", attributes: { title: message } });
  cm.addLineClass(line - 1, "background", "fault-line");
  cm.setGutterMarker(line - 1, "gutterErrorBar", makeMark(message));
  return from;
}

/** Take away the marks of a fault. */
export function clearFault(cm) {
  for (const mark of cm.getAllMarks()) if (mark.className === "fault-place") mark.clear();
  cm.eachLine((line) => {
    cm.removeLineClass(line, "background", "fault-line");
  });
  cm.clearGutter("gutterErrorBar");
}
