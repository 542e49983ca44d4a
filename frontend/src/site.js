// What every page does: suggestions of the search, and the key that leads to it. Pages read well without it.
import { language } from "./texts.js";
import { suggest } from "./suggestions.js";

const inputs = [...document.querySelectorAll("[data-suggest]")];
for (const input of inputs) suggest(input, language);

/** Whether keys that are pressed there are text. */
function isWriting(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  const isAlone = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
  if (event.key !== "/" || !isAlone || isWriting(event.target)) return;
  // A page that has a search of its own hides that of the header.
  const input = inputs.find((each) => each.offsetParent !== null);
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.select();
});
