// A drawn network: the picture that it sees, all maps of all layers, and its answer. See dashboard/components/maps.
import { look, make } from "./kit.js";
import { unpack } from "./packed.js";
import { Sender } from "./stage_sender.js";
import { decimalsFor, written } from "./stage_numbers.js";
import { answer } from "./maps_answer.js";
import { arrange, at, cellBox, INPUT, tileBox } from "./maps_geometry.js";
import { Large } from "./maps_large.js";
import { Lineage } from "./maps_lineage.js";
import { palette, Sheet } from "./maps_paint.js";
import { Store } from "./maps_values.js";

const PROBE_AFTER = 120; // ms that the pointer rests before a large map's exact numbers are asked for
const LOOK_AFTER = 60; // ms after scrolling
const views = new WeakMap();
const groups = new Map(); // name of a group -> its views on the page

export function render({ data, parentElement, setStateValue }) {
  if (!data) return undefined;
  const { head, arrays } = unpack(data);
  let view = views.get(parentElement);
  if (!view?.root.isConnected) views.set(parentElement, (view = new View(parentElement)));
  view.send = setStateValue;
  view.update(head, arrays);
  return undefined;
}

class View {
  constructor(parent) {
    parent.querySelector(".maps")?.remove();
    this.store = new Store();
    this.main = make("canvas", { class: "main" });
    this.over = make("canvas", { class: "over", tabindex: "0", role: "application" });
    this.titles = make("div", { class: "titles" });
    this.sheet = make("div", { class: "sheet" }, make("div", { class: "window" }, this.main, this.over), this.titles);
    this.scroller = make("div", { class: "scroller" }, this.sheet);
    this.answer = make("div", { class: "answer", role: "img" });
    this.line = make("div", { class: "line", "aria-live": "polite" });
    this.caption = make("h4", { class: "caption" });
    this.large = new Large(this);
    this.stage = make("div", { class: "stage" }, this.scroller, this.answer);
    this.lineage = new Lineage(this);
    this.root = make("div", { class: "maps" }, this.caption, this.stage, this.line, this.lineage.root, this.large.root);
    this.sender = new Sender((message) => this.send("look", message));
    this.sheets = new Map();
    this.orders = [];
    this.listen();
    parent.append(this.root);
    new ResizeObserver(() => this.head && this.place()).observe(this.scroller);
  }

  listen() {
    this.over.addEventListener("pointermove", (event) => this.point(this.under(event)));
    this.over.addEventListener("pointerleave", () => this.point(null));
    this.over.addEventListener("click", (event) => this.choose(this.under(event)));
    this.over.addEventListener("keydown", (event) => this.key(event));
    this.scroller.addEventListener("scroll", () => {
      this.left = this.scroller.scrollLeft;
      if (this.layout) this.draw();
      clearTimeout(this.later);
      this.later = setTimeout(() => this.ask(), LOOK_AFTER);
    });
  }

  update(head, arrays) {
    const newer = head.stamp !== this.store.stamp;
    this.head = head;
    this.look = look(this.root);
    this.join();
    this.store.take(head, arrays);
    this.picture = arrays.picture;
    this.sender.begin(head.answered);
    this.sender.answered(head.answered);
    if (newer) this.spoil();
    else head.layers.forEach((layer, number) => layer.sent && !layer.exact && this.spoil(number));
    const style = [head.shared, this.look.dark].join();
    if (style !== this.style) this.spoil();
    if (style !== this.style) this.palettes = {};
    this.style = style;
    this.stage.style.height = head.lit ? `calc(${head.height} - var(--convlens-lineage))` : head.height;
    this.lineage.take(head.lit, arrays);
    this.caption.textContent = head.title;
    this.caption.hidden = !head.title;
    this.root.classList.toggle("projector", head.projector);
    this.root.style.setProperty("--good", this.look.good);
    this.root.style.setProperty("--bad", this.look.bad);
    answer(this.answer, head, arrays.probabilities);
    this.sort();
    const drawn = JSON.stringify([head.layers.map(({ name, shape }) => [name, shape]), head.picture, head.height, this.orders]);
    if (drawn === this.drawn && this.layout) this.draw(); // asking the browser where things are would make it lay out all anew
    else this.place();
    this.drawn = drawn;
    this.large.update();
    this.ask();
    this.tell();
    this.say();
  }

