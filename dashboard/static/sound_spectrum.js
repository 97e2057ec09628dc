// Spectra over one axis of frequency: strength in dB; the pointer reads them out.
//
//   const chart = new Spectrum();  parent.append(chart.element);
//   chart.set({ curves: [{ title, colour, hz, db, dashed }], top: 8000, marks: [{ hz, title, colour }], look, alt });

import { count } from "./kit.js";
import { Canvas, ticks, typeOf } from "./sound_canvas.js";
import { MINUS } from "./stage_numbers.js";

const [HIGHEST, LOWEST] = [6, -102]; // dB

export const decibels = (value) => (value <= -119.5 ? `below ${MINUS}119 dB` : `${value < -0.05 ? MINUS : ""}${Math.abs(value).toFixed(1)} dB`);

export class Spectrum {
  constructor() {
    this.at = null;
    this.canvas = new Canvas("", (pen, width, height) => this.paint(pen, width, height), { class: "spectrum", tabindex: "0" });
    this.told = document.createElement("div");
    this.told.className = "spectrum-told";
    this.element = document.createElement("div");
    this.element.className = "spectrum-box";
    this.element.append(this.canvas.element, this.told);
    this.canvas.element.addEventListener("pointermove", (event) => {
      const box = this.canvas.element.getBoundingClientRect();
      this.point(((event.clientX - box.left - this.left) / this.wide) * this.top);
    });
    this.canvas.element.addEventListener("pointerleave", () => this.point(null));
    this.canvas.element.addEventListener("keydown", (event) => {
      if (event.key === "Tab" || event.ctrlKey || event.metaKey || event.altKey) return;
      event.stopPropagation();
      const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -16, PageDown: 16 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.point((this.at ?? this.top / 2) + (by * this.top) / (this.curves[0].db.length - 1));
    });
  }

  set({ curves, top, marks = [], look, alt, hint = "" }) {
    Object.assign(this, { curves, top, marks, look, hint });
    this.canvas.say(alt);
    this.canvas.redraw();
    this.tell();
  }

  point(hz) {
    this.at = hz === null ? null : Math.max(0, Math.min(this.top, hz));
    this.canvas.redraw();
    this.tell();
  }

  nearest({ hz, db }) {
    const index = Math.round((this.at / hz) * (db.length - 1));
    return index < db.length ? index : null;
  }

  tell() {
    if (this.at === null) return void (this.told.textContent = this.hint);
    const first = this.nearest(this.curves[0]);
    const hz = (first / (this.curves[0].db.length - 1)) * this.curves[0].hz;
    const parts = this.curves.map((curve) => {
      const index = this.nearest(curve);
      return index === null ? `${curve.title} –` : `${curve.title} ${decibels(curve.db[index])}`;
    });
    this.told.textContent = `${count(hz)} Hz: ${parts.join(", ")}`;
  }

  x(hz) {
    return this.left + (hz / this.top) * this.wide;
  }

  y(db) {
    return this.up + ((HIGHEST - Math.max(LOWEST, db)) / (HIGHEST - LOWEST)) * this.high;
  }

  paint(pen, width, height) {
    if (!this.curves) return;
    const size = this.look.size;
    Object.assign(this, { left: 2.9 * size, up: 1.6 * size, wide: width - 4.6 * size, high: height - 4.1 * size });
    this.paintAxes(pen, width, height);
    this.paintLegend(pen);
    pen.save();
    pen.beginPath();
    pen.rect(this.left, this.up, this.wide, this.high);
    pen.clip();
    this.marks.forEach((mark) => this.paintMark(pen, mark));
    this.curves.forEach((curve) => this.paintCurve(pen, curve));
    if (this.at !== null) {
      pen.fillStyle = this.look.text;
      pen.globalAlpha = 0.5;
      pen.fillRect(this.x(this.at), this.up, 1, this.high);
      pen.globalAlpha = 1;
    }
    pen.restore();
    this.marks.forEach((mark) => this.paintMarkTitle(pen, mark));
  }

  paintAxes(pen, width, height) {
    const { look } = this;
    pen.font = typeOf(look, 0.78);
    pen.fillStyle = look.muted;
    pen.strokeStyle = look.border;
    pen.lineWidth = 1;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    for (const db of ticks(LOWEST, HIGHEST, this.high / (2.2 * look.size)).at) {
      this.line(pen, this.left, this.y(db), this.left + this.wide, this.y(db));
      pen.fillText(db < 0 ? `${MINUS}${-db}` : db, this.left - 5, this.y(db));
    }
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    for (const hz of ticks(0, this.top, this.wide / (3.6 * look.size)).at) {
      this.line(pen, this.x(hz), this.up, this.x(hz), this.up + this.high);
      pen.fillText(count(hz), this.x(hz), this.up + this.high + 1.1 * look.size);
    }
    pen.fillText("frequency in Hz", this.left + this.wide / 2, height - 0.35 * look.size);
    pen.textAlign = "left";
    pen.fillText("dB", 2, this.up - 0.4 * look.size);
  }

  line(pen, x, y, toX, toY) {
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(toX, toY);
    pen.stroke();
  }

  paintLegend(pen) {
    pen.font = `650 ${typeOf(this.look, 0.85)}`;
    let x = this.left;
    for (const { title, colour, dashed } of this.curves) {
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = 2 * this.look.line;
      pen.setLineDash(dashed ? [4, 3] : []);
      this.line(pen, x, this.up - 0.75 * this.look.size, x + 14, this.up - 0.75 * this.look.size);
      pen.fillText(title, x + 18, this.up - 0.5 * this.look.size);
      x += pen.measureText(title).width + 34;
    }
    pen.setLineDash([]);
  }

  paintCurve(pen, { colour, hz, db, dashed, role }) {
    pen.strokeStyle = colour;
    pen.lineWidth = (role === "before" ? 3 : 1.5) * this.look.line; // what lies below shows at both sides
    pen.globalAlpha = role === "before" ? 0.6 : 1;
    pen.lineJoin = "round";
    pen.setLineDash(dashed ? [5, 4] : []);
    pen.beginPath();
    db.forEach((value, index) => pen.lineTo(this.x((index / (db.length - 1)) * hz), this.y(value)));
    pen.stroke();
    pen.globalAlpha = 1;
    pen.setLineDash([]);
  }

  paintMark(pen, { hz, colour, dashed }) {
    pen.strokeStyle = colour;
    pen.lineWidth = 1.3 * this.look.line;
    pen.setLineDash(dashed ? [3, 3] : []);
    this.line(pen, this.x(hz), this.up, this.x(hz), this.up + this.high);
    pen.setLineDash([]);
  }

  paintMarkTitle(pen, { hz, title, colour, row = 0 }) {
    if (!title) return;
    pen.font = `650 ${typeOf(this.look, 0.8)}`;
    const wide = pen.measureText(title).width;
    const right = this.x(hz) + wide + 10 > this.left + this.wide;
    const [x, y] = [right ? this.x(hz) - wide - 6 : this.x(hz) + 5, this.up + (1.1 + 1.2 * row) * this.look.size];
    pen.fillStyle = this.look.paper;
    pen.globalAlpha = 0.8;
    pen.fillRect(x - 2, y - 0.85 * this.look.size, wide + 4, 1.1 * this.look.size);
    pen.globalAlpha = 1;
    pen.textAlign = "left";
    pen.fillStyle = colour;
    pen.fillText(title, x, y);
  }
}
