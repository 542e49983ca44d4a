// Draws the charts of a page. Each is a `[data-chart]` element followed by its data as JSON, whose `kind` says who draws.
import { drawFlow } from "./charts/flow.js";
import { drawNetwork } from "./charts/network.js";
import { drawSeries } from "./charts/series.js";
import { mount } from "./charts/mount.js";

const KINDS = { series: drawSeries, flow: drawFlow, network: drawNetwork };

for (const element of document.querySelectorAll("[data-chart]")) {
  const data = JSON.parse(element.parentElement.querySelector(".chart-data").textContent);
  mount(element, data, KINDS[data.kind]);
}
