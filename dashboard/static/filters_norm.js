// A batch normalisation: gamma and beta of every channel as bars about zero, the other's beside them in a comparison.

import { make } from "./kit.js";
import { short } from "./filters_charts.js";

const NAMES = ["gamma", "beta"];

export class NormBoard {
  constructor(board) {
    this.board = board;
    this.canvas = make("canvas", { class: "norm-bars", role: "img" });
    this.element = make("div", {}, this.canvas);
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => board.say(""));
    this.canvas.addEventListener("click", (event) => this.hit(event) && board.pick(this.hit(event).filter));
  }

  layout({ width, height }) {
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this, { width: width - 4, height: height - 6, ratio });
    [this.canvas.width, this.canvas.height] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    Object.assign(this.canvas.style, { width: `${this.width}px`, height: `${this.height}px` });
  }

  draw(data, now, look) {
    Object.assign(this, { data, now });
    const pen = this.canvas.getContext("2d");
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    const title = 1.9 * look.size;
    const half = this.height / 2;
    this.left = 3.2 * look.size;
    const step = (this.width - this.left) / data.count;
    const sequence = this.board.sequence;
    NAMES.forEach((name, plane) => {
      const limits = this.limits(plane);
      const [top, high] = [plane * half + title, half - title - 6];
      const y = (value) => top + high * (1 - (value - limits.low) / (limits.high - limits.low || 1));
      pen.fillStyle = look.text;
      pen.font = `600 ${Math.round(0.85 * look.size)}px ${look.font}`;
      pen.textBaseline = "alphabetic";
      pen.textAlign = "left";
      pen.fillText(`${name}, ${plane ? "the shift" : "the scale"} of each channel`, 0, plane * half + 0.9 * look.size);
      pen.font = `${Math.round(0.75 * look.size)}px ${look.font}`;
      pen.fillStyle = look.muted;
      pen.textAlign = "right";
      pen.textBaseline = "middle";
      for (const value of new Set([limits.low, 0, limits.high])) pen.fillText(short(value), this.left - 5, y(value));
      sequence.forEach((filter, place) => {
        const value = data.values(now.epoch, filter)?.[plane] ?? 0;
        const x = this.left + place * step;
        if (filter === now.filter) {
          pen.fillStyle = look.panel;
          pen.fillRect(x - 1, top, step + 1, high);
        }
        pen.fillStyle = value < 0 ? (look.dark ? "#e58368" : "#b2182b") : look.dark ? "#6aaed6" : "#2166ac";
        const wide = Math.max(1, step - (step > 4 ? 2 : 0)) / (data.partner ? 2 : 1);
        pen.fillRect(x, Math.min(y(0), y(value)), wide, Math.max(1, Math.abs(y(value) - y(0))));
        const other = data.others(now.epoch, filter)?.[plane];
        if (other !== undefined) {
          pen.fillStyle = look.muted;
          pen.fillRect(x + wide, Math.min(y(0), y(other)), wide, Math.max(1, Math.abs(y(other) - y(0))));
        }
        if (filter === now.filter) {
          pen.strokeStyle = look.accent;
          pen.lineWidth = 2;
          pen.strokeRect(x - 1, top, step + 1, high);
        }
      });
      pen.strokeStyle = look.muted;
      pen.lineWidth = 1;
      pen.beginPath();
      pen.moveTo(this.left, y(0));
      pen.lineTo(this.width, y(0));
      pen.stroke();
    });
    this.canvas.setAttribute("aria-label", `${data.title}: gamma and beta of ${data.count} channels`);
  }

  /** Over all epochs, so that the film has one axis. */
  limits(plane) {
    const { data } = this;
    let [low, high] = [0, 0];
    for (let epoch = 0; epoch < data.epochs.length; epoch++)
      for (let filter = 0; filter < data.count; filter++)
        for (const values of [data.values(epoch, filter), data.others(epoch, filter)]) {
          if (values) [low, high] = [Math.min(low, values[plane] || 0), Math.max(high, values[plane] || 0)];
        }
    return { low, high };
  }

  hit(event) {
    if (!this.data) return null;
    const at = this.canvas.getBoundingClientRect();
    const place = Math.floor(((event.clientX - at.left - this.left) / (this.width - this.left)) * this.data.count);
    return place >= 0 && place < this.data.count ? { filter: this.board.sequence[place] } : null;
  }

  hover(event) {
    const hit = this.hit(event);
    const values = hit && this.data.values(this.now.epoch, hit.filter);
    this.board.say(values ? `channel ${hit.filter}: gamma ${short(values[0])}, beta ${short(values[1])}` : "");
  }
}
