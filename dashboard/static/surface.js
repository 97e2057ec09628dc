// The decision surface of a network for points: each place in the colour of the class that it would get.

import { element } from "./packed.js";
import { mark } from "./samples.js";

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** Paint the probabilities (classes, side, side), first row at the bottom, on a canvas of side x side. */
function field(head, values, paper) {
  const side = head.side;
  const canvas = element("canvas", { width: side, height: side });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(side, side);
  const tints = head.classColours.map(channels);
  const ground = channels(paper);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = (side - 1 - row) * side + column;
      let best = 0;
      for (let label = 1; label < tints.length; label++) {
        if (values[label * side * side + at] > values[best * side * side + at]) best = label;
      }
      const chance = 1 / tints.length;
      const sure = Math.max(0, (values[best * side * side + at] - chance) / (1 - chance));
      const weight = 0.12 + 0.58 * sure;
      const to = 4 * (row * side + column);
      for (let colour = 0; colour < 3; colour++) image.data[to + colour] = ground[colour] * (1 - weight) + tints[best][colour] * weight;
      image.data[to + 3] = 255;
    }
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}

export function drawSurface(state, head, arrays, colours) {
  if (!state.surface) {
    state.surface = element("canvas", { role: "img" });
    const legend = element("div", { class: "answers-legend" });
    head.classes.forEach((name, label) => {
      const ratio = window.devicePixelRatio || 1;
      const icon = element("canvas", { width: 14 * ratio, height: 14 * ratio, style: "width: 14px; height: 14px" });
      const pen = icon.getContext("2d");
      pen.scale(ratio, ratio);
      mark(pen, 7, 7, 5, label);
      pen.fillStyle = head.classColours[label];
      pen.fill();
      legend.append(element("span", {}, icon, name));
    });
    state.body.replaceChildren(element("div", { class: "answers-surface" }, state.surface), legend);
  }
  watchSize(state);
  state.surface.setAttribute("aria-label", head.alt);
  state.redraw = () => paint(state.surface, head, arrays, colours);
  state.redraw();
}

/** Draw again when the canvas changes its size; one that has left the page is let go. */
function watchSize(state) {
  if (state.watch) return;
  state.watch = new ResizeObserver(() => {
    if (state.surface.isConnected) return state.redraw?.();
    state.watch.disconnect();
    state.watch = null;
  });
  state.watch.observe(state.surface);
}

function paint(canvas, head, arrays, colours) {
  const ratio = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  if (width < 10 || height < 10) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const [left, right, bottom, top] = head.extent;
  const scale = Math.min(width / (right - left), height / (top - bottom)); // the same along both axes
  const [wide, high] = [scale * (right - left), scale * (top - bottom)];
  pen.translate((width - wide) / 2, (height - high) / 2);
  if (arrays.surface) {
    pen.imageSmoothingEnabled = true;
    pen.drawImage(field(head, arrays.surface, colours.background), 0, 0, wide, high);
  }
  const labels = arrays.labels ?? [];
  for (let at = 0; at < labels.length; at++) {
    const x = ((arrays.points[2 * at] - left) / (right - left)) * wide;
    const y = high - ((arrays.points[2 * at + 1] - bottom) / (top - bottom)) * high;
    mark(pen, x, y, 3, labels[at]);
    pen.fillStyle = head.classColours[labels[at]];
    pen.strokeStyle = colours.background;
    pen.lineWidth = 1;
    pen.fill();
    pen.stroke();
  }
}
