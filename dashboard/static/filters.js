// The filters of one layer: all of them, the chosen one large, histograms and norms, and the film of the epochs that
// moves it all. The film asks nobody: every epoch of what is shown is here. The server hears where the hand rests.

import { Board } from "./filters_board.js";
import { hear, say } from "./filters_bus.js";
import { LayerData } from "./filters_data.js";
import { Side } from "./filters_side.js";
import { Film } from "./film.js";
import { look, make } from "./kit.js";
import { unpack } from "./packed.js";

const SETTLED = 250; // ms after which the hand counts as resting
const mounted = new WeakMap();

const choice = (label, pairs) => {
  const select = make("select", { class: "player-speed", "aria-label": label, title: label });
  pairs.forEach(([value, text]) => select.append(make("option", { value }, text)));
  return select;
};

class FiltersView {
  constructor() {
    this.filter = 0;
    this.sent = "";
    this.back = make("button", { type: "button", class: "walk-back", "aria-label": "The filter before", title: "The filter before (left arrow)" }, "‹");
    this.forward = make("button", { type: "button", class: "walk-forward", "aria-label": "The next filter", title: "The next filter (right arrow)" }, "›");
    this.name = make("output", { class: "walk-name", "aria-live": "polite" });
    this.order = choice("Order", [["index", "in order"], ["norm", "largest norm first"], ["change", "most different first"]]);
    this.scale = choice("Colours", [["one", "one scale for all"], ["each", "a scale for each"]]);
    this.told = make("div", { class: "told" });
    this.board = new Board({ pick: (filter) => this.choose(filter), say: (text) => this.hint(text), walk: (by) => this.walk(by), key: (event) => this.film.key(event) });
    this.side = new Side({ pick: (filter) => this.choose(filter), say: (text) => this.hint(text) });
    this.film = new Film({ onEpoch: (epoch, following, done) => this.moved(done) });
    const bar = make("div", { class: "filters-bar" }, this.back, this.name, this.forward, this.told, this.order, this.scale);
    const left = make("div", { class: "filters-left" }, bar, this.board.element);
    this.body = make("div", { class: "filters-body" }, left, this.side.element);
    this.element = make("div", { class: "stage filters" }, this.body, this.film.element);
    this.back.addEventListener("click", () => this.walk(-1));
    this.forward.addEventListener("click", () => this.walk(1));
    for (const select of [this.order, this.scale]) select.addEventListener("change", () => this.again());
    this.watcher = new ResizeObserver(() => this.resized());
    this.watcher.observe(this.element);
    this.stop = hear("probe", (probe) => ((this.probe = probe), this.data && this.draw()));
  }

  get epoch() {
    return this.film.position;
  }

  update(head, arrays, theme) {
    const asked = this.asked !== head.asked;
    this.asked = head.asked;
    const same = this.data?.layer === head.layer && this.data?.source === head.source;
    this.data = new LayerData(head, arrays);
    this.look = theme;
    if (asked) this.filter = head.start;
    this.filter = Math.min(this.filter, this.data.count - 1);
    if (asked) {
      this.order.value = head.order;
      this.scale.value = head.scale;
    }
    const following = this.film.follows && this.film.position === this.film.length - 1 && same;
    const at = asked || !this.film.epochs.length ? head.at : following ? head.epochs.at(-1) : this.film.epoch;
    this.film.load({ epochs: head.epochs, at, follows: head.follows });
    this.film.element.hidden = head.epochs.length < 2;
    this.element.dataset.mode = head.mode;
    this.element.style.setProperty("--height", head.height);
    this.order.querySelector("[value=change]").hidden = !head.partner;
    if (!head.partner && this.order.value === "change") this.order.value = "index";
    this.again();
    if (asked && (head.exact || head.filter === this.filter)) this.sent = JSON.stringify(this.content()); // it has just said so
  }

  /** The order or the size changed: everything is laid out anew. */
  again() {
    if (!this.data) return;
    this.sequence = this.data.ordered(this.order.value);
    this.board.layout(this.data, this.sequence, this.look);
    this.draw();
    this.settle();
  }

  resized() {
    if (!this.data || !this.element.isConnected) return;
    const size = `${this.element.clientWidth} ${this.board.element.clientHeight} ${this.side.element.clientWidth}`;
    if (size === this.size) return;
    this.size = size;
    this.board.layout(this.data, this.sequence, this.look);
    this.draw();
  }

  moved(done) {
    if (!this.data) return;
    this.draw();
    if (done) this.settle();
  }

  choose(filter) {
    if (filter === this.filter) return;
    this.filter = filter;
    this.draw();
    this.board.reveal(this.sequence.indexOf(filter));
    this.settle(this.data.exact ? SETTLED : 0);
  }

  walk(by) {
    const at = this.sequence.indexOf(this.filter) + by;
    if (at >= 0 && at < this.sequence.length) this.choose(this.sequence[at]);
  }

  hint(text) {
    this.told.textContent = text;
  }

  draw() {
    const { data, filter, epoch, look: theme } = this;
    const at = this.sequence.indexOf(filter);
    this.name.textContent = `${data.unit} ${filter}`;
    this.name.style.minWidth = `${data.unit.length + 1 + String(data.count).length}ch`;
    this.back.disabled = at <= 0;
    this.forward.disabled = at >= this.sequence.length - 1;
    const dead = data.dead[epoch];
    this.board.draw({ epoch, filter, each: this.scale.value === "each", dead });
    if (data.mode !== "strip") this.side.draw({ data, epoch, filter, each: this.scale.value === "each", probe: this.probe?.layer === data.layer && this.probe.source === data.source ? this.probe : null, look: theme });
    Object.assign(this.element.dataset, { epoch: data.epochs[epoch], filter, drawn: Number(this.element.dataset.drawn ?? 0) + 1 });
    say("place", { source: data.source, layer: data.layer, filter, epoch: data.epochs[epoch], unit: data.unit });
  }

  settle(wait = SETTLED) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.tell(), wait);
  }

  content() {
    const { film, order, scale } = this;
    return { layer: this.data.layer, filter: this.filter, epoch: film.epoch, following: film.position === film.length - 1, order: order.value, scale: scale.value };
  }

  /** What the server knows is not told again. */
  tell() {
    if (!this.data || this.film.playing || this.film.held) return;
    const content = this.content();
    const text = JSON.stringify(content);
    if (text === this.sent) return;
    this.sent = text;
    this.send(content);
  }

  close() {
    this.stop();
    this.watcher.disconnect();
    this.film.pause(false);
    clearTimeout(this.waiting);
  }
}

export function render({ data, parentElement, setStateValue }) {
  if (!data) return;
  const { head, arrays } = unpack(data);
  let view = mounted.get(parentElement);
  if (!view) {
    view = new FiltersView();
    view.element.addEventListener("keydown", (event) => event.key === "Tab" || event.key === "Escape" || event.stopPropagation());
    mounted.set(parentElement, view);
  }
  if (!view.element.isConnected) parentElement.append(view.element);
  view.send = (message) => setStateValue("place", message);
  view.update(head, arrays, look(parentElement));
}

export function close({ parentElement }) {
  if (parentElement.isConnected) return;
  mounted.get(parentElement)?.close();
  mounted.delete(parentElement);
}
