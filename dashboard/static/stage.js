// A stage, or a deck of small ones, in its place on the page: what the user does becomes a focus, a position and edits.

import { look, make } from "./kit.js";
import { unpack } from "./packed.js";
import { Board } from "./stage_board.js";
import { Deck } from "./stage_deck.js";
import { Footer } from "./stage_footer.js";
import { Line } from "./stage_line.js";
import { Player } from "./stage_player.js";
import { DEPTH, Sender } from "./stage_sender.js";
import { patchOf, reachedBy, sentence, viewOf } from "./stage_view.js";
import { placeOf } from "./stage_windows.js";

const mounted = new WeakMap();

export function render(component) {
  const { data, parentElement, setStateValue } = component;
  if (!data) return;
  const { head, arrays } = unpack(data);
  const Kind = head.deck ? Deck : Stage;
  let stage = mounted.get(parentElement);
  if (!(stage instanceof Kind) || !stage.element.isConnected) {
    stage?.close();
    stage = new Kind(parentElement);
    mounted.set(parentElement, stage);
  }
  stage.send = setStateValue;
  stage.update(head, arrays, look(parentElement));
}

export function close({ parentElement }) {
  const stage = mounted.get(parentElement);
  if (!stage || stage.element.isConnected) return; // only this call is superseded: the next one goes on with the same stage
  stage.close();
  mounted.delete(parentElement);
}

class Stage {
  constructor(parent) {
    this.view = null;
    this.hover = this.pin = this.committed = null;
    this.board = new Board({
      onHover: (focus) => this.point(focus),
      onPick: (focus) => this.pick(focus),
      onMove: (kind, step) => this.move(kind, step),
      onEdit: (values, done) => this.edit(values, done),
    });
    this.line = new Line();
    this.player = new Player({ noun: "window", onMove: () => this.moved(), onCommit: () => this.commit() });
    this.footer = new Footer();
    this.edits = new Sender((message) => this.send("kernel", message));
    this.places = new Sender((message) => this.send("place", message));
    this.element = make("div", { class: "stage" }, this.board.element, this.line.element, this.player.element, this.footer.element);
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.watch = new ResizeObserver(() => {
      this.line.width = 0;
      if (this.view) this.tell();
    });
    this.watch.observe(this.line.element);
    parent.append(this.element);
  }

  edit(values, done) {
    this.edits.push({ values, shape: this.view.kernelShape, holds: this.held.name }, done);
    this.element.dataset.sent = this.edits.sent;
    this.element.dataset.waits = !this.edits.idle;
  }

  close() {
    this.player.pause(false);
    this.watch.disconnect();
    this.board.close();
    this.element.remove();
  }

  update(head, arrays, theme) {
    if (arrays.input) this.held = { name: head.inputName, input: arrays.input };
    else if (this.held?.name === head.inputName) arrays.input = this.held.input;
    else return void this.send("asks", head.inputName); // it was left out for one that is gone
    const view = viewOf(head, arrays);
    this.edits.begin(head.answered);
    this.edits.depth = head.inputName ? 1 : DEPTH; // a large picture takes long: the last should not queue behind others
    this.places.begin(head.placed);
    this.edits.answered(head.answered);
    this.places.answered(head.placed);
    const first = this.view === null;
    const resized = !first && String(view.out) !== String(this.view.out);
    if (resized || (this.view && String(view.padded) !== String(this.view.padded))) this.hover = null;
    this.view = view;
    view.held = !this.edits.idle;
    this.element.style.setProperty("--height", view.height);
    this.element.style.colorScheme = theme.dark ? "dark" : "light";
    this.player.set({ length: view.length, disabled: view.hidden === "size" });
    this.adopt(first);
    if (view.hidden === "value") this.player.set({ whole: false });
    if (this.pin?.kind === "output" && this.pin.index >= view.length) this.pin = { kind: "output", index: this.player.position };
    if (this.pin?.kind === "input" && (this.pin.row >= view.padded[0] || this.pin.column >= view.padded[1])) this.pin = null;
    this.board.update(view, theme);
    this.footer.update(view);
    this.draw();
    this.rest();
    Object.assign(this.element.dataset, { answered: head.answered, sent: this.edits.sent, waits: !this.edits.idle });
  }

  /** Tell that the picture is there and nothing moves, where the line of code still waits to be checked. */
  rest() {
    const { footer, answered } = this.view;
    if (!footer.code || footer.checked !== null || !this.edits.idle || this.board.kernel.holding || this.rested === answered) return;
    this.rested = answered;
    setTimeout(() => this.send("rests", answered));
  }

