// One layer, or one of its maps, over the whole of the drawn network; numbers stand in cells that are large enough.
import { ink, make } from "./kit.js";
import { decimalsFor, written } from "./stage_numbers.js";
import { Sheet } from "./maps_paint.js";

const GAP = 4;
const NUMBERS_FROM = 26; // px a cell

export class Large {
  constructor(view) {
    Object.assign(this, { view, name: null, channel: null, sheet: new Sheet() });
    const button = (text, label, act) => make("button", { type: "button", "aria-label": label, title: label, onclick: act }, text);
    this.title = make("b", {});
    this.back = button("All maps", "Back to all maps of the layer", () => this.open(this.name));
    this.previous = button("‹", "The map before", () => this.step(-1));
    this.next = button("›", "The next map", () => this.step(1));
    const close = button("Close", "Close (Escape)", () => this.close());
    this.canvas = make("canvas", { tabindex: "0", role: "img" });
    this.line = make("div", { class: "line" });
    this.root = make("div", { class: "large", hidden: "" }, make("div", { class: "bar" }, this.title, this.previous, this.next, this.back, close), make("div", { class: "room" }, this.canvas), this.line);
    this.canvas.addEventListener("pointermove", (event) => this.view.point(this.under(event)));
    this.canvas.addEventListener("pointerleave", () => this.view.point(null));
    this.canvas.addEventListener("click", (event) => this.click(this.under(event)));
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  open(name, channel = null) {
    Object.assign(this, { name, channel });
    this.root.hidden = false;
    this.update();
    this.view.ask();
    this.canvas.focus({ preventScroll: true });
  }

  close() {
    this.name = this.channel = null;
    this.root.hidden = true;
    this.view.over.focus({ preventScroll: true });
  }

  step(by) {
    const { order, place } = this.column;
    const at = this.channel === null ? (by > 0 ? 0 : order.length - 1) : (place[this.channel] + by + order.length) % order.length;
    this.open(this.name, order[at]);
  }

  key(event) {
    if (event.key === "Tab") return;
    event.stopPropagation();
    if (event.key === "Escape") (this.channel === null ? this.close() : this.open(this.name));
    else if (event.key === "ArrowLeft" || event.key === ",") this.step(-1);
    else if (event.key === "ArrowRight" || event.key === ".") this.step(1);
    else return;
    event.preventDefault();
  }

  get column() {
    return this.view.layout?.byName.get(this.name);
  }

  /** What only the server has: a map of a layer that came as thumbnails. */
  get wanted() {
    const column = this.name && this.column;
    return column && !column.layer.exact && this.channel !== null ? { name: this.name, channel: this.channel } : null;
  }

  get ready() {
    const { layer, number } = this.column;
    return this.view.store.map(layer, number, this.channel) !== null;
  }

  update() {
    if (!this.name) return;
    if (!this.column) return void this.close();
    const { layer, order } = this.column;
    const one = this.channel !== null;
    const which = one ? `, map ${this.channel}` : "";
    this.title.textContent = `${layer.node}${which} · ${one ? this.column.cells.join("×") : layer.shape.join("×")}`;
    this.back.hidden = !one;
    const room = this.canvas.parentElement;
    const ratio = this.view.ratio;
    const [width, height] = [room.clientWidth, room.clientHeight];
    Object.assign(this.canvas, { width: width * ratio, height: height * ratio });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    this.tiles = tiles(one ? [this.channel] : order, this.column.cells, width, height);
    this.canvas.setAttribute("aria-label", `${this.title.textContent}. ${one ? "Click a cell to see where it came from." : "Click a map to see its numbers."}`);
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.paint();
    this.tiles.forEach((tile, at) => this.draw(pen, tile, at));
  }

  paint() {
    const { view, column: { layer, number, cells } } = this;
    const here = view.store.layers[number];
    if (!here) return;
    const range = (channel) => view.store.range(layer, number, channel, view.head.shared);
    const one = this.channel !== null && view.store.map(layer, number, this.channel);
    if (one) this.sheet.maps({ values: one.values }, [0], cells, () => range(this.channel), view.colours(number));
    else this.sheet.maps(here, this.tiles.map((tile) => tile.channel), layer.cells, range, view.colours(number));
  }

  draw(pen, tile, at) {
    const { view, column: { layer, number, cells } } = this;
    if (!view.store.layers[number]) return;
    this.sheet.draw(pen, at, tile, view.ratio);
    const exact = view.store.map(layer, number, tile.channel);
    if (exact && tile.width / cells[1] >= NUMBERS_FROM) this.numbers(pen, tile, exact.values);
    else if (cells[0] > 1 && this.channel === null) label(pen, tile, view.look);
  }

  /** The cells' numbers, in black or white, whichever reads better. */
  numbers(pen, tile, values) {
    const { view, column: { layer, number, cells: [rows, columns] } } = this;
    const { low, high } = view.store.range(layer, number, tile.channel, view.head.shared);
    const colours = view.colours(number);
    const [wide, tall] = [tile.width / columns, tile.height / rows];
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const decimals = Math.min(2, decimalsFor(largest));
    Object.assign(pen, { textAlign: "center", textBaseline: "middle", font: `${Math.min(15, wide * 0.32)}px ${view.look.font}` });
    values.forEach((value, cell) => {
      const colour = colours[Math.max(0, Math.min(255, Math.round(((value - low) / (high - low)) * 255)))];
      pen.fillStyle = ink([colour & 255, (colour >> 8) & 255, (colour >> 16) & 255]);
      pen.fillText(written(value, decimals), tile.x + ((cell % columns) + 0.5) * wide, tile.y + (Math.floor(cell / columns) + 0.5) * tall);
    });
  }

  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const tile = this.tiles?.find((each) => x >= each.x && x < each.x + each.width && y >= each.y && y < each.y + each.height);
    if (!tile) return null;
    const [rows, columns] = this.column.cells;
    return { name: this.name, channel: tile.channel, row: Math.floor(((y - tile.y) / tile.height) * rows), column: Math.floor(((x - tile.x) / tile.width) * columns) };
  }

  click(cell) {
    if (!cell) return;
    if (this.channel === null && this.column.cells[0] * this.column.cells[1] > 1) this.open(this.name, cell.channel);
    else {
      this.close();
      this.view.choose(cell);
    }
  }
}

/** Tiles as large as the room allows. */
function tiles(order, [rows, columns], width, height) {
  const count = order.length;
  let best = { side: 0, across: 1 };
  for (let across = 1; across <= count; across++) {
    const down = Math.ceil(count / across);
    const side = Math.min((width - GAP * (across - 1)) / across / columns, (height - GAP * (down - 1)) / down / rows);
    if (side > best.side) best = { side, across };
  }
  const cell = best.side >= 2 ? Math.floor(best.side) : best.side;
  const [wide, high] = [columns * cell, rows * cell];
  return order.map((channel, at) => ({
    channel, x: (at % best.across) * (wide + GAP), y: Math.floor(at / best.across) * (high + GAP), width: wide, height: high,
  }));
}

function label(pen, tile, look) {
  if (tile.width < 40) return;
  Object.assign(pen, { textAlign: "left", textBaseline: "top", font: `600 11px ${look.font}`, fillStyle: "#ffffff" });
  Object.assign(pen, { shadowColor: "#000000", shadowBlur: 3 });
  pen.fillText(String(tile.channel), tile.x + 3, tile.y + 3);
  pen.shadowBlur = 0;
}
