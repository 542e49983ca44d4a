// Suggestions below a search box, as a combobox with a list: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/.
import { _ } from "./texts.js";

// Milliseconds of rest in typing before the server is asked.
const REST = 120;

// The list is there only with this script, and so is its look.
const look = new CSSStyleSheet();
look.replaceSync(`
.suggestions { background: var(--paper); border: 1px solid var(--line); border-radius: var(--round); box-shadow: 0 8px 24px rgb(0 0 0 / .18);
  left: 0; list-style: none; margin: .25rem 0 0; max-height: min(28rem, 70vh); overflow-y: auto; padding: .3rem; position: absolute; right: 0; top: 100%; z-index: 8; }
.suggestions[hidden] { display: none; }
.suggestions li { align-items: baseline; border-radius: 5px; cursor: pointer; display: flex; gap: 0 1rem; justify-content: space-between; line-height: 1.4; padding: .35rem .6rem; }
.suggestions li[aria-selected="true"] { background: var(--card); box-shadow: inset 3px 0 var(--brand); }
.suggestions .also, .suggestions .kind { color: var(--quiet); font-size: .88rem; }
.suggestions .also { margin-left: .5em; }
.suggestions .kind { flex: none; max-width: 45%; text-align: right; }
@media print { .suggestions { display: none; } }
`);
document.adoptedStyleSheets.push(look);

let number = 0;

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Offer suggestions below a search box, whose `data-suggest` is where they come from, in a language. */
export function suggest(input, language) {
  const id = `suggestions-${++number}`;
  const list = make("ul", { id, class: "suggestions", role: "listbox", "aria-label": _("Suggestions"), hidden: "" });
  const status = make("span", { class: "unseen", role: "status" });
  input.form.append(list, status);
  const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id };
  for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);

  let active = -1;
  let rest = 0;
  let asking = new AbortController();

  const isOpen = () => !list.hidden;

  function choose(place) {
    active = place;
    [...list.children].forEach((option, each) => option.setAttribute("aria-selected", String(each === place)));
    const option = list.children[place];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function open(is) {
    list.hidden = !is;
    input.setAttribute("aria-expanded", String(is));
    choose(-1);
  }

  function stop() {
    clearTimeout(rest);
    asking.abort();
    open(false);
    status.textContent = "";
  }

  function draw({ name, lang, alias, kind, address }, place) {
    const texts = make("span", {}, make("span", lang ? { lang } : {}, name));
    if (alias) texts.append(make("span", { class: "also" }, alias));
    const option = make("li", { role: "option", id: `${id}-${place}`, "aria-selected": "false", "data-address": address }, texts);
    option.append(make("span", { class: "kind" }, kind));
    return option;
  }

  async function ask() {
    asking.abort();
    asking = new AbortController();
    const text = input.value.trim();
    if (!text) return stop();
    try {
      const told = new URLSearchParams({ q: text, lang: language });
      const response = await fetch(`${input.dataset.suggest}?${told}`, { signal: asking.signal });
      const { suggestions } = response.ok ? await response.json() : { suggestions: [] };
      list.replaceChildren(...suggestions.map(draw));
      open(suggestions.length > 0 && document.activeElement === input);
      status.textContent = suggestions.length ? _("{number} suggestions", { number: suggestions.length }) : _("No suggestions");
    } catch {
      // Whoever is faster than the server, or has none, searches without suggestions.
    }
  }

  function wait() {
    clearTimeout(rest);
    rest = setTimeout(ask, REST);
  }

  function move(step) {
    const { length } = list.children;
    // One place more than there are suggestions: the box itself.
    choose(((active + 1 + step + length + 1) % (length + 1)) - 1);
  }

  const keys = {
    ArrowDown: () => (isOpen() ? move(1) : ask()),
    ArrowUp: () => isOpen() && move(-1),
    Escape: () => isOpen() && stop(),
    Enter: () => isOpen() && active >= 0 && location.assign(list.children[active].dataset.address),
  };

  input.addEventListener("input", (event) => event.isComposing || wait());
  input.addEventListener("compositionend", wait);
  input.addEventListener("blur", stop);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.key in keys)) return;
    const did = keys[event.key]();
    if (did !== false) event.preventDefault();
  });
  // The box keeps the focus while something below it is pressed.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("mousemove", (event) => choose([...list.children].indexOf(event.target.closest("li"))));
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (option) location.assign(option.dataset.address);
  });
}
