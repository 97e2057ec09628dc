// What a step read, as cards: the patch of each map, its weights, and what it adds; the one in hand stands large above.
//
//   const parts = new Parts({ follow, point, tell });   parts.root goes into the page
//   parts.show({ step, arrays, colours, look });          colours(node, channel) -> scale of that map
//   follow(cell): a cell of a patch was chosen; point(cell or null): is under the pointer; tell(pieces or null)

import { make } from "./kit.js";
import { CELL, Grid, PADDING } from "./stage_grid.js";
import { diverging } from "./stage_colours.js";
import { decimalsFor, largestOf, MINUS, written } from "./stage_numbers.js";
import { partsOf, sentenceOfCell, sentenceOfPart } from "./maps_lineage_words.js";

const [SMALL, WIDE] = [3.5, 7]; // rem: height and width of a patch on its card
const [LARGE_CELL, LARGE] = [2.3, 13]; // rem: of the one in hand
const NUMBERS = 1.9; // rem: from this size on a cell has its value in it
const ONE = 2.2; // rem: a cell that stands alone

const signed = (value) => `${value < 0 ? "" : "+"}${written(value, Math.max(2, decimalsFor(Math.abs(value))))}`.replace("-", MINUS);

export class Parts {
  constructor(ways) {
    Object.assign(this, ways);
    this.strip = make("div", { class: "parts", tabindex: "0", role: "application" });
    this.bench = make("div", { class: "bench", hidden: "", "aria-hidden": "true" });
    this.root = make("div", { class: "parts-room" }, this.strip, this.bench);
    this.strip.addEventListener("keydown", (event) => this.key(event));
    this.strip.addEventListener("focus", () => this.strip.matches(":focus-visible") && this.hold(this.at ?? this.first()));
    this.strip.addEventListener("blur", () => this.hold(null));
    this.strip.addEventListener("pointerleave", () => this.hold(null));
    this.strip.addEventListener("scroll", () => this.hold(null));
    this.at = null;
  }

  show({ step, arrays, colours, look }) {
    Object.assign(this, { step, look, at: null });
    this.rem = look.size;
    this.cards = step.reads.flatMap((window) => partsOf(window, arrays).map((part, index) => this.card(window, part, index, colours)));
    const limit = (pick) => Math.max(0, ...this.cards.map((card) => largestOf(pick(card))));
    this.weightScale = diverging(limit(({ part }) => part.weights ?? []), look.diverging, look.dark);
    this.productScale = diverging(limit((card) => card.products), look.diverging, look.dark);
    for (const card of this.cards) this.fill(card);
    this.strip.replaceChildren(...this.cards.map(({ element }) => element), ...this.ending());
    this.strip.scrollLeft = 0;
    this.bench.hidden = true;
    this.strip.setAttribute("aria-label", `What it read: ${this.cards.map(({ part }) => part.name).slice(0, 8).join(", ")}. Arrow keys walk over the cells, Enter follows one, Backspace goes back.`);
    this.tell(null);
  }

  /** Geometry and numbers of one part. */
  card(window, part, index, colours) {
    const rows = window.single ? [window.rows[index]] : window.rows;
    const columns = window.single ? [window.columns[index]] : window.columns;
    const products = part.weights ? Float64Array.from(part.values, (x, at) => x * part.weights[at]) : part.values;
    const scale = colours(window.node, part.channel, part.values);
    const kinds = Uint8Array.from(part.values, (_, at) => (rows[Math.floor(at / columns.length)] < 0 || columns[at % columns.length] < 0 ? PADDING : CELL));
    return { window, part, rows, columns, products, scale, kinds };
  }

