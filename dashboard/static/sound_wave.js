// Two waves under each other on one axis of time: seconds from afar, single samples as dots from near.
//
//   const waves = new Waves({ onPoint(track, index), onView(view), onPin(track, index) });
//   waves.set({ tracks: [{ values, rate, title, colour }, ...], geometry, look, alt });
//   geometry: { first, stride, dilation, taps, turned }: output o reads inputs first + o*stride + k*dilation, k < taps
//   waves.point(track, index): as if the pointer were there; waves.playhead(seconds or null)

import { count } from "./kit.js";
import { Canvas, ticks, typeOf } from "./sound_canvas.js";

const DOTS_FROM = 5; // CSS pixels between samples from which they are dots
const CLOSEST = 12; // samples on the screen at the closest
const SINC = 16; // samples on either side
const MOST_DRAWN = 600; // taps that are marked one by one

export class Waves {
  constructor(listeners) {
    Object.assign(this, { onPoint: () => {}, onView: () => {}, onPin: () => {}, ...listeners });
    this.tracks = [];
    this.view = null;
    this.marked = null;
    this.head = null;
    this.canvas = new Canvas("", (pen, width, height) => this.paint(pen, width, height), { tabindex: "0", class: "waves" });
    this.listen();
  }

  get element() {
    return this.canvas.element;
  }

  set({ tracks, geometry, look, alt }) {
    const before = this.length;
    Object.assign(this, { tracks, geometry, look });
    this.length = Math.max(...tracks.map(({ values, rate }) => values.length / rate), 0.001);
    this.limit = Math.max(...tracks.map(({ values }) => peak(values)), 1e-6);
    const wasWhole = !this.view || (this.view.from <= 0 && this.view.to >= (before ?? 0) - 1e-9);
    if (wasWhole) this.view = { from: 0, to: this.length };
    else this.show(this.view.from, this.view.to, false);
    if (this.marked && this.marked.index >= tracks[this.marked.track].values.length) this.marked = null;
    this.canvas.say(alt);
    this.canvas.redraw();
  }

  /** Seconds from..to, kept within the sound and not closer than single samples need. */
  show(from, to, tell = true) {
    const rate = this.tracks[0].rate;
    const span = Math.min(this.length, Math.max(CLOSEST / rate, to - from));
    const middle = (from + to) / 2;
    const start = Math.max(0, Math.min(this.length - span, middle - span / 2));
    this.view = { from: start, to: start + span };
    this.canvas.redraw();
    if (tell) this.onView(this.view);
  }

  zoom(factor, about = null) {
    const { from, to } = this.view;
    const centre = about ?? (this.marked ? this.timeOf(this.marked) : (from + to) / 2);
    this.show(centre - (centre - from) * factor, centre + (to - centre) * factor);
  }

  /** To single samples, around what is marked or the loudest place of the view. */
  samples(wanted = 36) {
    const { rate, values } = this.tracks[0];
    const [first, last] = [Math.floor(this.view.from * rate), Math.ceil(this.view.to * rate)];
    let [best, at] = [-1, first];
    for (let index = first; index < Math.min(last, values.length); index++) if (Math.abs(values[index]) > best) [best, at] = [Math.abs(values[index]), index];
    const centre = this.marked ? this.timeOf(this.marked) : at / rate;
    this.show(centre - wanted / rate / 2, centre + wanted / rate / 2);
    if (!this.marked) this.point(1, Math.round(centre * this.tracks[1].rate));
  }

  timeOf({ track, index }) {
    return index / this.tracks[track].rate;
  }

  point(track, index) {
    const length = this.tracks[track]?.values.length ?? 0;
    const wanted = index === null || !length ? null : { track, index: Math.max(0, Math.min(length - 1, index)) };
    if (wanted?.index === this.marked?.index && wanted?.track === this.marked?.track) return;
    this.marked = wanted;
    this.canvas.redraw();
    this.onPoint(wanted?.track ?? null, wanted?.index ?? null);
  }

  playhead(seconds) {
    this.head = seconds;
    this.canvas.redraw();
  }

  // ---- hand and keys

