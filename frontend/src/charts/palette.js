// The colours of charts: those of the page, so that both turn dark together.
const NAMES = ["ink", "quiet", "line", "paper", "card", "rise", "fall"];
const SERIES = 8;

/** Return the colours an element is drawn with, by name, and `series` for one after the other; `scheme` may be "light". */
export function readPalette(element, scheme = "") {
  const probe = document.createElement("span");
  if (scheme) probe.style.colorScheme = scheme;
  element.append(probe);
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const palette = Object.fromEntries(NAMES.map((name) => [name, read(name)]));
  palette.series = Array.from({ length: SERIES }, (_, index) => read(`series-${index + 1}`));
  palette.font = getComputedStyle(element).fontFamily;
  probe.remove();
  return palette;
}