  /** What is drawn, for whoever watches from outside: how many pictures so far, of what, and how many layers are missing. */
  say() {
    const missing = this.layout ? this.visible.filter(({ number }) => number >= 0 && !this.store.layers[number]).length : 1;
    Object.assign(this.root.dataset, { drawn: (Number(this.root.dataset.drawn) || 0) + 1, words: this.head.words, missing, resting: this.head.resting });
  }

  /** Networks of one group point at the same cell. */
  join() {
    const { group } = this.head;
    if (!group) return;
    const others = [...(groups.get(group) ?? [])].filter((view) => view !== this && view.root.isConnected);
    groups.set(group, new Set([...others, this]));
  }

  /** Where the pointer is in another network of the group. */
  echo(cell) {
    const column = cell && this.layout?.byName.get(cell.name);
    const [rows, columns] = column?.cells ?? [0, 0];
    this.pointed = column && cell.channel < column.order.length && cell.row < rows && cell.column < columns ? cell : null;
    this.light();
    this.tell();
  }

  /** The order of each layer's maps; while a hand draws they keep their places. */
  sort() {
    const { head, store } = this;
    if (!head.strongest) this.orders = [];
    else if (head.resting || !this.orders.length) this.orders = head.layers.map((layer, number) => (number === head.layers.length - 1 ? null : store.order(number)));
  }

