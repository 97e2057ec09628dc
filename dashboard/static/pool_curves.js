// The curves of the shift lab: how much each map changes against the shift; a press or a drag sets the shift.

import { make } from "./kit.js";
import { percent } from "./pool_shift.js";

const SVG = "http://www.w3.org/2000/svg";

export class ShiftCurves {
  constructor(onShift) {
    this.picture = document.createElementNS(SVG, "svg");
    this.picture.setAttribute("role", "img");
    this.legend = make("div", { class: "pool-legend" });
    this.title = make("div", { class: "panel-title" });
    this.element = make("div", { class: "pool-curves" }, this.title, this.picture, this.legend);
    const shiftAt = (event) => {
      const box = this.picture.getBoundingClientRect();
      return ((event.clientX - box.left) * (this.width / box.width) - this.left) / this.step;
    };
    this.picture.addEventListener("pointerdown", (event) => {
      this.picture.setPointerCapture(event.pointerId);
      onShift(shiftAt(event), false);
    });
    this.picture.addEventListener("pointermove", (event) => event.buttons && onShift(shiftAt(event), false));
    this.picture.addEventListener("pointerup", (event) => onShift(shiftAt(event), true));
  }

  draw(name, attributes, text) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    this.picture.append(element);
    return element;
  }

  styleOf(map) {
    const { look } = this;
    const stroke = map.kind === "max" ? look.training : map.kind === "average" ? look.validation : look.text;
    return { stroke, "stroke-width": 2 * look.line, "stroke-dasharray": map.poolings === 1 ? `${5 * look.line} ${3 * look.line}` : "none", fill: "none" };
  }

  resize(head, look) {
    Object.assign(this, { head, look });
    const letter = 12.5 * (0.4 + 0.6 * look.type);
    this.legendOf(head);
    const [width, height] = [this.picture.clientWidth, this.picture.clientHeight];
    if (width < 60 || height < 60) return;
    this.left = 3.6 * letter;
    const [bottom, top] = [height - 2.9 * letter, 0.7 * letter];
    Object.assign(this, { width, height, step: (width - this.left - letter) / head.most, letter, bottom });
    const highest = Math.max(1, ...head.maps.flatMap((map) => map.changes));
    this.y = (change) => bottom - ((bottom - top) * change) / highest;
    this.x = (shift) => this.left + shift * this.step;
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.picture.replaceChildren();
    this.axes(highest);
    for (const map of head.maps) this.draw("polyline", { points: map.changes.map((change, shift) => `${this.x(shift)},${this.y(change)}`).join(" "), "stroke-linejoin": "round", ...this.styleOf(map) });
    this.marker = this.draw("line", { y1: top, y2: bottom, stroke: look.accent, "stroke-width": 1.5 * look.line });
    this.dots = head.maps.map((map) => this.draw("circle", { r: 3.5 * look.line ** 0.5, fill: this.styleOf(map).stroke, stroke: look.paper, "stroke-width": 1 }));
  }

  axes(highest) {
    const { look, letter } = this;
    for (let level = 0; level <= highest + 1e-9; level += 0.25) {
      this.draw("line", { x1: this.left, x2: this.x(this.head.most), y1: this.y(level), y2: this.y(level), stroke: look.border });
      this.draw("text", { x: this.left - 6, y: this.y(level) + letter * 0.35, "text-anchor": "end", "font-size": letter, fill: look.muted }, `${Math.round(100 * level)} %`);
    }
    for (let shift = 0; shift <= this.head.most; shift++)
      this.draw("text", { x: this.x(shift), y: this.bottom + letter * 1.25, "text-anchor": "middle", "font-size": letter, fill: look.muted }, shift);
    this.draw("text", { x: (this.left + this.x(this.head.most)) / 2, y: this.bottom + letter * 2.5, "text-anchor": "middle", "font-size": letter, fill: look.muted }, "shift in pixels");
  }

  legendOf(head) {
    this.title.textContent = head.titles.curves;
    this.legend.replaceChildren(...head.maps.map((map) => {
      const { stroke } = this.styleOf(map);
      const sample = make("i");
      sample.style.borderTop = `3px ${map.poolings === 1 ? "dashed" : "solid"} ${stroke}`;
      return make("span", {}, sample, `${map.title} (${map.size.join("×")})`);
    }));
  }

  words() {
    const { maps, most } = this.head;
    return `Changes against shifts of 0 to ${most} pixels. ${maps.map((map) => `${map.title}: ${map.changes.map(percent).join(", ")}`).join(". ")}`;
  }

  /** The axes alone, while it is to be predicted. */
  hide(hidden) {
    this.picture.classList.toggle("asked", hidden);
    this.picture.setAttribute("aria-label", hidden ? "Changes against shifts, hidden until they are predicted" : this.words());
  }

  mark(shift) {
    if (!this.marker) return;
    this.marker.setAttribute("x1", this.x(shift));
    this.marker.setAttribute("x2", this.x(shift));
    this.dots.forEach((dot, at) => {
      dot.setAttribute("cx", this.x(shift));
      dot.setAttribute("cy", this.y(this.head.maps[at].changes[shift]));
    });
  }
}