  fill(card) {
    const { window, part, rows, columns } = card;
    const alone = part.values.length === 1;
    const side = alone ? ONE * this.rem : Math.min((SMALL * this.rem) / rows.length, (WIDE * this.rem) / columns.length);
    const grids = part.values.length ? [this.grid(card, "patch", side)] : [];
    if (part.weights && grids.length) grids.push(make("span", { class: "part-dot" }, "·"), this.grid(card, "weights", side));
    const adds = window.weighted || this.step.kind === "add";
    const head = make("div", { class: "part-name" }, make("span", {}, part.name), ...(adds ? [make("b", { class: part.sum < 0 ? "minus" : "plus" }, signed(part.sum))] : []));
    const body = make("div", { class: "part-grids" }, ...grids);
    card.element = make("div", { class: "part" }, head, body);
    card.element.addEventListener("pointermove", (event) => moved(event) && this.at?.card !== this.cards.indexOf(card) && this.hold({ card: this.cards.indexOf(card), cell: null }));
  }

  /** A canvas of the patch, the weights or the products; cells of the patch can be followed. */
  grid(card, what, side) {
    const grid = new Grid(`${what} of ${card.part.name}`);
    const cell = side >= 3 ? Math.floor(side) : side;
    grid.layout(card.rows.length, card.columns.length, Math.max(0.5, cell));
    this.paint(grid, card, what);
    const marks = make("div", { class: "marks" }, grid.canvas);
    if (what === "patch" && this.step.winner) marks.append(outline(grid, this.step.winner, "winner-mark"));
    if (what !== "patch") return marks;
    const index = () => this.cards.indexOf(card);
    grid.canvas.classList.add("patch");
    grid.canvas.addEventListener("pointermove", (event) => moved(event) && this.over(index(), grid.cellAt(event)));
    grid.canvas.addEventListener("pointerleave", () => this.at?.card === index() && this.hold({ card: index(), cell: null }));
    grid.canvas.addEventListener("click", (event) => {
      const found = grid.cellAt(event);
      if (found) this.go(index(), found);
    });
    return marks;
  }

  paint(grid, { part, scale, products, kinds }, what) {
    const values = { patch: part.values, weights: part.weights, products }[what];
    const shades = { patch: scale, weights: this.weightScale, products: this.productScale }[what];
    const numbers = grid.cell >= NUMBERS * this.rem;
    grid.paint({ values, scale: shades, look: this.look, kinds: what === "weights" ? null : kinds, numbers, most: 3 });
    grid.show();
  }

  ending() {
    const [window] = this.step.reads;
    const more = this.step.reads.reduce((sum, each) => sum + each.more, 0);
    const rest = this.step.reads.reduce((sum, each) => sum + (each.rest ?? NaN), 0);
    const found = [];
    const told = (name, value) => make("div", { class: "part-told" }, make("span", {}, name), make("b", { class: value < 0 ? "minus" : "plus" }, signed(value)));
    if (more) found.push(told(`${more.toLocaleString("en-US")} more ${window.single ? "inputs" : window.vector ? "units" : "maps"}`, rest));
    if (this.step.bias) found.push(told("bias", this.step.bias));
    if (this.step.kind === "input") found.push(make("div", { class: "part-end" }, "A pixel of the picture: here the trail ends."));
    return found;
  }

  // ---- what is in hand ----
  cellOf({ window, part, rows, columns }, { row, column }) {
    const at = { row: rows[row], column: columns[column] };
    return at.row < 0 || at.column < 0 ? null : { name: window.node, channel: part.channel, ...at };
  }

  over(card, cell) {
    if (!cell || (this.at?.card === card && this.at.cell?.row === cell.row && this.at.cell?.column === cell.column)) return;
    this.hold({ card, cell });
  }

  go(index, cell) {
    const found = this.cellOf(this.cards[index], cell);
    if (found) this.follow(found);
  }

  /** A card, and perhaps one of its cells, is in hand; null lets go. */
  hold(at) {
    const same = at && this.at && at.card === this.at.card;
    if (!at && !this.at) return;
    this.at = at;
    const card = at && this.cards[at.card];
    for (const each of this.cards) each.element.classList.toggle("held", each === card);
    this.bench.hidden = !card || card.part.values.length < 2;
    if (!card) return void (this.point(null), this.tell(null));
    if (!same && !this.bench.hidden) this.enlarge(card);
    this.mark(card, at.cell);
    this.point(at.cell && this.cellOf(card, at.cell));
    this.tell(at.cell ? () => this.wordsOfCell(card, at.cell) : (room) => sentenceOfPart(card.window, card.part, room), at.cell ? 1 : card.part.values.length);
  }

