// The picture of two waves on one axis of time: lines from afar, dots and the curve between them from near, and what the
// marked sample is made of or reaches. `sound_wave.js` moves it.

import { ticks, typeOf } from "./sound_canvas.js";
import { between } from "./sound_samples.js";

const DOTS_FROM = 5; // CSS pixels between samples from which they are dots
const MOST_DRAWN = 600; // taps that are marked one by one

/** tracks, geometry, look, view {from, to} in seconds, limit, marked and pinned {track, index}, head (seconds); reserved(): CSS pixels at
 * the upper right that are not to be written on. */
export class WavePicture {
  constructor() {
    Object.assign(this, { tracks: [], view: null, marked: null, pinned: null, head: null, reserved: () => 0 });
  }

  paint(pen, width, height) {
    if (!this.tracks.length) return;
    const size = this.look.size;
    Object.assign(this, { left: 2.6 * size, wide: width - 2.6 * size - 4, high: height - 1.5 * size });
    const each = this.high / this.tracks.length;
    this.boxes = this.tracks.map((_, index) => ({ top: index * each + 1.35 * size, height: each - 1.6 * size }));
    this.paintTime(pen);
    if (this.marked) this.paintWindow(pen);
    this.tracks.forEach((track, index) => this.paintTrack(pen, track, this.boxes[index]));
    if (this.marked) this.paintMarked(pen);
    if (this.head !== null) this.paintHead(pen);
  }

  x(seconds) {
    return this.left + ((seconds - this.view.from) / (this.view.to - this.view.from)) * this.wide;
  }

  y(value, box) {
    return box.top + box.height / 2 - (value / this.limit) * (box.height / 2);
  }

  paintTime(pen) {
    const { from, to } = this.view;
    const { step, at } = ticks(from * 1000, to * 1000, this.wide / (6 * this.look.size));
    const seconds = step >= 50;
    const digits = Math.max(0, -Math.floor(Math.log10(seconds ? step / 1000 : step) + 1e-9));
    pen.font = typeOf(this.look);
    pen.fillStyle = this.look.muted;
    pen.strokeStyle = this.look.border;
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    pen.lineWidth = 1;
    for (const time of at) {
      const x = this.x(time / 1000);
      pen.beginPath();
      pen.moveTo(x, 1.2 * this.look.size);
      pen.lineTo(x, this.high);
      pen.stroke();
      const text = seconds ? `${(time / 1000).toFixed(digits)} s` : `${time.toFixed(digits)} ms`;
      if (x > this.left + 10 && x < this.left + this.wide - 2 * this.look.size) pen.fillText(text, x, this.high + 1.1 * this.look.size);
    }
  }

