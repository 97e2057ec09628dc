// The taps of a filter as bars; where they are the user's own, each is dragged up and down, turned by the wheel or by keys.
//
//   const taps = new Taps({ onEdit(values, done) });  parent.append(taps.element);
//   taps.set({ values, dilation, editable, title, look, alt });  taps.light(indices or null)

import { count } from "./kit.js";
import { Canvas, typeOf } from "./sound_canvas.js";
import { peak } from "./sound_samples.js";
import { written } from "./stage_numbers.js";

const LIMIT = 10;
const STEP = 0.05;

export class Taps {
  constructor({ onEdit }) {
    Object.assign(this, { onEdit, values: [], lit: null, at: 0 });
    this.canvas = new Canvas("", (pen, width, height) => this.paint(pen, width, height), { class: "taps", tabindex: "0" });
    this.element = this.canvas.element;
    this.element.addEventListener("pointerdown", (event) => {
      if (!this.editable || event.button) return;
      this.at = this.under(event);
      this.dragged = true;
      this.held = this.limit;
      this.element.setPointerCapture(event.pointerId);
      this.drag(event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.dragged) return this.drag(event);
      const lit = this.under(event);
      if (lit !== this.lit) this.light(lit);
      return undefined;
    });
    this.element.addEventListener("pointerleave", () => this.light(null));
    this.element.addEventListener("lostpointercapture", () => this.release());
    this.element.addEventListener("wheel", (event) => {
      if (!this.editable) return;
      event.preventDefault();
      this.at = this.under(event);
      this.change(this.values[this.at] - Math.sign(event.deltaY) * STEP, true);
    }, { passive: false });
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  set({ values, dilation, editable, title, ends, look, alt }) {
    Object.assign(this, { dilation, editable, title, ends, look });
    if (!this.dragged) this.values = Float32Array.from(values);
    this.at = Math.min(this.at, this.values.length - 1);
    this.limit = this.dragged ? this.held : Math.max(peak(this.values) * 1.15, editable ? 1.2 : 1e-3);
    this.element.classList.toggle("editable", editable);
    this.canvas.say(alt);
    this.canvas.redraw();
  }

  light(index) {
    this.lit = index;
    this.canvas.redraw();
  }

  under(event) {
    const box = this.element.getBoundingClientRect();
    const share = (event.clientX - box.left - this.left) / this.wide;
    return Math.max(0, Math.min(this.values.length - 1, Math.floor(share * this.values.length)));
  }

  drag(event) {
    const box = this.element.getBoundingClientRect();
    this.change((this.middle - (event.clientY - box.top)) / (this.high / 2) * this.limit, false);
  }

  release() {
    if (!this.dragged) return;
    this.dragged = false;
    this.onEdit([...this.values], true);
  }

  change(value, done) {
    const next = Math.max(-LIMIT, Math.min(LIMIT, Math.round(value / STEP) * STEP));
    if (Math.abs(next - this.values[this.at]) < 1e-6) return;
    this.values[this.at] = Number(next.toFixed(2));
    this.canvas.redraw();
    this.onEdit([...this.values], done);
  }

  key(event) {
    if (event.key === "Tab" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    const last = this.values.length - 1;
    const go = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: last }[event.key];
    const by = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (go === undefined && by === undefined) return;
    event.preventDefault();
    if (go !== undefined) this.light((this.at = Math.max(0, Math.min(last, go))));
    else if (this.editable) this.change(this.values[this.at] + by, true);
  }

  paint(pen, width, height) {
    const { look, values } = this;
    if (!values.length) return;
    const size = look.size;
    Object.assign(this, { left: 4, wide: width - 8, high: height - 2.4 * size });
    this.middle = 1.5 * size + this.high / 2;
    pen.font = `650 ${typeOf(look, 0.85)}`;
    pen.fillStyle = look.text;
    pen.fillText(this.title, this.left, 0.9 * size);
    const wide = pen.measureText(this.title).width;
    pen.font = typeOf(look, 0.8);
    pen.fillStyle = look.muted;
    const [shown, every] = [this.lit ?? null, this.wide / values.length];
    const told = shown === null ? (this.editable ? "drag a bar up or down" : "") : `h[${shown * this.dilation}] = ${written(values[shown], 4)}`;
    pen.fillText(told, this.left + wide + 10, 0.9 * size);
    pen.strokeStyle = look.border;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(this.left, this.middle);
    pen.lineTo(this.left + this.wide, this.middle);
    pen.stroke();
    const bar = Math.max(1, Math.min(every - 2, 3 * size));
    values.forEach((value, index) => {
      const x = this.left + (index + 0.5) * every;
      const y = this.middle - (value / this.limit) * (this.high / 2);
      pen.globalAlpha = shown === null || shown === index ? 1 : 0.45;
      pen.fillStyle = value < 0 ? look.negative : look.positive;
      pen.fillRect(x - bar / 2, Math.min(y, this.middle) - (value ? 0 : 1), bar, Math.max(2, Math.abs(y - this.middle)));
      pen.globalAlpha = 1;
      if (every > 3.2 * size * 0.7 && values.length <= 12) {
        pen.fillStyle = look.text;
        pen.textAlign = "center";
        pen.fillText(written(value, every > 40 ? 3 : 2), x, value < 0 ? this.middle - 5 : this.middle + 1.0 * size);
      }
    });
    pen.textAlign = "left";
    pen.fillStyle = look.muted;
    pen.font = typeOf(look, 0.75);
    if (values.length > 1) {
      pen.fillText("now", this.left, height - 0.25 * size);
      pen.textAlign = "right";
      pen.fillText(`${count((values.length - 1) * this.dilation)} ${this.ends}`, this.left + this.wide, height - 0.25 * size);
      pen.textAlign = "left";
    }
  }
}
