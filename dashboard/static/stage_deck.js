// Several small stages side by side; one scrubber, and a pointer in one, move all to the same relative place.

import { make } from "./kit.js";
import { Board } from "./stage_board.js";
import { Line } from "./stage_line.js";
import { Player } from "./stage_player.js";
import { Sender } from "./stage_sender.js";
import { sentence, viewOf } from "./stage_view.js";
import { placeOf } from "./stage_windows.js";

/** The output of `view` at the same relative place as `index` is in `other`: along rows and columns apart. */
export function alike(view, other, index) {
  const place = placeOf(other.out, index).map((at, axis) => {
    const share = other.out[axis] > 1 ? at / (other.out[axis] - 1) : 0;
    return Math.round(share * (view.out[axis] - 1));
  });
  return place[0] * view.out[1] + place[1];
}

export class Deck {
  constructor(parent) {
    this.cards = [];
    this.hover = this.pin = this.committed = null;
    this.grid = make("div", { class: "deck-cards" });
    this.player = new Player({ noun: "window", whole: "Whole outputs", onMove: () => this.moved(), onCommit: () => this.commit() });
    this.places = new Sender((message) => this.send("place", message));
    this.element = make("div", { class: "stage deck" }, this.grid, this.player.element);
    this.element.addEventListener("keydown", (event) => this.key(event));
    parent.append(this.element);
  }

  close() {
    this.player.pause(false);
    this.cards.forEach(({ board, watch }) => {
      board.close();
      watch.disconnect();
    });
    this.element.remove();
  }

  update(head, arrays, theme) {
    const first = !this.cards.length;
    this.places.begin(head.placed);
    this.places.answered(head.placed);
    while (this.cards.length < head.deck.length) this.add();
    while (this.cards.length > head.deck.length) this.drop();
    this.element.style.setProperty("--height", head.height);
    this.element.style.colorScheme = theme.dark ? "dark" : "light";
    this.grid.style.setProperty("--columns", head.columns);
    this.cards.forEach((card, at) => (card.view = viewOf(head.deck[at], arrays, `${at}.`)));
    if (this.hover && (this.hover.card >= this.cards.length || this.hover.index >= this.cards[this.hover.card].view.length)) this.hover = null;
    const leader = this.leader.view;
    this.player.set({ length: leader.length, disabled: leader.hidden === "size" });
    this.adopt(first, head.deck[0]);
    this.cards.forEach((card) => {
      card.board.update(card.view, theme);
      card.title.textContent = card.view.titles[1];
    });
    this.draw();
  }

  /** The stage with the most outputs leads: every window of it can be reached with the scrubber. */
  get leader() {
    return this.cards.reduce((best, card) => (card.view.length > best.view.length ? card : best));
  }

  adopt(first, { position, pinned, whole }) {
    if (!this.places.idle || this.player.playing) return;
    const wish = JSON.stringify([position, whole]);
    if (!first && (wish === this.committed || wish === this.wished)) return;
    this.wished = wish;
    if (position !== null) this.player.set({ position: alike(this.leader.view, this.cards[0].view, Math.min(position, this.cards[0].view.length - 1)) });
    this.player.set({ whole });
    if (first && pinned) this.pin = this.player.position;
  }

  add() {
    const card = { title: make("div", { class: "deck-title" }), line: new Line({ live: this.cards.length === 0 }) };
    const at = this.cards.length;
    card.board = new Board({
      small: true,
      onHover: (focus) => this.point(at, focus),
      onPick: (focus) => this.pick(at, focus),
      onMove: (kind, step) => this.move(at, kind, step),
      onEdit: () => {},
    });
    card.element = make("div", { class: "deck-card" }, card.title, card.board.element, card.line.element);
    card.watch = new ResizeObserver(() => {
      card.line.width = 0;
      if (card.view && card.shown !== undefined) this.tell(card);
    });
    card.watch.observe(card.line.element);
    this.cards.push(card);
    this.grid.append(card.element);
  }

  drop() {
    const card = this.cards.pop();
    card.board.close();
    card.watch.disconnect();
    card.element.remove();
  }

  point(card, focus) {
    const wanted = focus ? { card, ...focus } : null;
    if (this.player.playing || JSON.stringify(wanted) === JSON.stringify(this.hover)) return;
    this.hover = wanted;
    if (this.pin === null) this.draw();
  }

  pick(card, focus) {
    if (focus.kind !== "output") return;
    const at = alike(this.leader.view, this.cards[card].view, focus.index);
    this.player.pause(false);
    this.pin = this.pin === at ? null : at;
    this.player.set({ position: at });
    this.draw();
    this.commit();
  }

  move(card, kind, [down, right]) {
    if (kind !== "output") return;
    const { view } = this.cards[card];
    const [row, column] = placeOf(view.out, this.cards[card].shown.index ?? 0);
    const [r, c] = [row + down, column + right];
    if (r < 0 || c < 0 || r >= view.out[0] || c >= view.out[1]) return;
    this.hover = null;
    this.player.point(alike(this.leader.view, view, r * view.out[1] + c));
    if (this.pin !== null) this.pin = this.player.position;
  }

  moved() {
    if (this.pin !== null) this.pin = this.player.position;
    if (this.player.playing) this.hover = null;
    this.draw();
  }

  key(event) {
    if (event.key === "Tab") return;
    event.stopPropagation();
    const own = event.composedPath()[0].matches?.("button, select, input[type=text]");
    if (event.key === "Escape" && this.pin !== null) {
      this.pin = null;
      this.draw();
      this.commit();
    } else if (!own) this.player.key(event);
  }

  commit() {
    const at = alike(this.cards[0].view, this.leader.view, this.player.position);
    const wish = JSON.stringify([at, this.player.whole]);
    if (wish === this.committed) return;
    this.committed = wish;
    this.places.push({ at, pinned: this.pin !== null, whole: this.player.whole }, true);
  }

  /** Focus of one card: the pointer's own cell where it is, the place that is like it elsewhere. */
  focusOf(card, at) {
    const leader = this.leader.view;
    if (this.pin === null && this.hover?.card === at) return this.hover;
    if (this.pin === null && this.hover?.kind === "output") return { kind: "output", index: alike(card.view, this.cards[this.hover.card].view, this.hover.index) };
    return { kind: "output", index: alike(card.view, leader, this.player.position) };
  }

  draw() {
    const leader = this.leader.view;
    this.cards.forEach((card, at) => {
      card.shown = this.focusOf(card, at);
      const last = this.player.whole ? Infinity : alike(card.view, leader, this.player.position);
      card.board.show({ focus: card.shown, last, hidden: false });
      this.tell(card);
      card.element.dataset.focus = card.shown.kind === "output" ? placeOf(card.view.out, card.shown.index).join(",") : "";
      card.element.dataset.drawn = Math.min(card.view.length, last + 1);
    });
    this.element.dataset.at = this.player.position;
    this.element.dataset.playing = this.player.playing;
  }

  tell(card) {
    const said = sentence(card.view, card.shown, alike(card.view, this.leader.view, this.player.position));
    card.line.show(said.pieces, said.terms);
  }
}
