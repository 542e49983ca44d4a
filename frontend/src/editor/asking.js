// Asking the endpoint: one query at a time, which can be stopped; what went wrong is told in words.
import { _ } from "../texts.js";
import { readAnswer } from "./answer.js";

const ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9";

/** Asks an endpoint; a query that is asked takes the place of the one before. */
export class Asker {
  constructor(endpoint) {
    this.endpoint = endpoint;
    this.running = null;
  }

  /** Return `{answer, text, milliseconds}` or `{fault}`; null where it was stopped. */
  async ask(query) {
    this.stop();
    const control = new AbortController();
    this.running = control;
    const started = performance.now();
    try {
      const response = await this.send(query, ACCEPT, control.signal);
      const text = await response.text();
      if (!response.ok) return { fault: explain(response.status, text) };
      const answer = readAnswer(text, response.headers.get("Content-Type") ?? "");
      return { answer, text, milliseconds: Math.round(performance.now() - started) };
    } catch (error) {
      if (control.signal.aborted) return null;
      return { fault: makeFault(_("The server could not be reached."), _("Check the connection, then run the query again."), String(error.message)) };
    } finally {
      if (this.running === control) this.running = null;
    }
  }

  /** Return the answer to a query in a media type as text. */
  async fetchText(query, accept) {
    const response = await this.send(query, accept, null);
    const text = await response.text();
    return response.ok ? text : explain(response.status, text).what;
  }

  /** Stop what is asked; the server stops it too. */
  stop() {
    this.running?.abort();
    this.running = null;
  }

  send(query, accept, signal) {
    return fetch(this.endpoint, { method: "POST", headers: { Accept: accept }, body: new URLSearchParams({ query }), signal });
  }

  /** Return where a browser finds the answer in a format by its name. */
  find(query, format) {
    return `${this.endpoint}?${new URLSearchParams({ query, format })}`;
  }
}

function makeFault(what, repair, detail, place = {}) {
  return { what, repair, detail, ...place };
}

function explain(status, text) {
  const problem = readProblem(text);
  const detail = problem.detail ?? text.slice(0, 500);
  if (problem.line) return makeFault(nameCause(detail), "", detail, { line: problem.line, column: problem.column });
  const less = _("Ask for less: name an indicator, a period or an area, or add a LIMIT.");
  if (problem.limit === "time") return makeFault(_("The query took longer than it may."), less, detail);
  if (problem.limit === "memory") return makeFault(_("The query needed more memory than it may have."), less, detail);
  if (problem.limit === "size")
    return makeFault(_("The answer is larger than it may be."), _("Ask for it in pages with LIMIT and OFFSET, or download the whole release."), detail);
  if (problem.limit === "load" || status === 429)
    return makeFault(_("The server has too much to do."), _("Ask again in some seconds."), detail);
  return makeFault(_("The query could not be answered."), "", detail);
}

function readProblem(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function nameCause(detail) {
  const cause = detail.replace(/^line \d+, column \d+: /, "");
  const prefix = /^the prefix ([\p{L}\p{N}_.-]*): is not declared$/u.exec(cause);
  if (prefix) return _("The prefix {prefix}: is not declared.", { prefix: prefix[1] });
  if (cause.startsWith("not understood from here on")) return _("This is no SPARQL from the marked place on.");
  if (cause === "the query ends too early") return _("The query ends too early: something is still open.");
  return _("This is no SPARQL at the marked place.");
}
