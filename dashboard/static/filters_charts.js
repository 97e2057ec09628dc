// The small charts beside the filters: a histogram over its colour bar, and one bar a filter.

import { count, css, make } from "./kit.js";
import { decimalsFor, written } from "./stage_numbers.js";

function prepare(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const size = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== size[0]) canvas.width = size[0];
  if (canvas.height !== size[1]) canvas.height = size[1];
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

const type = (look, size = 0.78) => `${Math.round(size * look.size)}px ${look.font}`;

/** Short words for a number of any size: 0.0123, 4.1e-7. */
export function short(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "?";
  const size = Math.abs(value);
  if (size > 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(1).replace("-", "\u2212").replace("e\u2212", "e-").replace("e+", "e");
  return written(value, decimalsFor(size) + 1);
}

export class Histogram {
  constructor(title) {
    this.title = make("div", { class: "chart-title" }, title);
    this.note = make("span", { class: "quiet" });
    this.title.append(" ", this.note);
    this.canvas = make("canvas", { class: "histogram", role: "img", tabindex: "-1" });
    this.element = make("div", { class: "chart" }, this.title, this.canvas);
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => this.say?.(""));
  }

  /** counts: one a bin from -limit to limit. top: the highest bar of all epochs. scale: the colours of the pictures. */
  draw({ counts, limit, top, scale, note, look, height }) {
    const width = this.canvas.clientWidth || 260;
    const pen = prepare(this.canvas, width, height);
    const [bar, line] = [Math.round(0.45 * look.size), Math.round(1.1 * look.size)];
    const base = height - bar - line;
    Object.assign(this, { counts, limit });
    const step = width / counts.length;
    const root = (value) => Math.sqrt(value / (top || 1)); // few values in the tails stay visible
    counts.forEach((value, bin) => {
      const high = value ? Math.max(1.5, root(value) * (base - 2)) : 0;
      pen.fillStyle = look.dark ? "#7f8b99" : "#6b7784";
      pen.fillRect(bin * step + 0.5, base - high, Math.max(1, step - 1), high);
    });
    for (let x = 0; x < width; x++) {
      pen.fillStyle = css(scale.at(-limit + (2 * limit * x) / width));
      pen.fillRect(x, base + 1, 1.5, bar);
    }
    pen.fillStyle = look.text;
    pen.font = type(look);
    pen.textBaseline = "bottom";
    [[`${short(-limit)}`, "left", 0], ["0", "center", width / 2], [`+${short(limit)}`, "right", width]].forEach(([text, align, x]) => {
      pen.textAlign = align;
      pen.fillText(text, x, height);
    });
    if (this.note.textContent !== note) this.note.textContent = note;
    this.canvas.setAttribute("aria-label", `${this.title.textContent}: from ${short(-limit)} to ${short(limit)}`);
  }

  hover(event) {
    if (!this.counts) return;
    const at = this.canvas.getBoundingClientRect();
    const bin = Math.max(0, Math.min(this.counts.length - 1, Math.floor(((event.clientX - at.left) / at.width) * this.counts.length)));
    const edge = (index) => short(-this.limit + (2 * this.limit * index) / this.counts.length);
    this.say?.(`${edge(bin)} to ${edge(bin + 1)}: ${count(this.counts[bin])} values`);
  }
}

/** One bar for each filter: its norm; the chosen one and the dead ones stand out. */
export class NormBars {
  constructor(pick) {
    this.title = make("div", { class: "chart-title" });
    this.canvas = make("canvas", { class: "norms", role: "img" });
    this.element = make("div", { class: "chart" }, this.title, this.canvas);
    this.canvas.addEventListener("pointermove", (event) => this.say?.(this.words(this.at(event))));
    this.canvas.addEventListener("pointerleave", () => this.say?.(""));
    this.canvas.addEventListener("click", (event) => this.at(event) !== null && pick(this.at(event)));
  }

  draw({ values, top, chosen, dead, title, unit, look, height }) {
    const width = this.canvas.clientWidth || 260;
    const pen = prepare(this.canvas, width, height);
    Object.assign(this, { values, unit, name: title });
    const step = width / values.length;
    values.forEach((value, index) => {
      pen.fillStyle = index === chosen ? look.accent : dead.includes(index) ? look.bad : look.dark ? "#7f8b99" : "#8a96a3";
      const high = Math.max(dead.includes(index) ? 3 : 1, (value / (top || 1)) * (height - 2));
      pen.fillRect(index * step, height - high, Math.max(1, step - (step > 4 ? 1 : 0)), high);
    });
    if (chosen !== null && step < 3) {
      pen.fillStyle = look.accent;
      pen.fillRect(chosen * step - 0.5, 0, 2, height);
    }
    const told = `${title}, 0 to ${short(top)}`;
    if (this.title.textContent !== told) this.title.textContent = told;
    this.canvas.setAttribute("aria-label", told);
  }

  at(event) {
    if (!this.values) return null;
    const box = this.canvas.getBoundingClientRect();
    return Math.max(0, Math.min(this.values.length - 1, Math.floor(((event.clientX - box.left) / box.width) * this.values.length)));
  }

  words(index) {
    return index === null ? "" : `${this.unit} ${index}: ${this.name.toLowerCase()} ${short(this.values[index])}`;
  }
}