  place() {
    const { head, scroller } = this;
    const width = scroller.clientWidth;
    const height = scroller.clientHeight;
    if (!width || !height) return;
    Object.assign(this, { wide: width, left: scroller.scrollLeft });
    this.layout = arrange(head.layers, head.picture, width, height, this.orders);
    this.sheet.style.width = `${this.layout.width}px`;
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    for (const canvas of [this.main, this.over]) {
      const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    this.ratio = ratio;
    this.answer.style.setProperty("--bar", `${(height - 24 * this.look.type) / Math.max(1, this.answer.childElementCount - 1)}px`);
    this.root.layout = this.layout; // for whoever asks from outside where a cell is
    this.name();
    this.draw();
  }

  /** Titles and shapes above the layers, as buttons that open them. */
  name() {
    const titles = this.layout.columns.map((column) => {
      const { layer } = column;
      const shape = layer.shape.join("×");
      const title = layer.name === INPUT ? "input" : layer.node;
      const words = layer.name === INPUT ? `${title}, ${shape}` : `${title}, ${shape}: open it large`;
      const element = make("button", { type: "button", title: words, "aria-label": words, onclick: () => layer.name !== INPUT && this.large.open(layer.name) }, make("b", {}, title), make("span", {}, shape));
      Object.assign(element.style, { left: `${column.x}px`, width: `${column.wide + 12}px` });
      return element;
    });
    const said = titles.map((title) => title.textContent + title.style.left).join();
    if (said === this.said) return;
    this.said = said;
    this.titles.replaceChildren(...titles);
  }

  get visible() {
    const [left, width] = [this.left, this.wide];
    return this.layout.columns.filter((column) => column.x < left + width && column.x + column.width > left);
  }

  pen(canvas) {
    const pen = canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(this.ratio, 0, 0, this.ratio, -this.left * this.ratio, 0);
    return pen;
  }

  draw() {
    const pen = this.pen(this.main);
    for (const column of this.visible) this.drawColumn(pen, column);
    this.light();
  }

  drawColumn(pen, column) {
    const sheet = this.sheetOf(column);
    column.order.slice(0, column.number < 0 ? 1 : undefined).forEach((channel, at) => {
      const box = tileBox(column, channel);
      if (sheet) sheet.draw(pen, at, box, this.ratio);
      else {
        pen.fillStyle = this.look.panel;
        pen.fillRect(box.x, box.y, box.width, box.height);
      }
    });
  }

  /** The maps of a layer as pixels, made when they are first on the screen; null where they are not here yet. */
  sheetOf({ number, layer, order }) {
    const said = order.join();
    const before = this.sheets.get(number);
    if (before?.fresh && before.order === said) return before.sheet;
    const sheet = before?.sheet ?? new Sheet();
    if (number < 0) sheet.picture(this.picture, this.head.picture);
    else if (!this.store.layers[number]) return null;
    else sheet.maps(this.store.layers[number], order, layer.cells, (channel) => this.store.range(layer, number, channel, this.head.shared), this.colours(number));
    this.sheets.set(number, { sheet, order: said, fresh: true });
    return sheet;
  }

  colours(number) {
    const signed = this.store.signed(number);
    this.palettes[signed] ??= palette(signed, this.head, this.look.dark);
    return this.palettes[signed];
  }

  /** All maps are to be painted anew, or those of one layer. */
  spoil(number = null) {
    for (const [each, kept] of this.sheets) if (number === null || each === number) kept.fresh = false;
  }

  // ---- what lies over the maps: the cell under the pointer, the chosen one, what made it ----
  light() {
    if (!this.layout) return;
    const pen = this.pen(this.over);
    this.lineage.light(pen);
    const outline = (cell, colour, width) => {
      const box = cell && cellBox(this.layout, cell.name, cell.channel, cell.row, cell.column);
      if (!box) return;
      Object.assign(pen, { strokeStyle: colour, lineWidth: width * this.look.line });
      pen.strokeRect(box.x - 1, box.y - 1, Math.max(box.width, 3) + 2, Math.max(box.height, 3) + 2);
    };
    outline(this.chosen, this.look.accent, 2);
    outline(this.pointed, this.look.validation, 1.5);
  }

  under(event) {
    const box = this.over.getBoundingClientRect();
    return this.layout && at(this.layout, event.clientX - box.left + this.scroller.scrollLeft, event.clientY - box.top);
  }

  layerOf(name) {
    const column = this.layout.byName.get(name);
    return column && column.number >= 0 ? column : null;
  }

  point(cell) {
    this.pointed = cell;
    this.over.style.cursor = cell ? "pointer" : "";
    clearTimeout(this.probing);
    const column = cell && this.layerOf(cell.name);
    if (column && this.valueOf(cell) === null) this.probing = setTimeout(() => this.ask({ probe: { name: cell.name, channel: cell.channel } }), PROBE_AFTER);
    this.light();
    this.tell();
    for (const other of groups.get(this.head.group) ?? []) if (other !== this) other.echo(cell);
  }

  valueOf(cell) {
    if (cell.name === INPUT) return null;
    const column = this.layerOf(cell.name);
    return column && this.store.value(column.layer, column.number, cell.channel, cell.row, cell.column);
  }

  /** A sentence on the cell under the pointer, else on what is seen. */
  tell() {
    this.line.textContent = this.large.line.textContent = this.pointed ? this.words(this.pointed) : this.head.words;
    const shapes = this.head.layers.map((layer) => `${layer.node} ${layer.shape.join(" by ")}`).join(", ");
    this.over.setAttribute("aria-label", `Feature maps: ${this.head.words}. ${shapes}. Arrow keys walk over cells, Page Up and Page Down over layers, comma and full stop over maps, Enter asks where a cell came from, O opens the layer.`);
  }

  words(cell) {
    if (cell.name === INPUT) return this.pixelWords(cell);
    const column = this.layerOf(cell.name);
    if (!column) return this.head.words;
    const { layer, number } = column;
    const value = this.store.value(layer, number, cell.channel, cell.row, cell.column);
    const flat = layer.shape.length < 3;
    const last = number === this.head.layers.length - 1 && layer.shape[0] === this.head.classes.length;
    const unit = last ? `${this.head.classes[cell.channel]}` : `unit ${cell.channel}`;
    const where = flat ? unit : `map ${cell.channel}, row ${cell.row}, column ${cell.column}`;
    const here = this.store.layers[number];
    const size = here ? Math.max(Math.abs(here.low[cell.channel]), Math.abs(here.high[cell.channel])) : 0;
    const range = here && !flat ? `   (this map: ${written(here.low[cell.channel], decimalsFor(size))} to ${written(here.high[cell.channel], decimalsFor(size))})` : "";
    return `${layer.node}, ${where}: ${value === null ? "…" : written(value, Math.max(3, decimalsFor(size)))}${range}`;
  }

  pixelWords({ row, column }) {
    const [channels, rows, columns] = this.head.picture;
    const values = Array.from({ length: channels }, (_, channel) => this.picture[(channel * rows + row) * columns + column]);
    return `input, row ${row}, column ${column}: ${values.join(", ")} of 255`;
  }

  choose(cell) {
    if (!cell) return;
    this.chosen = cell;
    this.lineage.follow(cell);
    this.clicks = Math.max(this.clicks ?? 0, 0) + 1;
    this.light();
    this.send("cell", { node: cell.name, channel: cell.channel, row: cell.row, column: cell.column, sequence: this.clicks });
  }

  // ---- to the server: what is on the screen, and exact numbers of large layers ----
  ask(more = {}) {
    if (!this.layout || this.head.layers.every((layer) => layer.exact)) return;
    const want = this.visible.map(({ number }) => number).filter((number) => number >= 0);
    const have = this.store.have;
    const missing = want.some((number) => !have.includes(number));
    const opened = this.large.wanted ?? null;
    if (!missing && !more.probe && !(opened && !this.large.ready)) return;
    clearTimeout(this.later);
    if (!this.sender.idle) return void (this.later = setTimeout(() => this.ask(more), LOOK_AFTER)); // nothing is sent twice
    const message = { stamp: this.head.stamp, have, want, opened, probe: more.probe ?? null };
    const said = JSON.stringify(message);
    if (said === this.asked) return;
    this.asked = said;
    this.sender.push(message, true);
  }

  // ---- keys ----
  key(event) {
    if (event.key === "Tab") return;
    event.stopPropagation();
    const moved = this.walked(event.key);
    if (moved) this.point(moved);
    else if (event.key === "Enter" || event.key === " ") this.choose(this.pointed);
    else if (event.key.toLowerCase() === "o" && this.pointed && this.pointed.name !== INPUT) this.large.open(this.pointed.name);
    else if (event.key === "Escape") this.lineage.letGo();
    else return;
    event.preventDefault();
    if (moved) this.reveal(moved);
  }

  walked(key) {
    const { columns } = this.layout;
    const from = this.pointed ?? this.chosen ?? { name: columns[0].name, channel: 0, row: 0, column: 0 };
    const index = Math.max(0, columns.findIndex((column) => column.name === from.name));
    const column = columns[index];
    const [rows, across] = column.cells;
    const bound = (value, most) => Math.max(0, Math.min(most - 1, value));
    const to = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
    if (to && rows * across === 1) return this.stepped(column, from, to[1] + to[0] * column.across);
    if (to) return { ...from, row: bound(from.row + to[0], rows), column: bound(from.column + to[1], across) };
    if (key === "," || key === ".") return this.stepped(column, from, key === "," ? -1 : 1);
    const step = { PageUp: -1, PageDown: 1 }[key];
    if (!step) return null;
    const next = columns[bound(index + step, columns.length)];
    const [high, wide] = next.cells;
    return { name: next.name, channel: next.order[0], row: Math.floor((from.row / rows) * high), column: Math.floor((from.column / across) * wide) };
  }

  stepped(column, from, step) {
    const at = Math.max(0, Math.min(column.order.length - 1, (column.place[from.channel] ?? 0) + step));
    return { ...from, channel: column.order[at] };
  }

  reveal(cell) {
    const box = cellBox(this.layout, cell.name, cell.channel, cell.row, cell.column);
    const { scrollLeft, clientWidth } = this.scroller;
    if (box.x < scrollLeft || box.x + box.width > scrollLeft + clientWidth) this.scroller.scrollLeft = box.x - clientWidth / 2;
  }
}
