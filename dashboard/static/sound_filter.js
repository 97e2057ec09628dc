// Two sounds, one made from the other: their waves, spectra and taps, the products of one output, and both to hear.
// Serves the views 'Filter' and 'Half the rate'.

import { count, make } from "./kit.js";
import { Ears } from "./sound_player.js";
import { Spectrum } from "./sound_spectrum.js";
import { Taps } from "./sound_taps.js";
import { Waves } from "./sound_wave.js";
import { Line, sentenceOfPooling, sentenceOfSum } from "./stage_line.js";
import { written } from "./stage_numbers.js";

const SETTLED = 400; // ms without a change until the place goes into the link
const TERM = 15; // characters that a product takes

const button = (text, title, act) => {
  const element = make("button", { type: "button", title }, text);
  element.addEventListener("click", act);
  return element;
};

export class FilterView {
  constructor(send) {
    this.send = send;
    this.waves = new Waves({ onPoint: (track, index) => this.tell(track, index), onView: () => this.moved(), onPin: (place) => this.pinned(place) });
    this.spectrum = new Spectrum();
    this.taps = new Taps({ onEdit: (values, done) => this.edit(values, done) });
    this.line = new Line();
    this.equal = make("input", { type: "checkbox" });
    this.equal.checked = true;
    this.equal.addEventListener("change", () => this.listen());
    this.level = make("label", { title: "Both are played equally loud; without it as they are" }, this.equal, "Equally loud");
    this.ears = new Ears({ onMove: (seconds) => this.waves.playhead(seconds), extra: [this.level] });
    const zoom = make("div", { class: "sound-zoom", role: "group", "aria-label": "Zoom" },
      button("−", "Zoom out (key −)", () => this.waves.zoom(2)), button("+", "Zoom in (key +)", () => this.waves.zoom(0.5)),
      button("Samples", "Down to single samples", () => this.waves.samples()), button("Whole", "The whole sound (key 0)", () => this.waves.show(0, this.waves.length)));
    this.waves.reserved = () => zoom.offsetWidth + 8;
    const left = make("div", { class: "sound-left" }, zoom, this.waves.element);
    this.right = make("div", { class: "sound-right" }, this.spectrum.element, this.taps.element);
    this.foot = make("div", { class: "sound-foot" });
    this.element = make("div", { class: "sound" }, make("div", { class: "sound-top" }, left, this.right), this.line.element, this.ears.element, this.foot);
  }

  set({ head, arrays }, look) {
    Object.assign(this, { head, arrays, look });
    this.element.style.height = head.height;
    if (this.sound !== undefined && this.sound !== head.sound) Object.assign(this.waves, { view: null, marked: null, pinned: null });
    this.sound = head.sound;
    const [before, after] = head.tracks.map((track, index) => ({
      ...track, values: arrays[`wave${index}`], colour: index ? look.accent : look.validation, behind: arrays[`behind${index}`],
    }));
    this.waves.set({ tracks: [before, after], geometry: head.geometry, look, alt: head.alt.waves });
    if (head.place && !this.placed) this.restore(head.place);
    this.placed = true;
    const colours = { before: look.validation, after: look.accent, gain: look.muted, middle: look.good };
    this.spectrum.set({
      curves: head.curves.map((curve, index) => ({ ...curve, colour: colours[curve.role], db: arrays[`db${index}`] })),
      marks: head.marks.map((mark) => ({ ...mark, colour: colours[mark.role] ?? look.muted })),
      top: head.top, look, alt: head.alt.spectrum, hint: head.hint,
    });
    this.right.classList.toggle("alone", !arrays.taps);
    this.taps.element.hidden = !arrays.taps;
    if (arrays.taps) this.taps.set({ values: arrays.taps, dilation: head.dilation, editable: head.editable, title: head.taps, ends: head.ends, look, alt: head.alt.taps });
    this.foot.textContent = head.foot;
    this.level.hidden = !head.levels.choice;
    this.busy = false;
    if (this.waiting) this.flush();
    this.listen();
    this.line.measure();
    this.tell(this.waves.marked?.track ?? null, this.waves.marked?.index ?? null);
  }

  listen() {
    const { gains, note } = this.head.levels[this.equal.checked ? "equal" : "plain"];
    this.ears.set({
      rate: this.head.rate, note,
      sounds: this.head.sounds.map(({ title, array }, index) => ({ title, values: this.arrays[array], gain: gains[index] })),
    });
  }

  // ---- own taps: at most one is on its way, the newest wins

  edit(values, done) {
    this.waiting = { values, done };
    if (!this.busy) this.flush();
  }

  flush() {
    const { values, done } = this.waiting;
    this.waiting = null;
    this.busy = true;
    this.send("taps", { values, done, sequence: (this.sequence = (this.sequence ?? 0) + 1) });
  }

  // ---- the place in the link

  moved() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { from, to } = this.waves.view;
      const { pinned, length } = this.waves;
      const whole = from <= 0 && to >= length - 1e-9;
      const rate = this.head.tracks[0].rate;
      const view = whole ? [] : [Math.round(from * rate), Math.round(to * rate)];
      this.send("place", { view, pin: pinned ? [pinned.track, pinned.index] : [] });
    }, SETTLED);
  }

  pinned(place) {
    if (place) this.ears.seek(this.waves.timeOf(place));
    this.moved();
  }

  restore({ view, pin }) {
    const rate = this.head.tracks[0].rate;
    if (view.length) this.waves.show(view[0] / rate, view[1] / rate, false);
    if (pin.length) {
      this.waves.point(...pin);
      this.waves.pinned = this.waves.marked;
    }
  }

  // ---- one output

  terms(output) {
    const { first, stride, dilation, taps, turned } = this.head.geometry;
    const { wave0, kernel } = this.arrays;
    return Array.from({ length: taps }, (_, k) => {
      const at = first + output * stride + k * dilation;
      const x = at >= 0 && at < wave0.length ? wave0[at] : 0;
      const w = kernel[turned ? taps - 1 - k : k];
      return { x, w, product: x * w };
    });
  }

  tell(track, index) {
    if (!this.head) return;
    if (index === null) return void this.line.show([["hint", this.head.ask]]);
    if (track === 0) return void this.tellInput(index);
    const terms = this.terms(index);
    const result = this.arrays.wave1[index];
    const name = `y[${count(index)}]`;
    if (this.head.operation === "maximum") this.line.show((room) => sentenceOfPooling({ name, operation: "max", terms, result }, room), terms.length, TERM);
    else this.line.show((room) => sentenceOfSum({ name, terms, result }, room), terms.length, TERM);
  }

  tellInput(index) {
    const { at } = this.waves.partner();
    const many = at.length > 1 ? `reaches ${count(at.length)} outputs, y[${count(Math.min(...at))}] to y[${count(Math.max(...at))}]` : `reaches y[${count(at[0])}]`;
    const reaches = at.length ? many : "reaches no output";
    this.line.show([["name", `x[${count(index)}]`], ["equals", " ≈ "], ["x", written(this.arrays.wave0[index], 4)], ["text", ` ${reaches}`]]);
  }

  close() {
    clearTimeout(this.timer);
    this.ears.close();
    for (const part of [this.waves, this.spectrum, this.taps]) part.canvas.close();
  }
}
