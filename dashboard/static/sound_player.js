// Hears two sounds at the same place in time: play, stop, and change from one to the other while it plays.
//
//   const ears = new Ears({ onMove(seconds or null) });  parent.append(ears.element);
//   ears.set({ sounds: [{ title, values, gain }, ...], rate: 16000, note: "..." });   // while playing: heard at once
//
// The browser is asked for 16,000 samples a second, so that it plays these samples and not some of its own between them.

import { make } from "./kit.js";

const FADE = 0.012; // seconds from one sound to the other, so that nothing clicks

export class Ears {
  constructor({ onMove, extra = [] }) {
    Object.assign(this, { onMove, chosen: 1, from: 0, sounds: [] });
    this.start = make("button", { type: "button", class: "ears-play" });
    this.start.addEventListener("click", () => this.toggle());
    this.choice = make("div", { class: "ears-choice", role: "group", "aria-label": "Sound that is heard" });
    this.loop = make("input", { type: "checkbox" });
    this.loop.addEventListener("change", () => this.playing && this.play(this.place()));
    this.note = make("span", { class: "ears-note" });
    this.element = make("div", { class: "ears" }, this.start, this.choice, make("label", { title: "Again and again" }, this.loop, "Loop"), ...extra, this.note);
    this.element.addEventListener("keydown", (event) => event.key !== "Tab" && event.stopPropagation());
    this.sign();
  }

  set({ sounds, rate, note }) {
    Object.assign(this, { sounds, rate });
    this.chosen = Math.min(this.chosen, sounds.length - 1);
    const titles = sounds.map(({ title }) => title).join("|");
    if (titles !== this.titles) {
      this.titles = titles;
      this.choice.replaceChildren(...sounds.map(({ title }, index) => {
        const button = make("button", { type: "button" }, title);
        button.addEventListener("click", () => this.choose(index));
        return button;
      }));
    }
    this.press();
    this.note.textContent = note;
    if (this.playing) this.play(this.place());
  }

  choose(index) {
    this.chosen = index;
    this.press();
    if (this.playing) this.gains.forEach((gain, at) => gain.gain.setTargetAtTime(at === index ? this.sounds[at].gain : 0, this.context.currentTime, FADE / 3));
    else this.play(this.from);
  }

  press() {
    [...this.choice.children].forEach((button, index) => button.setAttribute("aria-pressed", String(index === this.chosen)));
  }

  get length() {
    return Math.max(...this.sounds.map(({ values }) => values.length)) / this.rate;
  }

  toggle() {
    if (this.playing) this.stop();
    else this.play(this.from >= this.length - 0.02 ? 0 : this.from);
  }

  play(from = 0) {
    this.silence();
    this.context ??= new AudioContext({ sampleRate: this.rate });
    this.context.resume();
    const now = this.context.currentTime + 0.02;
    this.gains = this.sounds.map(({ gain }, index) => new GainNode(this.context, { gain: index === this.chosen ? gain : 0 }));
    this.sources = this.sounds.map(({ values }, index) => {
      const buffer = this.context.createBuffer(1, Math.max(1, Math.ceil(this.length * this.rate)), this.rate);
      buffer.copyToChannel(values, 0);
      const source = new AudioBufferSourceNode(this.context, { buffer, loop: this.loop.checked });
      source.connect(this.gains[index]).connect(this.context.destination);
      source.start(now, from);
      return source;
    });
    Object.assign(this, { playing: true, since: now - from });
    this.sources[0].onended = () => this.stop(0);
    this.sign();
    this.follow();
  }

  place() {
    if (!this.playing) return this.from;
    const at = Math.max(0, this.context.currentTime - this.since);
    return this.loop.checked ? at % this.length : Math.min(at, this.length);
  }

  /** To this moment; goes on from there where it plays. */
  seek(seconds) {
    this.from = Math.max(0, Math.min(seconds, this.length));
    if (this.playing) this.play(this.from);
  }

  follow() {
    cancelAnimationFrame(this.frame);
    const tick = () => {
      if (!this.playing) return;
      if (!this.element.isConnected) return void this.stop();
      this.onMove(this.place());
      this.frame = requestAnimationFrame(tick);
    };
    tick();
  }

  silence() {
    this.sources?.forEach((source) => {
      source.onended = null;
      source.stop();
      source.disconnect();
    });
    this.sources = null;
  }

  stop(from = this.place()) {
    this.silence();
    this.from = from;
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.onMove(from || null);
    this.sign();
  }

  sign() {
    const title = this.playing ? "Stop" : "Play";
    this.start.textContent = this.playing ? "❚❚ Stop" : "▶ Play";
    this.start.setAttribute("aria-label", title);
  }

  close() {
    this.silence();
    this.playing = false;
    this.context?.close();
    this.context = null;
  }
}
