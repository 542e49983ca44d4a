// The reading view: the outline beside a text shows which part is being read. The page reads well without it.
const links = new Map(
  [...document.querySelectorAll(".places a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
);
const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
// Where on the screen a heading counts as reached, as a share of its height.
const REACHED = 0.35;
// Pixels of the outline that are to be seen above and below the part that is read.
const MARGIN = 40;

let current = null;

function show(link) {
  if (link === current) return;
  current?.removeAttribute("aria-current");
  link?.setAttribute("aria-current", "location");
  current = link;
  const box = link?.closest(".places");
  if (!box) return;
  // Only the outline scrolls, never the page.
  const place = link.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
  if (place < box.scrollTop + MARGIN || place + link.offsetHeight + MARGIN > box.scrollTop + box.clientHeight) {
    box.scrollTop = place - box.clientHeight / 2;
  }
}

function look() {
  const limit = window.innerHeight * REACHED;
  const passed = headings.filter((heading) => heading.getBoundingClientRect().top <= limit);
  show(links.get(passed.at(-1)?.id) ?? null);
}

let isWaiting = false;
addEventListener(
  "scroll",
  () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      look();
    });
  },
  { passive: true },
);
look();