  listen() {
    const element = this.element;
    element.addEventListener("wheel", (event) => {
      event.preventDefault();
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      const by = (sideways ? event.deltaX || event.deltaY : event.deltaY) * (event.deltaMode ? 16 : 1);
      if (sideways) this.pan(by);
      else this.zoom(Math.exp(Math.max(-1, Math.min(1, by / 300))), this.timeAt(event));
    }, { passive: false });
    element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.drag = { x: event.clientX, ...this.view, moved: false };
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener("pointermove", (event) => this.moved(event));
    element.addEventListener("pointerup", (event) => {
      if (this.drag && !this.drag.moved) this.pin(event);
      this.drag = null;
    });
    element.addEventListener("pointerleave", () => !this.drag && this.point(this.pinned?.track ?? 0, this.pinned?.index ?? null));
    element.addEventListener("dblclick", () => this.show(0, this.length));
    element.addEventListener("keydown", (event) => this.key(event));
  }

  moved(event) {
    if (this.drag) {
      const by = event.clientX - this.drag.x;
      if (Math.abs(by) > 3) this.drag.moved = true;
      if (this.drag.moved) {
        const shift = (-by / this.wide) * (this.drag.to - this.drag.from);
        this.show(this.drag.from + shift, this.drag.to + shift);
      }
      return;
    }
    const { track, index } = this.under(event);
    this.point(track, index);
  }

  pin(event) {
    const here = this.under(event);
    const same = this.pinned && here.track === this.pinned.track && here.index === this.pinned.index;
    this.pinned = same ? null : here;
    this.point(here.track, here.index);
    this.canvas.redraw();
    this.onPin(this.pinned);
  }

  pan(pixels) {
    const shift = (pixels / this.wide) * (this.view.to - this.view.from);
    this.show(this.view.from + shift, this.view.to + shift);
  }

  key(event) {
    if (event.key === "Tab" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    const step = (by) => () => this.walk(by);
    const act = {
      "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2), ArrowLeft: step(-1), ArrowRight: step(1),
      PageUp: () => this.pan(-this.wide / 2), PageDown: () => this.pan(this.wide / 2), Home: () => this.walk(-Infinity), End: () => this.walk(Infinity),
      "0": () => this.show(0, this.length), Escape: () => { this.pinned = null; this.point(0, null); this.onPin(null); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** The marked output one on; the view follows it. */
  walk(by) {
    const { values, rate } = this.tracks[1];
    const from = this.marked?.track === 1 ? this.marked.index : Math.round(((this.view.from + this.view.to) / 2) * rate);
    const to = Math.max(0, Math.min(values.length - 1, from + by));
    this.pinned = { track: 1, index: to };
    this.point(1, to);
    const [time, { from: start, to: end }] = [to / rate, this.view];
    if (time < start || time > end) this.show(time - (end - start) / 2, time + (end - start) / 2);
    this.onPin(this.pinned);
  }

  timeAt(event) {
    const box = this.element.getBoundingClientRect();
    const share = (event.clientX - box.left - this.left) / this.wide;
    return this.view.from + share * (this.view.to - this.view.from);
  }

  under(event) {
    const box = this.element.getBoundingClientRect();
    const track = event.clientY - box.top < this.high / 2 ? 0 : 1;
    const { rate, values } = this.tracks[track];
    return { track, index: Math.max(0, Math.min(values.length - 1, Math.round(this.timeAt(event) * rate))) };
  }

  // ---- drawing

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
    pen.fillText((track.note ?? "") + curve, this.left + wide + 8, box.top - 0.5 * look.size);
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

  /** What the pointer's place means in words, for where no equation is shown. */
  words() {
    if (!this.marked) return "";
    const { track, index } = this.marked;
    return `${track ? "y" : "x"}[${count(index)}]`;
  }
}

/** The value between samples: a sinc under a Hann window over 32 of them. */
function between(values, at) {
  const near = Math.round(at);
  if (Math.abs(at - near) < 1e-6) return values[near] ?? 0;
  let sum = 0;
  for (let index = Math.floor(at) - SINC + 1; index <= Math.floor(at) + SINC; index++) {
    const away = Math.PI * (at - index);
    if (index >= 0 && index < values.length) sum += ((values[index] * Math.sin(away)) / away) * Math.cos(away / (2 * SINC)) ** 2;
  }
  return sum;
}

export function peak(values) {
  let largest = 0;
  for (let index = 0; index < values.length; index++) if (Math.abs(values[index]) > largest) largest = Math.abs(values[index]);
  return largest;
}

const short = (value) => (value ? `${value > 0 ? "" : "\u2212"}${Number(Math.abs(value).toPrecision(2))}` : "0");
