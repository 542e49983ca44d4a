// The place where an answer is drawn: one chart, drawn anew for every choice.
import { dress, mount } from "../charts/mount.js";
import { readPalette } from "../charts/palette.js";
import { drawSeries } from "../charts/series.js";

/** Return what draws series in an element: `draw(data)` in the place of what is drawn. */
export function makeStage(element, first) {
  let shown = first;
  const chart = mount(element, first, (_data, palette) => drawSeries(shown, palette));
  return {
    draw(data) {
      shown = data;
      chart.resize();
      const size = { width: element.clientWidth, height: element.clientHeight };
      chart.setOption(dress(drawSeries(data, { ...readPalette(element), ...size })), { notMerge: true });
    },
  };
}
