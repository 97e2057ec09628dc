// A picture that grows: its newest frame while it does, all of them with a player afterwards, above the curve of what
// each excited. A press on the curve goes to the frame there.

import { look, make } from "./kit.js";
import { unpack } from "./packed.js";
import { Chart } from "./probe_chart.js";
import { picture } from "./samples.js";
import { Player } from "./stage_player.js";

const SPEEDS = [["12 a second", 12]];
const TICKS = [0, 0.25, 0.5, 0.75, 1];
const mounted = new WeakMap();

/** 0.0123 -> "0.0123", 12.345 -> "12.3": three digits. */
const short = (value) => (value === 0 ? "0" : Number(value.toPrecision(3)).toLocaleString("en-US", { maximumSignificantDigits: 3 }));

class FramePlayer extends Player {
  words() {
    return `step ${this.steps?.[this.position] ?? 0}`;
  }

  room() {
    return "step 2,000".length;
  }
}

class DreamView {
  constructor(parent) {
    this.parent = parent;
    this.box = make("div", { class: "dream-picture" });
    this.said = make("div", { class: "dream-said", "aria-live": "off" });
    this.player = new FramePlayer({ noun: "frame", speeds: SPEEDS, speed: "12", onMove: (at) => this.show(at) });
    this.player.all.remove();
    this.player.speed.remove();
    this.chart = new Chart({ name: "dream", onMove: (step) => this.player.go(this.frameAt(step)) });
    this.root = make("div", { class: "stage" }, make("div", { class: "dream", "data-testid": "dream" }, this.box, this.said, this.player.element, make("div", { class: "dream-title" }, "What it excites, step by step"), this.chart.picture));
    this.watch = new ResizeObserver(() => this.head && this.draw());
    for (const element of [this.chart.picture, this.box]) this.watch.observe(element);
  }

  load(data) {
    const { head, arrays } = unpack(data);
    const atEnd = !this.head || this.head.name !== head.name || this.player.position >= this.player.length - 1;
    const first = !this.head || this.head.name !== head.name;
    Object.assign(this, { head, arrays, theme: look(this.parent) });
    this.root.firstChild.style.setProperty("--height", head.height);
    this.size = head.shape.reduce((product, side) => product * side, 1);
    this.player.steps = head.steps;
    const position = head.live || atEnd || first ? head.steps.length - 1 : this.player.position;
    this.player.set({ length: head.steps.length, position, whole: false, disabled: head.steps.length < 2 });
    this.player.element.style.visibility = head.live ? "hidden" : "visible";
    this.draw();
    this.show(this.player.position);
  }

  frameAt(step) {
    return this.head.steps.reduce((best, at, index) => (Math.abs(at - step) < Math.abs(this.head.steps[best] - step) ? index : best), 0);
  }

  show(at) {
    const { head, arrays, size } = this;
    const canvas = picture(arrays.frames.subarray(at * size, (at + 1) * size), head.shape);
    const step = head.steps[at];
    const value = arrays.values[Math.min(step, arrays.values.length - 1)];
    const words = `${head.words}: ${value === undefined ? "–" : short(value)} after ${step.toLocaleString("en-US")} of ${head.total.toLocaleString("en-US")} steps`;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words);
    this.box.replaceChildren(canvas);
    this.fit();
    this.said.textContent = words;
    this.chart.mark(Math.min(step, Math.max(0, arrays.values.length - 1)));
  }

  /** As large as there is room; crisp where a pixel is large on the screen, smooth where several share one. */
  fit() {
    const canvas = this.box.firstChild;
    if (!canvas || !this.box.clientHeight) return;
    const scale = Math.min(this.box.clientWidth / canvas.width, this.box.clientHeight / canvas.height);
    Object.assign(canvas.style, {
      width: `${Math.floor(scale * canvas.width)}px`,
      height: `${Math.floor(scale * canvas.height)}px`,
      imageRendering: scale < 1 ? "auto" : "pixelated",
    });
  }

  draw() {
    this.fit();
    const values = Array.from(this.arrays.values);
    const known = values.filter(Number.isFinite);
    let [low, high] = known.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [0, 0]);
    if (low === high) high = low + 1;
    const total = Math.max(2, this.head.live ? this.head.total + 1 : values.length);
    while (values.length < total) values.push(NaN);
    const ticks = TICKS.map((share) => Math.round(share * (total - 1))).map((at, index) => ({ at, text: index === 2 ? `step ${at}` : String(at) }));
    const apart = [low, high].filter((value) => Math.abs(value) > 0.12 * (high - low));
    const levels = [0, ...apart].map((value) => ({ value, text: short(value) }));
    const alt = `What the picture excites after each step, from ${short(known[0] ?? 0)} to ${short(known.at(-1) ?? 0)}`;
    const lines = [{ values, colour: this.theme.training, strong: true }];
    this.chart.draw({ lines, positions: total, ticks, levels, low, high, start: 0, alt }, this.theme);
    this.chart.mark(Math.min(this.head.steps[this.player.position] ?? 0, Math.max(0, known.length - 1)));
  }
}

export function render({ data, parentElement }) {
  if (!data) return;
  let view = mounted.get(parentElement);
  if (!view) mounted.set(parentElement, (view = new DreamView(parentElement)));
  if (!view.root.isConnected) parentElement.append(view.root);
  view.load(data);
}

export function close({ parentElement }) {
  if (parentElement.isConnected) return;
  const view = mounted.get(parentElement);
  view?.player.pause(false);
  view?.watch.disconnect();
  mounted.delete(parentElement);
}
