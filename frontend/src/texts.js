// The words of scripts: English here, translated in `src/provfin/web/locale/*/scripts.po`, given by the page as JSON.
const element = document.getElementById("texts");
const texts = element ? JSON.parse(element.textContent) : {};

/** The language of the page, as `zh`. */
export const language = document.documentElement.lang;

/** Return a text in the language of the page; `{name}` in it stands for a value. */
export function _(text, values = {}) {
  return (texts[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