  /** Python's position, pin and whole, where they are not just what was sent to it. */
  adopt(first) {
    const { position, pinned, whole } = this.view;
    if (!this.places.idle || this.player.playing) return;
    const wish = JSON.stringify([position, pinned, whole]);
    if (!first && (wish === this.committed || wish === this.wished)) return;
    this.wished = wish;
    if (position !== null) this.player.set({ position });
    this.player.set({ whole });
    if (position !== null) this.pin = pinned ? { kind: "output", index: this.player.position } : null;
  }

  get focus() {
    return this.pin ?? this.hover ?? { kind: "output", index: this.player.position };
  }

  point(focus) {
    if (this.player.playing || JSON.stringify(focus) === JSON.stringify(this.hover)) return;
    this.hover = focus;
    if (!this.pin) this.draw();
  }

  pick(focus) {
    this.player.pause(false);
    const again = JSON.stringify(focus) === JSON.stringify(this.pin);
    this.pin = again ? null : focus;
    if (focus.kind === "output") {
      const whole = this.player.whole && this.view.hidden !== "value";
      this.player.set({ position: focus.index, whole });
    }
    this.draw();
    this.commit();
  }

  /** One cell further on a panel, by an arrow key. */
  move(kind, [down, right]) {
    const shape = kind === "output" ? this.view.out : this.view.padded;
    const now = this.focus.kind === kind ? this.focus : null;
    let [row, column] = kind === "output" ? placeOf(shape, now ? now.index : this.player.position) : now ? [now.row, now.column] : [0, 0];
    if (now || kind === "output") [row, column] = [row + down, column + right];
    if (row < 0 || column < 0 || row >= shape[0] || column >= shape[1]) return;
    this.hover = null;
    this.keyed = true;
    if (kind === "input") {
      const focus = { kind, channel: now?.channel ?? 0, row, column };
      if (this.pin) this.pin = focus;
      else this.hover = focus;
      return this.draw();
    }
    const index = row * shape[1] + column;
    if (this.pin) this.pin = { kind, index };
    this.player.pause(false);
    return this.player.point(index);
  }

  moved() {
    if (this.pin) this.pin = this.pin.kind === "output" ? { kind: "output", index: this.player.position } : null;
    if (this.player.playing) this.hover = null;
    this.draw();
  }

  key(event) {
    if (event.key === "Tab") return;
    event.stopPropagation();
    const target = event.composedPath()[0];
    const own = target.matches?.("button, select, input[type=text]");
    if (event.key === "Escape" && this.pin) {
      this.pin = null;
      this.draw();
      this.commit();
    } else if (!own) this.player.key(event);
  }

  commit() {
    const { position: at, whole } = this.player;
    const pinned = this.pin?.kind === "output";
    const wish = JSON.stringify([at, pinned, whole]);
    if (wish === this.committed) return;
    this.committed = wish;
    this.places.push({ at, pinned, whole }, true);
  }

  draw() {
    const { view, player } = this;
    const hides = view.hidden === "value";
    if (hides && player.whole) player.set({ whole: false });
    const last = player.whole ? Infinity : player.position;
    const lens = !player.playing && Boolean(this.hover || this.pin || this.keyed);
    this.keyed = false;
    this.board.show({ focus: this.focus, last, hidden: hides, lens });
    this.tell();
    this.mark(last);
  }

  tell() {
    const { view, focus, player } = this;
    this.line.text.setAttribute("aria-live", player.playing ? "off" : "polite");
    const said = sentence(view, focus, player.position);
    this.line.show(said.pieces, said.terms);
  }

  /** What is drawn, where tests and style sheets can read it. */
  mark(last) {
    const { view, focus, player } = this;
    const { dataset } = this.element;
    dataset.focus = focus.kind === "output" ? `output ${placeOf(view.out, focus.index).join(",")}` : `input ${focus.row},${focus.column}`;
    dataset.drawn = Math.min(view.length, last + 1 - (view.hidden === "value" ? 1 : 0));
    dataset.at = player.position;
    dataset.pinned = this.pin ? this.pin.kind : "";
    dataset.playing = player.playing;
    dataset.cell = this.board.places?.cell ?? "";
    if (focus.kind === "output" && view.hidden !== "size") {
      const { row, column, rows, columns } = patchOf(view, focus.index);
      dataset.patch = `${row},${column} ${rows}x${columns}`;
      delete dataset.reached;
    } else if (view.hidden !== "size") {
      dataset.reached = reachedBy(view, focus).map((list) => list.join(",")).join(" ");
      delete dataset.patch;
    }
  }
}
