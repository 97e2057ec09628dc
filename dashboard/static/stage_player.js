// Playing, stepping and scrubbing through a number of windows; one row of controls, no knowledge of what they show.
//
//   const player = new Player({ noun: "window", onMove(position, whole), onCommit(position, whole) });
//   parent.append(player.element);
//   player.set({ length: 100, position: 47, whole: true });    // from outside: calls nothing
//   player.go(48);                                             // as the user does: calls onMove, and onCommit a little later
//   if (player.key(event)) ...                                 // Space, Home, End and `keys` of the caller; stops propagation
//
// whole: all outputs are shown; walking (play, step, scrub) shows those up to the position only. onCommit comes when the
// user pauses, lets go or has stopped stepping: that is the moment to tell the server.

import { count, make } from "./kit.js";

const SPEEDS = [["2 a second", 2], ["6 a second", 6], ["20 a second", 20], ["60 a second", 60], ["all in 10 s", 0]];
const SETTLED = 350; // ms after the last step that count as having stopped
const SIGNS = {
  back: "M14 3 5 9l9 6z",
  play: "M4 2.5 15 9 4 15.5z",
  pause: "M4 3h3.6v12H4zM10.4 3H14v12h-3.6z",
  forward: "M3 3l8 6-8 6zM12.5 3H15v12h-2.5z",
};

function sign(name) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", "0 0 18 18");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SIGNS[name]);
  picture.append(path);
  return picture;
}

export class Player {
  constructor({ noun = "window", whole = "Whole output", speeds = SPEEDS, speed = "6", seconds = 10, onMove, onCommit = () => {} }) {
    Object.assign(this, { noun, seconds, onMove, onCommit, length: 1, position: 0, whole: true, playing: false, disabled: false });
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    const button = (name, label, act) => {
      const element = make("button", { type: "button", class: `player-${name}`, "aria-label": label, title: label }, sign(name));
      element.addEventListener("click", act);
      return element;
    };
    this.back = button("back", "One step back", () => this.go(this.position - 1));
    this.start = button("play", "Play", () => this.toggle());
    this.forward = button("forward", "One step forward", () => this.go(this.position + 1));
    this.range = make("input", { type: "range", min: 0, step: 1, class: "player-range", "aria-label": `Position: ${noun}` });
    this.speed = make("select", { class: "player-speed", "aria-label": "Speed", title: "Speed" });
    speeds.forEach(([label, rate]) => this.speed.append(make("option", { value: rate }, label)));
    this.speed.value = this.still.matches ? String(speeds[0][1]) : speed;
    this.told = make("output", { class: "player-told" });
    this.all = make("button", { type: "button", class: "player-whole", "aria-pressed": "true" }, whole);
    this.element = make("div", { class: "player" }, this.back, this.start, this.forward, this.range, this.told, this.speed, this.all);
    this.listen();
  }

  listen() {
    this.range.addEventListener("input", () => this.go(Number(this.range.value)));
    this.range.addEventListener("change", () => this.commit());
    this.all.addEventListener("click", () => {
      this.pause(false);
      this.whole = !this.whole;
      this.moved();
      this.commit();
    });
    this.speed.addEventListener("change", () => (this.since = null));
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Tab" || event.key === "Escape") return;
      event.stopPropagation();
      if (event.key === " " && event.target === this.range) this.key(event);
    });
  }

  /** From outside; calls neither onMove nor onCommit. Members that are not given stay. */
  set({ length = this.length, position = this.position, whole = this.whole, disabled = this.disabled }) {
    this.length = Math.max(1, length);
    this.position = Math.max(0, Math.min(this.length - 1, position));
    this.whole = whole;
    this.disabled = disabled;
    if (disabled && this.playing) this.pause(false);
    this.draw();
  }

  /** To this position as the user goes there: whatever was shown whole is now walked through. */
  go(position, { quiet = false } = {}) {
    if (this.disabled) return;
    this.whole = false;
    this.position = Math.max(0, Math.min(this.length - 1, position));
    this.moved();
    if (!quiet) this.settle();
  }

  /** The position alone, without changing whether all is shown. */
  point(position) {
    this.position = Math.max(0, Math.min(this.length - 1, position));
    this.moved();
    this.settle();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.disabled || this.playing) return;
    this.playing = true;
    this.since = null;
    if (this.position >= this.length - 1) this.go(0, { quiet: true });
    else this.go(this.position, { quiet: true });
    this.frame = requestAnimationFrame((time) => this.tick(time));
    this.draw();
  }

  pause(tell = true) {
    if (!this.playing) return;
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.draw();
    if (tell) this.commit();
  }

  tick(time) {
    if (!this.playing || !this.element.isConnected) return this.pause(false);
    if (this.since === null) [this.since, this.from] = [time, this.position];
    const chosen = Number(this.speed.value) || this.length / this.seconds;
    const rate = this.still.matches ? Math.min(chosen, 2) : chosen;
    const wanted = this.from + Math.floor(((time - this.since) / 1000) * rate);
    if (wanted > this.position && this.mayStep()) this.go(wanted, { quiet: true });
    else if (wanted > this.position) this.since = null;
    if (this.position >= this.length - 1) return this.pause();
    this.frame = requestAnimationFrame((next) => this.tick(next));
    return undefined;
  }

  /** While it plays: whether the next one may be shown now. */
  mayStep() {
    return true;
  }

  /** What is said of the position. */
  words() {
    return this.disabled ? `${this.noun} ? of ?` : `${this.noun} ${count(this.position + 1)} of ${count(this.length)}`;
  }

  /** Characters of the longest of them. */
  room() {
    return `${this.noun} of  `.length + 2 * count(this.length).length;
  }

  moved() {
    this.draw();
    this.onMove(this.position, this.whole);
  }

  settle() {
    clearTimeout(this.waiting);
    if (this.playing) this.since = null;
    else this.waiting = setTimeout(() => this.commit(), SETTLED);
  }

  commit() {
    clearTimeout(this.waiting);
    this.onCommit(this.position, this.whole);
  }

  /** Space, Home and End; whether the key meant something here. */
  key(event) {
    const act = { " ": () => this.toggle(), Home: () => this.go(0), End: () => this.go(this.length - 1) }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return false;
    event.preventDefault();
    event.stopPropagation();
    act();
    return true;
  }

  draw() {
    const [last, { length, position }] = [this.length - 1, this];
    this.range.max = last;
    this.range.value = position;
    this.range.style.setProperty("--share", `${last ? (100 * position) / last : 100}%`);
    const told = this.words();
    if (this.told.textContent !== told) this.told.textContent = told;
    this.told.style.minWidth = `${this.room()}ch`;
    this.range.setAttribute("aria-valuetext", told);
    if (this.drawn !== this.playing) {
      this.drawn = this.playing;
      this.start.replaceChildren(sign(this.playing ? "pause" : "play"));
      for (const name of ["aria-label", "title"]) this.start.setAttribute(name, this.playing ? "Pause" : "Play");
    }
    this.all.setAttribute("aria-pressed", String(this.whole));
    this.back.disabled = this.disabled || (position === 0 && !this.whole);
    this.forward.disabled = this.disabled || (position === last && !this.whole);
    for (const control of [this.start, this.range, this.all]) control.disabled = this.disabled;
  }
}