  wordsOfCell(card, { row, column }) {
    const [at, place] = [row * card.columns.length + column, `(${card.rows[row]}, ${card.columns[column]})`];
    const where = card.kinds[at] === PADDING ? "a zero around the map" : `${card.part.name} ${card.window.vector ? "" : place}`.trim();
    return sentenceOfCell(card.part, at, where);
  }

  /** The card in hand, large: patch · weights = products. */
  enlarge(card) {
    const { rows, columns, part } = card;
    const side = Math.min(LARGE_CELL, LARGE / rows.length, (1.4 * LARGE) / columns.length) * this.rem;
    const name = (what, grid) => make("figure", {}, grid, make("figcaption", {}, what));
    const large = (what, label) => name(label, this.largeGrid(card, what, side));
    const row = [large("patch", part.name)];
    if (part.weights) row.push(make("span", {}, "·"), large("weights", "weights"), make("span", {}, "="), large("products", `products, ${signed(part.sum)} in all`));
    this.bench.replaceChildren(...row);
  }

  largeGrid(card, what, side) {
    const grid = new Grid(what);
    grid.layout(card.rows.length, card.columns.length, Math.max(1, Math.floor(side)));
    this.paint(grid, card, what);
    const marks = make("div", { class: "marks" }, grid.canvas);
    if (what === "patch" && this.step.winner) marks.append(outline(grid, this.step.winner, "winner-mark"));
    marks.grid = grid;
    return marks;
  }

  mark(card, cell) {
    for (const mark of this.root.querySelectorAll(".cell-mark")) mark.remove();
    if (!cell) return;
    for (const marks of this.bench.querySelectorAll(".marks")) marks.append(outline(marks.grid, [cell.row, cell.column], "cell-mark"));
    if (card.part.values.length === 1) card.element.querySelector(".marks")?.append(make("i", { class: "cell-mark whole" }));
  }

  // ---- keys ----
  first() {
    if (!this.cards?.length) return null;
    if (this.step.winner) return { card: 0, cell: { row: this.step.winner[0], column: this.step.winner[1] } };
    const { products, columns } = this.cards[0];
    let best = 0;
    products.forEach((value, at) => Math.abs(value) > Math.abs(products[best]) && (best = at));
    return products.length ? { card: 0, cell: { row: Math.floor(best / columns.length), column: best % columns.length } } : null;
  }

  key(event) {
    if (event.key === "Tab" || event.key === "Escape") return;
    event.stopPropagation();
    if (event.key === "Backspace") return void (event.preventDefault(), this.back());
    const held = this.at?.cell ? this.at : this.first();
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!held || !(by || event.key === "Enter" || event.key === " ")) return;
    event.preventDefault();
    if (!by) return void this.go(held.card, held.cell);
    const next = this.at?.cell ? this.walked(held, by) : held;
    this.hold(next);
    this.cards[next.card].element.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  walked({ card, cell }, [down, right]) {
    const { rows, columns } = this.cards[card];
    const row = Math.max(0, Math.min(rows.length - 1, cell.row + down));
    const column = cell.column + right;
    if (column >= 0 && column < columns.length) return { card, cell: { row, column } };
    const other = card + right;
    if (!this.cards[other]?.part.values.length) return { card, cell };
    const wide = this.cards[other].columns.length;
    return { card: other, cell: { row: Math.min(row, this.cards[other].rows.length - 1), column: right > 0 ? 0 : wide - 1 } };
  }
}

/** New cards that come to lie under a resting pointer are not in hand. */
const moved = (event) => event.movementX !== 0 || event.movementY !== 0;

function outline(grid, [row, column], name) {
  const box = grid.box(row, column);
  const mark = make("i", { class: name });
  Object.assign(mark.style, { left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px`, height: `${box.height}px` });
  return mark;
}
