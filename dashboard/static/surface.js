// The decision surface of a network for points: each place in the colour of the class that it would get.

import { make } from "./kit.js";
import { mark } from "./samples.js";

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** Paint the probabilities (classes, side, side), first row at the bottom, on a canvas of side x side. */
function field(head, values, paper) {
  const side = head.side;
  const canvas = make("canvas", { width: side, height: side });
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
    state.surface = make("canvas", { role: "img" });
    const legend = make("div", { class: "answers-legend" });
    head.classes.forEach((name, label) => {
      const ratio = window.devicePixelRatio || 1;
      const icon = make("canvas", { width: 14 * ratio, height: 14 * ratio, style: "width: 14px; height: 14px" });
      const pen = icon.getContext("2d");
      pen.scale(ratio, ratio);
      mark(pen, 7, 7, 5, label);
      pen.fillStyle = head.classColours[label];
      pen.fill();
      legend.append(make("span", {}, icon, name));
    });
    legend.append(make("small", { class: "quiet" }, "paler: less sure"));
    state.body.replaceChildren(make("div", { class: "answers-surface" }, state.surface), legend);
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

/** Round numbers between two ends, about `count` of them. */
export function ticks(low, high, count = 4) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + 1e-9 * step; value += step) found.push(Number(value.toFixed(6)));
  return found;
}

/** The two coordinates' scales, along the lower and the left edge. */
function scales(pen, { extent: [left, right, bottom, top] }, wide, high, colours, font) {
  pen.font = font;
  pen.fillStyle = colours.muted;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const value of ticks(left, right)) pen.fillText(String(value), ((value - left) / (right - left)) * wide, high + 3);
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const value of ticks(bottom, top)) pen.fillText(String(value), -4, high - ((value - bottom) / (top - bottom)) * high);
}

const EDGE = { left: 30, below: 20, right: 8, above: 8 }; // CSS pixels for the scales

function paint(canvas, head, arrays, colours) {
  const ratio = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  if (width < 10 || height < 10) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const [left, right, bottom, top] = head.extent;
  const room = [width - EDGE.left - EDGE.right, height - EDGE.below - EDGE.above];
  const scale = Math.min(room[0] / (right - left), room[1] / (top - bottom)); // the same along both axes
  const [wide, high] = [scale * (right - left), scale * (top - bottom)];
  canvas.parentElement.style.maxHeight = `${Math.ceil(((width - EDGE.left - EDGE.right) / (right - left)) * (top - bottom)) + EDGE.below + EDGE.above}px`;
  pen.translate(EDGE.left + (room[0] - wide) / 2, EDGE.above);
  const style = getComputedStyle(canvas);
  scales(pen, head, wide, high, colours, `${0.8 * parseFloat(style.fontSize)}px ${style.fontFamily}`);
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
