// Two waves under each other on one axis of time: seconds from afar, single samples as dots from near.
//
//   const waves = new Waves({ onPoint(track, index), onView(view), onPin(track, index) });
//   waves.set({ tracks: [{ values, rate, title, colour }, ...], geometry, look, alt });
//   geometry: { first, stride, dilation, taps, turned }: output o reads inputs first + o*stride + k*dilation, k < taps
//   waves.point(track, index): as if the pointer were there; waves.playhead(seconds or null)

import { Canvas } from "./sound_canvas.js";
import { peak } from "./sound_samples.js";
import { WavePicture } from "./sound_wave_picture.js";

const CLOSEST = 12; // samples on the screen at the closest

export class Waves extends WavePicture {
  constructor(listeners) {
    super();
    Object.assign(this, { onPoint: () => {}, onView: () => {}, onPin: () => {}, ...listeners });
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
}
