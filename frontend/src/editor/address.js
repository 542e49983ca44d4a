// The address of the page: the query, its view and the choices of that view, so that a link shows the same.
const LANGUAGE = "lang";

/** Return what the address says: `query`, `view` and all choices by name. */
export function readAddress() {
  return Object.fromEntries(new URLSearchParams(location.search));
}

/** Return the address of a query as it is seen, in the language of whoever opens it. */
export function writeAddress(page, query, view, choices) {
  const told = Object.entries({ query, view, ...choices }).filter(([, value]) => value !== undefined && value !== null);
  return `${page}?${new URLSearchParams(told)}`;
}

/** Make an address that of the page; one more step to go back to if `isNew`. */
export function setAddress(address, isNew) {
  const language = new URLSearchParams(location.search).get(LANGUAGE);
  history[isNew ? "pushState" : "replaceState"](null, "", language ? `${address}&${LANGUAGE}=${language}` : address);
  for (const link of document.querySelectorAll(".languages a")) {
    const target = new URL(link.href);
    target.searchParams.set("to", address);
    link.href = target.href;
  }
}
