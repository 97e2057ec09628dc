// Where a cell came from: what it saw, lit over the maps, and below them the equation that made it, down to the pixels.
//
//   const lineage = new Lineage(view);    view: maps.js; lineage.root stands below the drawing
//   lineage.take(head.lit, arrays)        what dashboard/lens/lineage.py found; null: cells are not followed here
//   lineage.follow(cell)                  a cell was chosen;  lineage.light(pen) draws over the maps

import { css, make } from "./kit.js";
import { Line } from "./stage_line.js";
import { diverging, grey, ramp } from "./stage_colours.js";
import { decimalsFor, largestOf, written } from "./stage_numbers.js";
import { areaBox, cellBox, INPUT, tileBox } from "./maps_geometry.js";
import { Parts } from "./maps_lineage_parts.js";
import { sentence, termsIn } from "./maps_lineage_words.js";

const CROWDED = 18; // px: of smaller maps that are seen whole their layer is outlined, not each of them
const HINT = "Click any cell: what it saw lights up in every earlier layer, and the equation that made it stands here.";

export class Lineage {
  constructor(view) {
    this.view = view;
    this.trail = [];
    this.crumbs = make("nav", { class: "crumbs", "aria-label": "The way back" });
    this.field = make("span", { class: "lineage-field" });
    this.check = make("span", { class: "lineage-check", role: "status" });
    this.clear = make("button", { type: "button", class: "lineage-clear", title: "Let go (Escape)", "aria-label": "Let the cell go", onclick: () => this.letGo() }, "×");
    this.parts = new Parts({ follow: (cell) => this.into(cell), point: (cell) => view.point(cell), tell: (told, terms) => this.tell(told, terms), back: () => this.back() });
    this.line = new Line();
    this.hint = make("p", { class: "lineage-hint" }, HINT);
    const head = make("div", { class: "lineage-head" }, this.crumbs, this.field, this.check, this.clear);
    this.body = make("div", { class: "lineage-body", hidden: "" }, head, this.parts.root, this.line.element);
    this.root = make("section", { class: "lineage", "aria-label": "Where the chosen cell came from", hidden: "" }, this.hint, this.body);
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.lit) return;
      event.stopPropagation();
      this.letGo();
    });
    new ResizeObserver(() => this.lit && this.width !== this.root.clientWidth && this.show()).observe(this.root);
  }

  /** lit: null where cells are not followed, { cell: null } where none was chosen. */
  take(lit, arrays) {
    this.root.hidden = !lit;
    const found = lit?.cell ? lit : null;
    if (found && JSON.stringify(found) === this.told && this.look === this.view.look.dark) return;
    this.told = found && JSON.stringify(found);
    this.lit = found;
    this.arrays = arrays;
    this.look = this.view.look.dark;
    this.body.hidden = !found;
    this.hint.hidden = Boolean(found);
    if (!found) return void this.forget();
    const { node, channel, row, column } = found.cell;
    this.view.chosen = { name: node, channel, row, column };
    const last = this.trail.at(-1);
    if (!last || !same(last, this.view.chosen)) this.trail = [this.view.chosen];
    this.trail.at(-1).words = found.name;
    this.show();
  }

  forget() {
    if (!this.trail.length) return;
    this.trail = [];
    this.view.chosen = null;
  }

  show() {
    this.width = this.root.clientWidth;
    const { lit, view } = this;
    const [step] = lit.steps;
    this.name();
    this.field.textContent = lit.field;
    const value = lit.value ?? NaN;
    this.check.textContent = lit.equal ? `✓ the network's own value ${written(value, Math.max(4, decimalsFor(Math.abs(value)) + 2))}` : "✗ differs from the network's own value";
    this.check.classList.toggle("wrong", !lit.equal);
    this.line.width = 0;
    const look = { ...view.look, diverging: view.head.diverging };
    this.parts.show({ step, arrays: this.arrays, look, colours: (...asked) => this.colours(...asked) });
    Object.assign(this.root.dataset, { cell: lit.name, value: String(value), equal: String(lit.equal), shown: String((Number(this.root.dataset.shown) || 0) + 1) });
  }

  /** The equation of the whole cell, or what is told of a part in hand. */
  tell(told, terms = 0) {
    if (!this.lit) return;
    if (told) return void this.line.show(told, terms);
    const { steps, name } = this.lit;
    this.line.show((room) => sentence(steps, this.arrays, name, room), termsIn(steps, this.arrays));
  }

  /** The colours that a map has in the drawing, so that a patch looks as what it was cut from. */
  colours(node, channel, values) {
    const { view } = this;
    if (node === INPUT) return grey(...this.lit.range);
    const column = view.layout?.byName.get(node);
    const known = column?.name === node && view.store.layers[column.number];
    const largest = largestOf(values) || 1;
    const signed = known ? view.store.signed(column.number) : values.some((value) => value < 0);
    const { low, high } = known ? view.store.range(column.layer, column.number, channel, view.head.shared) : { low: 0, high: largest };
    return signed ? diverging(high, view.head.diverging, view.look.dark) : ramp(low, high, view.head.sequential);
  }

  // ---- the trail ----
  /** A cell was chosen: of what is lit it goes on, else a new trail begins. */
  follow(cell) {
    const at = this.trail.findIndex((each) => same(each, cell));
    if (at >= 0) this.trail = this.trail.slice(0, at + 1);
    else this.trail = this.isLit(cell) ? [...this.trail, { ...cell }] : [{ ...cell }];
  }

  isLit({ name, channel, row, column }) {
    const drawn = this.view.layout?.byName.get(name);
    return Boolean(this.lit?.fields.some(([node, top, left, bottom, right, only]) => {
      if (node !== name && drawn?.name !== this.view.layout?.byName.get(node)?.name) return false;
      if (only !== null && node !== INPUT && only !== channel) return false;
      if (drawn && drawn.layer.shape.length < 3) return channel >= left && channel < right;
      return row >= top && row < bottom && column >= left && column < right;
    }));
  }

  into(cell) {
    if (!same(this.trail.at(-1) ?? {}, cell)) this.trail = [...this.trail, { ...cell }];
    this.view.choose(cell);
    this.view.point(null);
  }

  back() {
    if (this.trail.length > 1) this.view.choose(this.trail.at(-2));
  }

  letGo() {
    if (!this.lit) return;
    this.view.chosen = null;
    this.view.send("cell", null);
    this.view.over.focus({ preventScroll: true });
  }

  name() {
    const last = this.trail.length - 1;
    const crumbs = this.trail.map((cell, at) => make("button", { type: "button", "aria-current": at === last ? "true" : null, onclick: () => at < last && this.view.choose(cell) }, cell.words ?? "…"));
    const held = this.crumbs.contains(this.root.getRootNode().activeElement);
    this.crumbs.replaceChildren(...crumbs.flatMap((crumb, at) => (at ? [make("span", { "aria-hidden": "true" }, "←"), crumb] : [crumb])));
    this.crumbs.scrollLeft = this.crumbs.scrollWidth;
    if (held) crumbs.at(-1)?.focus({ preventScroll: true });
  }

  // ---- over the maps ----
  light(pen) {
    const { lit, view } = this;
    if (!lit) return;
    const drawn = new Set();
    const parents = new Set(lit.steps[0].reads.map(({ node }) => node));
    for (const [node, top, left, bottom, right, only] of [...lit.fields].reverse()) {
      const column = view.layout.byName.get(node);
      if (!column || drawn.has(column) || column.name === lit.cell.node) continue;
      drawn.add(column);
      if (!view.visible.includes(column)) continue;
      this.lightColumn(pen, column, { top, left, bottom, right }, node === INPUT ? null : only, parents.has(node));
    }
    this.lightWinner(pen);
  }

  lightColumn(pen, column, box, only, parent) {
    const { view } = this;
    const [rows, columns] = column.cells;
    const flat = column.layer.shape.length < 3;
    const whole = flat ? box.right - box.left === column.layer.shape[0] : box.bottom - box.top === rows && box.right - box.left === columns;
    const channels = only !== null ? [only] : flat && !whole ? range(box.left, box.right) : column.order;
    pen.beginPath();
    const dense = whole && only === null && (flat || column.tile.width < CROWDED);
    if (dense) pen.rect(column.x - 1, column.y - 1, column.width + 2, column.rows * (column.tile.height + column.gap) - column.gap + 2);
    for (const channel of dense ? [] : channels) {
      const area = flat || whole ? tileBox(column, channel) : areaBox(view.layout, column.name, channel, box);
      pen.rect(area.x - 0.5, area.y - 0.5, Math.max(3, area.width + 1), Math.max(3, area.height + 1));
    }
    pen.globalAlpha = whole ? 0.05 : parent ? 0.22 : 0.15;
    pen.fillStyle = view.look.validation;
    pen.fill();
    pen.globalAlpha = parent || column.name === INPUT ? 1 : 0.75;
    Object.assign(pen, { strokeStyle: view.look.validation, lineWidth: (parent || column.name === INPUT ? 1.8 : 1.1) * view.look.line });
    pen.stroke();
    pen.globalAlpha = 1;
  }

  /** The value that a max pooling took, in the map that it was taken from. */
  lightWinner(pen) {
    const [{ winner, reads }] = this.lit.steps;
    if (!winner) return;
    const [{ node, channels, rows, columns }] = reads;
    const box = cellBox(this.view.layout, node, channels[0], rows[winner[0]], columns[winner[1]]);
    if (!box) return;
    Object.assign(pen, { strokeStyle: css([255, 255, 255]), lineWidth: 2.5 * this.view.look.line });
    pen.strokeRect(box.x, box.y, box.width, box.height);
    Object.assign(pen, { strokeStyle: this.view.look.validation, lineWidth: 1.5 * this.view.look.line });
    pen.strokeRect(box.x, box.y, box.width, box.height);
  }
}

const same = (one, other) => one.name === other.name && one.channel === other.channel && one.row === other.row && one.column === other.column;
const range = (from, to) => Array.from({ length: to - from }, (_, at) => from + at);
