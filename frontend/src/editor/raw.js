// An answer as the endpoint writes it, in any of its formats.
import { _ } from "../texts.js";
import { copy, make } from "./dom.js";

const RESULTS = [["json", "JSON", "application/sparql-results+json", "srj"], ["csv", "CSV", "text/csv", "csv"], ["tsv", "TSV", "text/tab-separated-values", "tsv"], ["xml", "XML", "application/sparql-results+xml", "srx"]];
const GRAPHS = [["turtle", "Turtle", "text/turtle", "ttl"], ["nt", "N-Triples", "application/n-triples", "nt"], ["jsonld", "JSON-LD", "application/ld+json", "jsonld"], ["rdf", "RDF/XML", "application/rdf+xml", "rdf"]];
// More than this is to be downloaded, not read.
const MOST_CHARACTERS = 200_000;
const MOST_INDENTED = 2_000_000;

/** Return the formats of an answer: name, title, media type and ending of each. */
export function listFormats(answer) {
  return answer.form === "triples" ? GRAPHS : RESULTS;
}

/** Return links under which a browser saves an answer. */
export function makeDownloads(asker, query, answer) {
  const links = listFormats(answer).map(([name, title, , ending]) =>
    make("li", {}, make("a", { href: asker.find(query, name), download: `answer.${ending}` }, title)),
  );
  return make("ul", { class: "formats downloads", "aria-label": _("Download"), "data-label": _("Download") }, ...links);
}

/** Show the text of an answer in an element, in the format of a name; `change` is told another that is chosen. */
export async function showRaw(element, asker, { query, answer, text }, chosen, change) {
  const formats = listFormats(answer);
  const [name, title, accept] = formats.find(([each]) => each === chosen) ?? formats[0];
  const tabs = formats.map(([each, words]) =>
    make("button", { type: "button", class: each === name ? "" : "quiet", "aria-pressed": String(each === name), onclick: () => change(each) }, words),
  );
  const code = make("code", {}, _("Loading …"));
  const copier = make("button", { type: "button", class: "quiet" }, _("Copy"));
  element.replaceChildren(
    make("div", { class: "tools" }, ...tabs, copier),
    make("pre", { class: "raw", tabindex: 0, role: "region", "aria-label": title }, code),
  );
  const isAtHand = name === "json" && text.length < MOST_INDENTED;
  const body = isAtHand ? JSON.stringify(JSON.parse(text), null, 2) : name === "json" ? text : await asker.fetchText(query, accept);
  copier.addEventListener("click", async () => {
    copier.textContent = (await copy(body)) ? _("Copied") : _("Could not be copied");
  });
  code.textContent = body.slice(0, MOST_CHARACTERS);
  if (body.length > MOST_CHARACTERS) element.append(make("p", { class: "note" }, _("The beginning is shown; download the rest.")));
}
