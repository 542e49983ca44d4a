// What can be written at a place of a query: names of the release found by what they are called, and variables.
import { findContext, readPrefixes, readVariables } from "./sparql.js";

const MOST = 60;
// The word before the cursor: a variable, a name with or without its prefix, in any script.
const PARTIAL = /(?:[?$][\p{L}\p{N}_]*|(?:\p{L}(?:[\p{L}\p{N}_.-]*))?:[\p{L}\p{N}_.-]*|[\p{L}](?:[\p{L}\p{N}_-]*))$/u;
const HAN = /\p{Script=Han}/u;

/**
 * Return what fits behind `before`, the query up to the cursor: `{partial, list}`, best first.
 *
 * Each of the list is `{text, entry}`; `entry` of a name has its `names` by language and `n`, how often it is used.
 * `isAsked`: somebody asks to see what there is, so that nothing has to be typed first.
 */
export function complete(before, whole, metadata, isAsked) {
  const partial = PARTIAL.exec(before)?.[0] ?? "";
  const context = findContext(before.slice(0, before.length - partial.length));
  if (context.place === "none" || (context.place === "end" && !isAsked)) return { partial, list: [] };
  if (/^[?$]/.test(partial)) return { partial, list: listVariables(partial, whole) };
  if (context.place === "prefix") return { partial, list: listPrefixes(partial, whole, metadata) };
  if (!isAsked && !isWorth(partial)) return { partial, list: [] };
  const list = findNames(partial, listCandidates(context, partial, metadata));
  if (isAsked && !partial && context.place !== "predicate") list.unshift(...listVariables("?", whole));
  return { partial, list: list.slice(0, MOST) };
}

// One letter says little, one character of Chinese or a prefix much.
function isWorth(partial) {
  return partial.includes(":") || HAN.test(partial) || partial.length > 1;
}

function listVariables(partial, whole) {
  const found = readVariables(whole).map((name) => partial[0] + name);
  return found.filter((text) => text.startsWith(partial) && text !== partial).map((text) => ({ text }));
}

function listPrefixes(partial, whole, metadata) {
  const declared = readPrefixes(whole);
  return Object.entries(metadata.prefixes)
    .filter(([prefix]) => `${prefix}:`.startsWith(partial) && !declared.has(prefix))
    .map(([prefix, namespace]) => ({ text: `${prefix}: <${namespace}>`, declares: prefix }));
}

/** Return what may stand at a place: lists of entries, those that fit best first. */
function listCandidates(context, partial, metadata) {
  const { classes, properties, codes } = metadata;
  if (context.place === "predicate") {
    const own = metadata.classes.find((each) => each.name === context.classes[context.subject]);
    const had = new Set(own?.properties ?? []);
    return [properties.filter((_, place) => had.has(place)), properties.filter((_, place) => !had.has(place))];
  }
  if (context.place === "object" && /^(a|rdf:type)$/.test(context.predicate)) return [classes];
  const values = properties.find((each) => each.name === context.predicate)?.values;
  if (context.place === "object" && values) {
    const fitting = codes.filter((each) => values.includes(each.name.split(":", 1)[0]));
    return partial.includes(":") ? [fitting, codes] : [fitting];
  }
  return [codes, classes, properties];
}

function findNames(partial, lists) {
  const seen = new Set();
  return lists.flatMap((entries) =>
    entries
      .map((entry) => ({ entry, text: entry.name, rank: rank(partial, entry) }))
      .filter(({ text, rank: found }) => found < WORST && !seen.has(text) && seen.add(text))
      .sort((one, other) => one.rank - other.rank || other.entry.n - one.entry.n || one.text.length - other.text.length),
  );
}

const WORST = 9;

/** Return how well a name fits what was typed: 0 is best, `WORST` not at all. */
function rank(partial, { name, names, also = [] }) {
  if (!partial) return 0;
  const [prefix, local] = name.split(/:(.*)/s);
  const place = partial.indexOf(":");
  if (place >= 0 && prefix !== partial.slice(0, place)) return WORST;
  const typed = partial.slice(place + 1).toLowerCase();
  if (!typed) return 0;
  const texts = [local, ...Object.values(names), ...also].map((text) => text.toLowerCase());
  if (place < 0 && prefix.startsWith(typed)) return 3;
  if (texts.some((text) => text === typed)) return 0;
  // In Chinese what matters most often stands last: how much it is used says more than where it stands.
  if (!HAN.test(typed) && texts.some((text) => text.startsWith(typed))) return 1;
  return texts.some((text) => text.includes(typed)) ? 2 : WORST;
}
