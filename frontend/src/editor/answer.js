// Answers as tables: rows of SPARQL results in JSON, triples of N-Triples, or a truth.
const XSD = "http://www.w3.org/2001/XMLSchema#";
const INTEGERS = ["integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
  "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"];
const NUMBERS = new Set([...INTEGERS, "decimal", "double", "float"].map((name) => XSD + name));
const TIMES = new Set(["date", "dateTime", "gYear", "gYearMonth"].map((name) => XSD + name));
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
// Days, months, years and spans of them, as periods are written.
const PERIOD = /^\d{4}(?:-\d{2}(?:-\d{2})?)?(?:(?:\/|--)\d{4}(?:-\d{2}(?:-\d{2})?)?)?$/;
const TRIPLE = /^(<[^>]*>|_:\S+) (<[^>]*>) (<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^>]*>)?) \.$/;
const ESCAPES = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

/**
 * Return an answer: `{form, names, rows}`, its form `rows`, `triples` or `boolean` (with `truth`).
 *
 * A cell is null or `{value, kind, language, datatype}`, its kind `iri`, `blank` or `literal`.
 */
export function readAnswer(text, mediaType) {
  if (!mediaType.includes("json")) return readTriples(text);
  const told = JSON.parse(text);
  if ("boolean" in told) return { form: "boolean", truth: told.boolean, names: [], rows: [] };
  const names = told.head.vars;
  return { form: "rows", names, rows: told.results.bindings.map((row) => names.map((name) => readCell(row[name]))) };
}

function readCell(told) {
  if (!told) return null;
  if (told.type === "triple") return { value: JSON.stringify(told.value), kind: "literal", language: "", datatype: "" };
  const kind = { uri: "iri", bnode: "blank" }[told.type] ?? "literal";
  return { value: told.value, kind, language: told["xml:lang"] ?? "", datatype: told.datatype ?? "" };
}

function readTriples(text) {
  const rows = [...new Set(text.split("\n"))].map((line) => TRIPLE.exec(line)).filter(Boolean);
  return { form: "triples", names: ["subject", "predicate", "object"], rows: rows.map((found) => found.slice(1).map(readTerm)) };
}

function readTerm(text) {
  const blank = { language: "", datatype: "" };
  if (text.startsWith("<")) return { value: unescape(text.slice(1, -1)), kind: "iri", ...blank };
  if (text.startsWith("_:")) return { value: text, kind: "blank", ...blank };
  const [, value, language = "", datatype = ""] = /^"(.*)"(?:@([\w-]+)|\^\^<(.*)>)?$/s.exec(text);
  return { value: unescape(value), kind: "literal", language, datatype };
}

function unescape(text) {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_whole, four, eight, one) =>
    four || eight ? String.fromCodePoint(parseInt(four ?? eight, 16)) : (ESCAPES[one] ?? one),
  );
}

/** Tell whether a cell is a number. */
export function isNumber(cell) {
  return cell !== null && NUMBERS.has(cell.datatype) && NUMBER.test(cell.value);
}

/** Tell whether a cell is a time: of a datatype of times, or written as periods are. */
export function isTime(cell) {
  return cell !== null && (TIMES.has(cell.datatype) || (cell.kind === "literal" && !isNumber(cell) && PERIOD.test(cell.value)));
}

/** Return the columns of an answer: `{name, place, isNumber, isTime, distinct}`. */
export function describeColumns({ names, rows }) {
  return names.map((name, place) => {
    const cells = rows.map((row) => row[place]).filter((cell) => cell !== null);
    return {
      name,
      place,
      isNumber: cells.length > 0 && cells.every(isNumber),
      isTime: cells.length > 0 && cells.every(isTime),
      distinct: new Set(cells.map((cell) => cell.value)).size,
    };
  });
}
