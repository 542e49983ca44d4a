// The tokens of SPARQL, and what the place behind them asks for. https://www.w3.org/TR/sparql11-query/#sparqlGrammar
const TOKEN = new RegExp(
  [
    String.raw`(?<comment>#[^\r\n]*)`,
    String.raw`(?<string>"""(?:[^"\\]|\\.|"(?!""))*(?:"""|$)|'''(?:[^'\\]|\\.|'(?!''))*(?:'''|$)|"(?:[^"\\\r\n]|\\.)*"?|'(?:[^'\\\r\n]|\\.)*'?)`,
    String.raw`(?<iri><[^<>"{}|^\x60\\\x00-\x20]*>)`,
    String.raw`(?<variable>[?$][\p{L}\p{N}_]+)`,
    String.raw`(?<name>(?:\p{L}(?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?)?:(?:[\p{L}\p{N}_:%.-]*[\p{L}\p{N}_:-])?)`,
    String.raw`(?<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)`,
    String.raw`(?<number>[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)`,
    String.raw`(?<word>\p{L}[\p{L}\p{N}_]*)`,
    String.raw`(?<mark>\^\^|&&|\|\||[{}()[\].;,/|^*+?!=<>-])`,
  ].join("|"),
  "gsu",
);
const DECLARED = /\bprefix\s+([\p{L}\p{N}_.-]*):\s*<([^>]*)>/giu;
// What follows these is no triple: the name of a group, an expression, data.
const MODES = { PREFIX: "declaration", BASE: "declaration", GRAPH: "group", SERVICE: "group", VALUES: "data" };
for (const word of ["FILTER", "BIND", "HAVING", "BY", "SELECT", "DISTINCT", "REDUCED"]) MODES[word] = "expression";

/** Return the tokens of a text: `{kind, text, start}`, comments among them. */
export function readTokens(text) {
  return [...text.matchAll(TOKEN)].map((found) => ({
    kind: Object.keys(found.groups).find((kind) => found.groups[kind] !== undefined),
    text: found[0],
    start: found.index,
  }));
}

/** Return the prefixes a query declares, and their namespaces. */
export function readPrefixes(text) {
  return new Map([...text.matchAll(DECLARED)].map(([, prefix, namespace]) => [prefix, namespace]));
}

/** Return the prefixes a query uses and does not declare, of those that are known. */
export function findMissing(text, known) {
  const declared = readPrefixes(text);
  const used = readTokens(text).filter((token) => token.kind === "name").map((token) => token.text.split(":", 1)[0]);
  return [...new Set(used)].filter((prefix) => prefix in known && !declared.has(prefix)).sort();
}

/** Return the offset behind the last PREFIX or BASE of a query: where one more may stand. */
export function findPrologueEnd(text) {
  const tokens = readTokens(text).filter((token) => token.kind !== "comment");
  let end = null;
  for (let place = 0; place < tokens.length; ) {
    const word = tokens[place].text.toUpperCase();
    const length = word === "PREFIX" ? 3 : word === "BASE" ? 2 : 0;
    const last = tokens[place + length - 1];
    if (!length || last?.kind !== "iri") break;
    end = last.start + last.text.length;
    place += length;
  }
  return end;
}

/** Return the variables of a query, without their question marks. */
export function readVariables(text) {
  const found = readTokens(text).filter((token) => token.kind === "variable");
  return [...new Set(found.map((token) => token.text.slice(1)))].sort();
}

/** Return what the query asks for: SELECT, ASK, CONSTRUCT or DESCRIBE; "" where it does not say yet. */
export function findForm(text) {
  const found = readTokens(text).find((token) => token.kind === "word" && /^(select|ask|construct|describe)$/i.test(token.text));
  return found ? found.text.toUpperCase() : "";
}

/**
 * Return what the end of a text is a place for: `{place, subject, predicate, classes}`.
 *
 * `place` is `none` (in a string or comment), `prefix`, `subject`, `predicate`, `object`, `end` of a triple, or `any` in
 * an expression. `classes` has what is said of variables and names by `a`.
 */
export function findContext(text) {
  const all = readTokens(text);
  const last = all.at(-1);
  const isAtEnd = last !== undefined && last.start + last.text.length === text.length;
  if (isAtEnd && (last.kind === "comment" || (last.kind === "string" && !isClosed(last.text)))) return { place: "none" };
  const walk = new Walk();
  for (const token of all) if (token.kind !== "comment") walk.take(token);
  return walk.tell();
}

function isClosed(text) {
  const quote = text.startsWith('"""') ? '"""' : text.startsWith("'''") ? "'''" : text[0];
  return text.length >= 2 * quote.length && text.endsWith(quote);
}

// Where a reader of triples stands: which term comes next, and whether something else than a triple is being read.
class Walk {
  constructor() {
    this.stack = [];
    this.state = { place: "any", subject: "", predicate: "" };
    this.mode = "";
    this.classes = {};
  }

  tell() {
    const place = this.mode === "declaration" ? "prefix" : this.mode ? "any" : this.state.place;
    return { ...this.state, place, classes: this.classes };
  }

  take({ kind, text }) {
    if (kind === "mark") this.takeMark(text);
    else if (kind === "word" && !(text === "a" && this.state.place === "predicate")) this.takeWord(text.toUpperCase());
    else if (kind !== "tag") this.takeTerm(text);
  }

  takeWord(word) {
    if (word in MODES) this.mode = MODES[word];
    else if (word === "TRUE" || word === "FALSE") this.takeTerm(word);
  }

  takeTerm(text) {
    const { state } = this;
    if (this.mode === "declaration" && text.startsWith("<")) this.mode = "";
    if (this.mode || state.place === "any") return;
    if (state.place === "subject") Object.assign(state, { place: "predicate", subject: text });
    else if (state.place === "predicate") Object.assign(state, { place: "object", predicate: text });
    else if (state.place === "object") {
      if (/^(a|rdf:type)$/.test(state.predicate)) this.classes[state.subject] = text;
      state.place = "end";
    }
  }

  takeMark(mark) {
    const { state } = this;
    if (mark === "{") this.push(this.mode === "data" ? "any" : "subject");
    else if (mark === "(") this.push("any");
    else if (mark === "[") this.push(state.place === "any" ? "any" : "predicate");
    else if (/^[})\]]$/.test(mark)) this.pop(mark);
    else if (state.place === "any") return;
    else if (mark === ".") this.beginTriple();
    else if (mark === ";") state.place = "predicate";
    else if (mark === "," && state.place === "end") state.place = "object";
    else if (/^[/|^]$/.test(mark) && state.place === "object") state.place = "predicate";
  }

  beginTriple() {
    if (this.state.place !== "any") Object.assign(this.state, { place: "subject", subject: "", predicate: "" });
    this.mode = "";
  }

  push(place) {
    this.stack.push({ state: this.state, mode: this.mode });
    this.state = { place, subject: place === "predicate" ? "[]" : "", predicate: "" };
    this.mode = "";
  }

  pop(mark) {
    const before = this.stack.pop();
    if (!before) return;
    this.state = before.state;
    this.mode = "";
    if (mark === "}" || before.mode === "expression") this.beginTriple();
    else if (before.mode) this.mode = before.mode;
    else this.takeTerm("[]");
  }
}
