// The epochs of a run as a film: a slider with play, pause and steps. While the run trains, the newest epoch comes by
// itself, unless the user has moved away from it.
//
//   const film = new Film({ onEpoch(epoch, following, done) });
//   parent.append(film.element);
//   film.load({ epochs: [0, 1, 2, 4], at: 4, follows: true });  // from outside: calls nothing
//   film.ready = () => sender.idle;                              // playing waits for it before the next epoch

import { make } from "./kit.js";
import { unpack } from "./packed.js";
import { Player } from "./stage_player.js";
import { Sender } from "./stage_sender.js";

const SPEEDS = [["1 a second", 1], ["3 a second", 3], ["8 a second", 8], ["all in 5 s", 0]];
const films = new WeakMap();

/** Index of the recorded epoch that is nearest to this one. */
export const nearest = (epochs, wanted) =>
  epochs.reduce((best, epoch, index) => (Math.abs(epoch - wanted) < Math.abs(epochs[best] - wanted) ? index : best), 0);

export class Film extends Player {
  constructor({ onEpoch, label = "Epoch" }) {
    super({ noun: "epoch", speeds: SPEEDS, speed: "3", seconds: 5, onMove: () => this.tell(false), onCommit: () => this.tell(true) });
    Object.assign(this, { onEpoch, epochs: [0], held: false, pending: null, ready: () => true });
    this.whole = false;
    this.all.remove();
    this.element.classList.add("film");
    this.range.setAttribute("aria-label", label);
    this.range.addEventListener("pointerdown", () => (this.held = true));
    for (const name of ["pointerup", "pointercancel", "blur"]) this.range.addEventListener(name, () => this.letGo());
  }

  get epoch() {
    return this.epochs[this.position];
  }

  /** follows: a newer epoch is shown as soon as it comes, while the user is at the newest. */
  load({ epochs, at = null, follows = this.follows }) {
    if (this.held) return (this.pending = { epochs, at, follows }); // nothing moves under the pointer
    const shown = at ?? this.epoch;
    Object.assign(this, { epochs: epochs.length ? epochs : [0], follows });
    this.set({ length: this.epochs.length, position: nearest(this.epochs, shown), whole: false, disabled: epochs.length < 2 });
    return undefined;
  }

  letGo() {
    this.held = false;
    if (!this.pending) return;
    const { epochs, follows } = this.pending;
    this.pending = null;
    this.load({ epochs, follows });
  }

  tell(done) {
    this.onEpoch(this.epoch, Boolean(this.follows) && this.position === this.length - 1, done);
  }

  words() {
    return this.epoch === 0 ? "epoch 0, before training" : `epoch ${this.epoch} of ${this.epochs.at(-1)}`;
  }

  room() {
    return "epoch 0, before training".length;
  }

  mayStep() {
    return this.ready();
  }
}

export function render({ data, parentElement, setStateValue }) {
  if (!data) return;
  const { head } = unpack(data);
  let mounted = films.get(parentElement);
  if (!mounted) {
    mounted = { sender: new Sender((message) => mounted.send(message)) };
    mounted.sender.depth = 1; // one on the way, the newest wins
    mounted.film = new Film({ label: head.label, onEpoch: (epoch, following, done) => push(mounted, epoch, following, done) });
    mounted.film.ready = () => mounted.sender.idle;
    mounted.root = make("div", { class: "stage" }, mounted.film.element);
    films.set(parentElement, mounted);
  }
  mounted.send = (message) => setStateValue("moved", message);
  if (!mounted.root.isConnected) parentElement.append(mounted.root);
  const { film, sender } = mounted;
  sender.begin(head.answered);
  sender.answered(head.answered);
  const asked = mounted.asked !== head.asked; // the page chose an epoch
  mounted.asked = head.asked;
  if (asked) mounted.told = null;
  film.load({ epochs: head.epochs, at: asked || sender.idle ? head.at : null, follows: head.follows });
}

function push(mounted, epoch, following, done) {
  const wish = `${epoch} ${following} ${done}`; // done: for what need not follow the hand, such as the link
  if (mounted.told === wish) return;
  mounted.told = wish;
  mounted.sender.push({ epoch, following }, done);
}

export function close({ parentElement }) {
  if (parentElement.isConnected) return;
  films.get(parentElement)?.film.pause(false);
  films.delete(parentElement);
}
