// Puts a chart into its place: colours of the page, its width, links of its points, its download as an image.
import * as echarts from "echarts/core";
import { BarChart, GraphChart, LineChart, SankeyChart } from "echarts/charts";
import { AriaComponent, DataZoomComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import { readPalette } from "./palette.js";

echarts.use([
  BarChart, GraphChart, LineChart, SankeyChart,
  AriaComponent, DataZoomComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent,
  CanvasRenderer, SVGRenderer,
]);

const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
const isDark = matchMedia("(prefers-color-scheme: dark)");

/** Draw `data` into `element` by `draw(data, palette)`, which returns the options of ECharts, and keep it fitting. */
export function mount(element, data, draw) {
  element.replaceChildren();
  // On a canvas: what the renderer for SVG writes into style attributes the page's policy does not allow.
  const chart = echarts.init(element, null, { renderer: "canvas" });
  const render = () => chart.setOption(dress(draw(data, readPalette(element))), { notMerge: true });
  render();
  chart.on("click", ({ data: point }) => {
    if (point?.link) location.assign(point.link);
  });
  isDark.addEventListener("change", render);
  new ResizeObserver(() => chart.resize()).observe(element);
  element.dataset.drawn = String(data.kind);
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
  chart.setOption(dress({ ...draw(data, palette), animation: false }));
  const text = chart.renderToSVGString();
  chart.dispose();
  return text;
}
