// What IRIs are called and where their pages are.
import { language } from "../texts.js";

/** Names the IRIs of answers: by the metadata of the release once they are there, before by their shape. */
export class Names {
  constructor({ root, base, ontology }) {
    this.root = root;
    this.base = base;
    this.ontology = ontology;
    this.prefixes = [];
    this.labels = new Map();
  }

  /** Take in what the release says of its names. */
  learn({ prefixes, classes, properties, codes }) {
    this.prefixes = Object.entries(prefixes);
    for (const { name, names } of [...codes, ...properties, ...classes]) {
      const label = names[language] ?? Object.values(names)[0];
      const code = names[language] === undefined ? Object.keys(names)[0] : "";
      if (label) this.labels.set(name, { label, code });
    }
  }

  /** Return the short form of an IRI: with its prefix, or as a path below the release's own names. */
  shorten(iri) {
    const found = this.prefixes.find(([, namespace]) => iri.startsWith(namespace) && /^[^/#]+$/.test(iri.slice(namespace.length)));
    if (found) return `${found[0]}:${iri.slice(found[1].length)}`;
    return iri.startsWith(this.base) ? iri.slice(this.base.length) : iri;
  }

  /** Return `{label, code}`, `code` the language of a label that is in another than the page; undefined for none. */
  label(iri) {
    return this.labels.get(this.shorten(iri));
  }

  /** Return where the page of an IRI is, "" where it has none that may be gone to. */
  find(iri) {
    const safe = (text) => encodeURI(text).replace(/[?[\]]/g, encodeURIComponent);
    if (iri.startsWith(this.base)) return `${this.root}id/${safe(iri.slice(this.base.length)).replaceAll("#", "%23")}`;
    if (iri === this.ontology || /^[#/]/.test(iri.startsWith(this.ontology) ? iri.slice(this.ontology.length) : ""))
      return `${this.root}def${safe(iri.slice(this.ontology.length))}`;
    return /^https?:\/\//.test(iri) ? iri : "";
  }
}
