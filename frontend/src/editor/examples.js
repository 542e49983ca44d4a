// The example questions: found by their words, loaded into the editor.
import { make } from "./dom.js";

/** Make the menu of examples one that filters and loads; `load` is given the text of a question. */
export function enliven(menu, load) {
  const filter = menu.querySelector(".filter");
  filter.hidden = false;
  filter.querySelector("input").addEventListener("input", (event) => sift(menu, event.target.value));
  menu.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-name]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const response = await fetch(`${menu.dataset.questions}${encodeURIComponent(link.dataset.name)}${location.search.includes("lang=") ? `?lang=${document.documentElement.lang}` : ""}`);
    if (response.ok) load(await response.text());
    else location.assign(link.href);
  });
}

function sift(menu, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let isAny = false;
  for (const section of menu.querySelectorAll("section")) {
    for (const item of section.querySelectorAll("li")) {
      const told = `${item.textContent} ${item.firstElementChild.dataset.name}`.toLowerCase();
      item.hidden = !words.every((word) => told.includes(word));
    }
    section.hidden = !section.querySelector("li:not([hidden])");
    isAny ||= !section.hidden;
  }
  menu.querySelector(".none").hidden = isAny;
}

/** Show the code that asks a query from elsewhere, and let it be copied. */
export async function showSamples(section, query, copyButton) {
  const response = await fetch(`${section.dataset.samples}?${new URLSearchParams({ query })}`);
  if (!response.ok) return;
  for (const { name, code } of await response.json()) {
    const place = section.querySelector(`[data-sample="${name}"] code`);
    section.querySelector(`[data-sample="${name}"] pre code`).textContent = code;
    if (place && !section.querySelector(`[data-sample="${name}"] .copy`)) {
      section.querySelector(`[data-sample="${name}"] pre`).before(make("p", { class: "tools" }, copyButton(name)));
    }
  }
}