  paintTrack(pen, track, box) {
    const { look } = this;
    pen.strokeStyle = look.border;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(this.left, this.y(0, box));
    pen.lineTo(this.left + this.wide, this.y(0, box));
    pen.stroke();
    pen.fillStyle = look.muted;
    pen.font = typeOf(look, 0.72);
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const value of [this.limit, 0, -this.limit]) pen.fillText(short(value), this.left - 5, this.y(value, box));
    pen.save();
    pen.beginPath();
    pen.rect(this.left, box.top - 6, this.wide, box.height + 12);
    pen.clip();
    if (track.behind) this.paintLine(pen, track.behind, track.rate, box, look.muted, 0.5);
    const apart = this.wide / ((this.view.to - this.view.from) * track.rate);
    if (apart >= DOTS_FROM) this.paintSmooth(pen, track, box);
    else this.paintLine(pen, track.values, track.rate, box, track.colour, 1);
    if (apart >= DOTS_FROM) this.paintDots(pen, track, box, Math.min(4.5, apart / 3) * Math.min(1.4, look.line));
    pen.restore();
    pen.textAlign = "left";
    pen.textBaseline = "alphabetic";
    pen.font = `650 ${typeOf(look, 0.9)}`;
    pen.fillStyle = track.colour;
    pen.fillText(track.title, this.left, box.top - 0.5 * look.size);
    const wide = pen.measureText(track.title).width;
    pen.font = typeOf(look, 0.8);
    pen.fillStyle = look.muted;
    const curve = apart >= DOTS_FROM && box === this.boxes[0] ? " · curve: what sounds between the samples" : "";
    const room = this.wide - wide - 8 - (box === this.boxes[0] ? this.reserved() : 0);
    const told = [(track.note ?? "") + curve, track.note ?? "", ""].find((text) => pen.measureText(text).width <= room);
    pen.fillText(told, this.left + wide + 8, box.top - 0.5 * look.size);
  }

  range(track) {
    const first = Math.max(0, Math.floor(this.view.from * track.rate) - 1);
    return [first, Math.min(track.values.length - 1, Math.ceil(this.view.to * track.rate) + 1)];
  }

  /** From afar the lowest and highest of each pixel column, so that no extreme is lost; from near a line. */
  paintLine(pen, values, rate, box, colour, alpha) {
    const [first, last] = this.range({ values, rate });
    pen.strokeStyle = colour;
    pen.globalAlpha = alpha;
    pen.lineWidth = 1.2 * this.look.line;
    pen.lineJoin = "round";
    pen.beginPath();
    const each = ((this.view.to - this.view.from) * rate) / this.wide;
    if (each <= 2) {
      for (let index = first; index <= last; index++) pen.lineTo(this.x(index / rate), this.y(values[index], box));
    } else {
      for (let column = 0; column < this.wide; column++) {
        const start = Math.floor(this.view.from * rate + column * each);
        const end = Math.min(last, Math.floor(start + each));
        if (start > last) break;
        let [low, high] = [Infinity, -Infinity];
        for (let index = Math.max(0, start); index <= end; index++) {
          if (values[index] < low) low = values[index];
          if (values[index] > high) high = values[index];
        }
        pen.lineTo(this.left + column, this.y(high, box));
        pen.lineTo(this.left + column, this.y(low, box) + 0.5);
      }
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }

  /** What a loudspeaker makes of the samples: the curve through them without anything above half their rate. */
  paintSmooth(pen, { values, rate, colour }, box) {
    pen.strokeStyle = colour;
    pen.globalAlpha = 0.55;
    pen.lineWidth = 1.1 * this.look.line;
    pen.beginPath();
    for (let pixel = 0; pixel <= this.wide; pixel++) {
      const at = (this.view.from + (pixel / this.wide) * (this.view.to - this.view.from)) * rate;
      if (at <= values.length - 1) pen.lineTo(this.left + pixel, this.y(between(values, at), box));
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }

  paintDots(pen, track, box, radius) {
    const [first, last] = this.range(track);
    const zero = this.y(0, box);
    for (let index = first; index <= last; index++) {
      const [x, y] = [this.x(index / track.rate), this.y(track.values[index], box)];
      const left = track.keepsEvery && index % track.keepsEvery;
      pen.strokeStyle = pen.fillStyle = track.colour;
      pen.globalAlpha = left ? 0.35 : 0.5;
      pen.lineWidth = this.look.line;
      pen.beginPath();
      pen.moveTo(x, zero);
      pen.lineTo(x, y);
      pen.stroke();
      pen.globalAlpha = 1;
      pen.beginPath();
      pen.arc(x, y, radius, 0, 7);
      if (left) {
        pen.fillStyle = this.look.paper;
        pen.fill();
        pen.stroke();
      } else pen.fill();
    }
  }

  /** The inputs that an output reads, as [first, last]; or the outputs that an input reaches. */
  partner() {
    const { first, stride, dilation, taps } = this.geometry;
    const reach = (taps - 1) * dilation;
    if (this.marked.track === 1) {
      const start = first + this.marked.index * stride;
      return { track: 0, from: start, to: start + reach, at: Array.from({ length: Math.min(taps, MOST_DRAWN) }, (_, k) => start + k * dilation) };
    }
    const at = [];
    for (let k = 0; k < Math.min(taps, MOST_DRAWN); k++) {
      const output = (this.marked.index - first - k * dilation) / stride;
      if (Number.isInteger(output) && output >= 0 && output < this.tracks[1].values.length) at.push(output);
    }
    return { track: 1, from: Math.min(...at), to: Math.max(...at), at };
  }

  paintWindow(pen) {
    const { track, from, to, at } = this.partner();
    if (!at.length) return;
    const { rate } = this.tracks[track];
    const box = this.boxes[track];
    const [left, right] = [Math.max(this.left, this.x((from - 0.5) / rate)), Math.min(this.left + this.wide, this.x((to + 0.5) / rate))];
    if (right <= left) return;
    const colour = track ? this.look.accent : this.look.validation;
    pen.fillStyle = pen.strokeStyle = colour;
    const dense = this.geometry.dilation === 1;
    if (dense) {
      pen.globalAlpha = 0.16;
      pen.fillRect(left, box.top - 4, Math.max(1.5, right - left), box.height + 8);
    }
    pen.globalAlpha = 1;
    pen.lineWidth = 1.4 * this.look.line;
    if (dense) pen.strokeRect(left, box.top - 4, Math.max(1.5, right - left), box.height + 8);
    else for (const index of at) this.bar(pen, this.x(index / rate), box);
  }

  bar(pen, x, box) {
    if (x < this.left - 1 || x > this.left + this.wide + 1) return;
    pen.beginPath();
    pen.moveTo(x, box.top - 4);
    pen.lineTo(x, box.top + box.height + 4);
    pen.stroke();
  }

  paintMarked(pen) {
    const { track, index } = this.marked;
    const { rate, values } = this.tracks[track];
    const box = this.boxes[track];
    pen.strokeStyle = track ? this.look.accent : this.look.validation;
    pen.lineWidth = (this.pinned ? 2.4 : 1.4) * this.look.line;
    this.bar(pen, this.x(index / rate), box);
    pen.beginPath();
    pen.arc(this.x(index / rate), this.y(values[index], box), 5, 0, 7);
    pen.stroke();
  }

  paintHead(pen) {
    const x = this.x(this.head);
    if (x < this.left || x > this.left + this.wide) return;
    pen.fillStyle = this.look.text;
    pen.fillRect(x - 0.75, 1.2 * this.look.size, 1.5 * this.look.line, this.high - 1.2 * this.look.size);
  }
}

const short = (value) => (value ? `${value > 0 ? "" : "\u2212"}${Number(Math.abs(value).toPrecision(2))}` : "0");
