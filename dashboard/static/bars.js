// How many samples of each class: bars that the hand drags, keys move and numbers set.
import { count, make } from "./kit.js";
import { unpack } from "./packed.js";
import { Sender } from "./stage_sender.js";

const boards = new WeakMap();
const KEYS = "Arrow keys change it by one, Page Up and Page Down by a tenth, Home is none, End is all.";

/** Where the axis ends: all there is, or twice the longest bar where that is far less. */
export const topOf = (counts, available) => Math.max(1, Math.min(Math.max(...available), 2 * Math.max(...counts) || Infinity));

/** The count under the pointer: past the right end it goes on growing. */
export const countAt = (x, width, top, most) => Math.max(0, Math.min(most, Math.round((x / Math.max(1, width)) * top)));

/** What a key makes of a count, null where the key means nothing here. */
export function stepped(key, value, most) {
  const tenth = Math.max(1, Math.round(most / 10));
  const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: tenth, PageDown: -tenth };
  if (key === "Home") return 0;
  if (key === "End") return most;
  return key in steps ? Math.max(0, Math.min(most, value + steps[key])) : null;
}

/** The class with the fewest samples, but some; the last of several, -1 where none has any. */
export function rarest(counts) {
  const fewest = Math.min(...counts.filter((value) => value > 0));
  return counts.lastIndexOf(fewest);
}

class Board {
  constructor(parent, head) {
    this.root = make("div", { class: "bars", role: "group", "aria-label": "Samples of each class" });
    this.rows = head.classes.map((name, at) => this.row(name, at, head.colours[at]));
    this.held = null;
    parent.append(this.root);
    this.root.addEventListener("keydown", (event) => event.stopPropagation()); // the app has shortcuts of its own
  }

  row(name, at, colour) {
    const label = make("button", { type: "button", title: `Look for ${name}`, "aria-pressed": "false" }, make("span", {}, name));
    const there = make("div", { class: "there" });
    const bar = make("div", { class: "bar" });
    const track = make("div", { class: "track", role: "slider", tabindex: 0, "aria-label": `Samples of ${name}`, "aria-valuemin": 0, title: KEYS }, there, bar);
    const input = make("input", { inputmode: "numeric", "aria-label": `Number of samples of ${name}` });
    for (const element of [label, track]) element.style.setProperty("--own", colour);
    label.addEventListener("click", () => this.mark(at));
    track.addEventListener("pointerdown", (event) => this.take(event, at));
    track.addEventListener("pointermove", (event) => this.held === at && this.follow(event, at));
    for (const end of ["pointerup", "pointercancel"]) track.addEventListener(end, () => this.letGo(at));
    track.addEventListener("keydown", (event) => this.key(event, at));
    input.addEventListener("change", () => this.typed(at));
    this.root.append(label, track, input);
    return { label, there, bar, track, input };
  }

  take(event, at) {
    event.currentTarget.setPointerCapture(event.pointerId);
    this.held = at;
    this.follow(event, at);
  }

  follow(event, at) {
    const box = this.rows[at].track.getBoundingClientRect();
    this.set(at, countAt(event.clientX - box.left, box.width, this.top, this.available[at]), false);
  }

  letGo(at) {
    if (this.held !== at) return;
    this.held = null;
    this.top = topOf(this.counts, this.available);
    this.draw();
    this.push(true);
  }

  key(event, at) {
    const value = stepped(event.key, this.counts[at], this.available[at]);
    if (value === null) return;
    event.preventDefault();
    this.set(at, value, true);
  }

  typed(at) {
    const { input } = this.rows[at];
    const text = input.value.replace(/[\s,.']/g, "");
    const value = /^\d+$/.test(text) ? Math.min(this.available[at], Number(text)) : this.counts[at];
    this.set(at, value, true);
    input.value = count(value);
  }

  mark(at) {
    this.rare = at;
    this.draw();
    this.push(true);
  }

  set(at, value, done) {
    if (this.counts[at] === value && !done) return;
    const follows = this.counts[this.rare] === this.counts[rarest(this.counts)]; // the mark was on a rarest class
    this.counts[at] = value;
    const now = rarest(this.counts);
    if (follows && now >= 0 && this.counts[this.rare] !== this.counts[now]) this.rare = now;
    if (done) this.top = topOf(this.counts, this.available);
    this.draw();
    this.push(done);
  }

  push(done) {
    this.sender.push({ counts: [...this.counts], rare: this.rare, classes: this.classes }, done);
  }

  draw() {
    const share = (value) => `${Math.min(100, (100 * value) / this.top)}%`;
    this.rows.forEach(({ label, there, bar, track, input }, at) => {
      const [value, most] = [this.counts[at], this.available[at]];
      there.style.width = share(most);
      bar.style.width = share(value);
      bar.classList.toggle("none", value === 0);
      bar.classList.toggle("thin", value / this.top < 0.06);
      label.setAttribute("aria-pressed", String(at === this.rare));
      track.setAttribute("aria-valuemax", most);
      track.setAttribute("aria-valuenow", value);
      track.setAttribute("aria-valuetext", `${count(value)} of ${count(most)}`);
      input.title = `of ${count(most)}`;
      if (input !== this.root.getRootNode().activeElement) input.value = count(value);
    });
  }

  show(head, arrays, send) {
    this.sender ??= new Sender(send);
    this.sender.send = send;
    this.sender.begin(head.answered);
    this.sender.answered(head.answered);
    this.root.style.maxHeight = head.height;
    this.root.classList.toggle("tall", head.classes.length <= 4);
    this.available = [...arrays.available];
    this.classes = head.classes.length;
    if (this.counts && (this.held !== null || !this.sender.idle)) return;
    this.counts = [...arrays.counts];
    this.rare = head.rare;
    this.top = topOf(this.counts, this.available);
    this.draw();
  }
}

export function render({ data, parentElement, setStateValue }) {
  if (!data) return;
  const { head, arrays } = unpack(data);
  const named = JSON.stringify([head.classes, head.colours]);
  let board = boards.get(parentElement);
  if (!board || board.named !== named) {
    const before = board?.sender;
    board?.root.remove();
    board = new Board(parentElement, head);
    board.named = named;
    board.sender = before;
    boards.set(parentElement, board);
  }
  board.show(head, arrays, (message) => setStateValue("sent", message));
}
