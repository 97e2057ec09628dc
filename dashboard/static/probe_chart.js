// Lines over the positions of a slider, in one plot; a press or a drag on it sets the position.
//
//   const chart = new Chart({ name: "answer", onMove(position, done) });
//   chart.draw({ lines: [{ values, colour, dash, strong }], positions: 41, ticks: [{ at, text }], levels: [{ value, text }], low, high, title, caption }, look);
//   chart.mark(12);                       // the marker and a dot on each line
//   chart.pick(3);                        // this line stands out, null: none does

import { make } from "./kit.js";

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 3.1; // in letters: room of the levels

export class Chart {
  constructor({ name, onMove }) {
    this.picture = document.createElementNS(SVG, "svg");
    this.picture.setAttribute("role", "img");
    this.picture.dataset.chart = name;
    const send = (event, done) => {
      if (!this.plan) return;
      const box = this.picture.getBoundingClientRect();
      onMove(this.positionAt(((event.clientX - box.left) * this.width) / box.width), done);
    };
    this.picture.addEventListener("pointerdown", (event) => {
      this.picture.setPointerCapture(event.pointerId);
      send(event, false);
    });
    this.picture.addEventListener("pointermove", (event) => event.buttons && send(event, false));
    this.picture.addEventListener("pointerup", (event) => send(event, true));
  }

  positionAt(x) {
    const last = this.plan.positions - 1;
    return Math.max(0, Math.min(last, Math.round((x - this.left) / this.step)));
  }

  add(name, attributes, text) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    this.picture.append(element);
    return element;
  }

  draw(plan, look) {
    Object.assign(this, { plan, look, letter: 11.5 * (0.35 + 0.65 * look.type) });
    const [width, height] = [this.picture.clientWidth, this.picture.clientHeight];
    if (width < 60 || height < 40) return;
    const { letter } = this;
    this.left = LEFT * letter;
    const [top, bottom] = [0.6 * letter, height - (plan.ticks.length ? 1.5 : 0.5) * letter];
    Object.assign(this, { width, height, top, bottom, step: (width - this.left - 0.6 * letter) / (plan.positions - 1) });
    this.y = (value) => bottom - ((bottom - top) * (value - plan.low)) / (plan.high - plan.low);
    this.x = (position) => this.left + position * this.step;
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.picture.setAttribute("aria-label", plan.alt);
    this.picture.replaceChildren();
    for (const { value, text } of plan.levels) {
      this.add("line", { x1: this.left, x2: this.x(plan.positions - 1), y1: this.y(value), y2: this.y(value), stroke: look.border });
      this.add("text", { x: this.left - 5, y: this.y(value) + letter * 0.35, "text-anchor": "end", "font-size": letter, fill: look.muted }, text);
    }
    for (const { at, text } of plan.ticks)
      this.add("text", { x: this.x(at), y: bottom + 1.3 * letter, "text-anchor": at === plan.positions - 1 ? "end" : "middle", "font-size": letter, fill: look.muted }, text);
    this.start = this.add("line", { x1: this.x(plan.start), x2: this.x(plan.start), y1: top, y2: bottom, stroke: look.muted, "stroke-dasharray": "2 3" });
    this.paths = plan.lines.map((line) => this.add("path", { d: this.path(line.values), fill: "none", stroke: line.colour, "stroke-width": (line.strong ? 2.6 : 1.8) * look.line, "stroke-dasharray": (line.dash ?? []).map((part) => part * look.line).join(" ") || "none", "stroke-linejoin": "round" }));
    this.marker = this.add("line", { y1: top, y2: bottom, stroke: look.accent, "stroke-width": 1.5 * look.line });
    this.dots = plan.lines.map((line) => this.add("circle", { r: 3.4 * look.line ** 0.5, fill: line.colour, stroke: look.paper, "stroke-width": 1 }));
    this.pick(this.picked ?? null);
  }

  /** What is no number leaves a gap. */
  path(values) {
    let [text, pen] = ["", "M"];
    values.forEach((value, position) => {
      if (Number.isFinite(value)) text += `${pen}${this.x(position).toFixed(1)} ${this.y(value).toFixed(1)}`;
      pen = Number.isFinite(value) ? "L" : "M";
    });
    return text || "M0 0";
  }

  mark(position) {
    if (!this.marker) return;
    this.marker.setAttribute("x1", this.x(position));
    this.marker.setAttribute("x2", this.x(position));
    this.dots.forEach((dot, at) => {
      const value = this.plan.lines[at].values[position];
      dot.setAttribute("visibility", value <= this.plan.high + 1e-9 ? "visible" : "hidden"); // false for NaN
      dot.setAttribute("cx", this.x(position));
      if (Number.isFinite(value)) dot.setAttribute("cy", this.y(value));
    });
  }

  pick(index) {
    this.picked = index;
    this.paths?.forEach((path, at) => {
      const faint = index !== null && at !== index;
      path.setAttribute("opacity", faint ? 0.18 : 1);
      this.dots[at].setAttribute("opacity", faint ? 0.18 : 1);
    });
  }
}

/** A line of a legend: a sample of the stroke, a name, a value that follows the thumb. */
export function legendLine({ colour, dash, name, title, onPick }) {
  const sample = document.createElementNS(SVG, "svg");
  sample.setAttribute("viewBox", "0 0 22 8");
  const stroke = document.createElementNS(SVG, "line");
  for (const [key, value] of Object.entries({ x1: 0, x2: 22, y1: 4, y2: 4, stroke: colour, "stroke-width": 3, "stroke-dasharray": (dash ?? []).join(" ") || "none" })) stroke.setAttribute(key, value);
  sample.append(stroke);
  const value = make("output", {});
  const element = make("div", { class: "probe-line", title: title ?? name, onpointerenter: () => onPick(true), onpointerleave: () => onPick(false) }, sample, make("span", {}, name), value);
  return { element, value };
}
