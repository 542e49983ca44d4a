// Puts a chart into its place: colours of the page, its width, links of its points, its download as a file.
import * as echarts from "echarts/core";
import { BarChart, GraphChart, LineChart, SankeyChart } from "echarts/charts";
import { AriaComponent, DataZoomComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import { _ } from "../texts.js";
import { readPalette } from "./palette.js";

echarts.use([
  BarChart, GraphChart, LineChart, SankeyChart,
  AriaComponent, DataZoomComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent,
  CanvasRenderer, SVGRenderer,
]);

const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
const isDark = matchMedia("(prefers-color-scheme: dark)");
// A file of a chart is as large as a slide shows it, whatever the window.
const WIDTH = 1200;
const HEIGHT = 675;
const SHARPNESS = 2;
// Room in it for a title, a source and the edges.
const HEAD = 64;
const FOOT = 44;
const MARGIN = 24;

/**
 * Draw `data` into `element` by `draw(data, palette)`, which returns the options of ECharts, and keep it fitting. The
 * palette has the width and height there are; `draw.measure(data, width)`, where there is one, says how high it has to be, or 0.
 * Below it stand buttons that save it as a file, named by `data.title` or the page; with `data.tools` false there are none.
 * `data.source` is written into such files, `data.csv` is where its figures can be had.
 */
export function mount(element, data, draw) {
  element.replaceChildren();
  // On a canvas: what the renderer for SVG writes into style attributes the page's policy does not allow.
  const fit = () => {
    const width = element.clientWidth;
    const height = draw.measure?.(data, width);
    if (height) element.style.height = `${height}px`;
    return { width, height: element.clientHeight };
  };
  let size = fit();
  const chart = echarts.init(element, null, { renderer: "canvas" });
  const render = () => chart.setOption(dress(draw(data, { ...readPalette(element), ...size })), { notMerge: true });
  render();
  chart.on("click", ({ data: point }) => {
    if (point?.link) follow(point.link);
  });
  isDark.addEventListener("change", render);
  new ResizeObserver(() => {
    // Without any width there is nothing to draw on, until there is again.
    if (!element.clientWidth) return;
    const before = size.width;
    size = fit();
    chart.resize();
    // What is placed by the pixel is placed anew.
    if (size.width !== before) render();
  }).observe(element);
  element.dataset.drawn = String(data.kind);
  if (data.tools !== false) addTools(element, data, draw);
  return chart;
}

/** Return options with what all charts share. */
export function dress(options) {
  return {
    animation: !isCalm.matches,
    aria: { enabled: false },
    ...options,
    // Drawn, not made of HTML: neither names in the data nor its styles reach the page.
    tooltip: { renderMode: "richText", confine: true, ...options.tooltip },
  };
}

/** Return a chart as the text of an SVG file. */
export function writeSvg(data, draw, palette, width, height) {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption(dress(frame(data, draw, palette, width, height)));
  const text = chart.renderToSVGString();
  chart.dispose();
  return text;
}

/** Return a chart as the address of a PNG file, `data:…`. */
export function writePng(data, draw, palette, width, height) {
  const place = document.createElement("div");
  const chart = echarts.init(place, null, { renderer: "canvas", width, height, devicePixelRatio: SHARPNESS });
  chart.setOption(dress(frame(data, draw, palette, width, height)));
  const address = chart.getDataURL({ type: "png", pixelRatio: SHARPNESS, backgroundColor: palette.paper });
  chart.dispose();
  return address;
}

// In a frame of another page the evidence opens beside it.
function follow(link) {
  if (window.top === window) location.assign(link);
  else window.open(link, "_blank", "noopener");
}

function findHeight(data, draw) {
  const height = draw.measure?.(data, WIDTH - 2 * MARGIN);
  return height ? height + HEAD + FOOT : HEIGHT;
}

/** Return options with title and source around the chart, for it stands alone in a file. */
function frame(data, draw, palette, width, height) {
  const room = { width: width - 2 * MARGIN, height: height - HEAD - FOOT };
  const options = draw(data, { ...palette, ...room });
  const text = { fontFamily: palette.font, width: room.width, overflow: "truncate" };
  const title = [
    { text: data.title ?? nameChart(), left: MARGIN, top: 18, textStyle: { ...text, color: palette.ink, fontSize: 20 } },
    { text: data.source ?? "", left: MARGIN, bottom: 10, textStyle: { ...text, color: palette.quiet, fontSize: 13, fontWeight: "normal" } },
  ];
  const shift = (place) => ({ ...place, left: MARGIN + toPixels(place.left), right: MARGIN + toPixels(place.right), top: HEAD + toPixels(place.top), bottom: FOOT + toPixels(place.bottom) });
  const { grid, legend } = options;
  return {
    ...options,
    animation: false,
    backgroundColor: palette.paper,
    title,
    ...(grid && { grid: shift(grid) }),
    ...(legend && { legend: { ...legend, left: MARGIN, top: HEAD + toPixels(legend.top) } }),
    // What has no axes says itself where it stands.
    series: grid ? options.series : options.series.map((each) => ({ ...each, ...shift(each) })),
  };
}

function toPixels(place) {
  return typeof place === "number" ? place : 0;
}

function addTools(element, data, draw) {
  const tools = document.createElement("div");
  tools.className = "tools";
  const name = nameFile(data.title ?? nameChart());
  const size = () => [WIDTH, findHeight(data, draw)];
  const offer = (label, text, make) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = label;
    button.setAttribute("aria-label", text);
    button.addEventListener("click", make);
    tools.append(button);
  };
  offer("PNG", _("Save the chart as PNG"), () => save(writePng(data, draw, readPalette(element, "light"), ...size()), `${name}.png`));
  offer("SVG", _("Save the chart as SVG"), () => {
    const file = new Blob([writeSvg(data, draw, readPalette(element, "light"), ...size())], { type: "image/svg+xml" });
    const address = URL.createObjectURL(file);
    save(address, `${name}.svg`);
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });
  if (data.csv) offer("CSV", _("Save the figures as CSV"), () => save(data.csv, `${name}.csv`));
  element.after(tools);
}

function save(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

function nameChart() {
  return document.querySelector("h1")?.textContent.trim() || document.title;
}

// What no file system minds: https://learn.microsoft.com/windows/win32/fileio/naming-a-file.
function nameFile(text) {
  const plain = text.replace(/[\p{Cc}<>:"/\\|?*.,·，、：]+/gu, " ").trim();
  return [...plain.replace(/\s+/gu, "-")].slice(0, 60).join("").replace(/-$/, "") || "chart";
}
