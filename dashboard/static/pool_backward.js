// Backward: gradients on the outputs, changed by hand, and where each of them lands on the inputs.

import { make } from "./kit.js";
import { Panel } from "./lesson_panel.js";
import { rowsOf, sharesOf, sumPieces } from "./pool_shares.js";
import { diverging } from "./stage_colours.js";
import { Kernel } from "./stage_kernel.js";
import { Line } from "./stage_line.js";
import { largestOf } from "./stage_numbers.js";
import { amber } from "./stage_overlay.js";
import { Sender } from "./stage_sender.js";
import { inputScale, viewOf } from "./stage_view.js";

const FILLS = {
  "All 1": (values) => values.map(() => 1),
  "One cell": (values) => values.map((_, at) => Number(at === Math.floor(values.length / 2))),
  Random: (values) => values.map(() => Math.round(8 * Math.random() - 4) / 2),
  Clear: (values) => values.map(() => 0),
};

const untouched = (view) => (view.winners ? "this cell wins in no window, so no gradient reaches it." : "no window reads this cell.");

export class PoolBackwardView {
  constructor(send) {
    this.send = send;
    this.sender = new Sender((message) => this.send(message));
    const pointing = (kind) => ({ onCell: (cell) => this.point({ kind, ...cell }), onLeave: () => this.point(null) });
    const walking = (kind) => ({ onKey: (step) => this.walk(kind, step) });
    this.input = new Panel({ name: "input", keys: true, ...pointing("input"), ...walking("input") });
    this.flow = new Panel({ name: "flow", keys: true, ...pointing("input"), ...walking("input") });
    this.cells = new Kernel({ noun: "Gradient", onEdit: (values, done) => this.edit(values, done) });
    this.title = make("div", { class: "panel-title" });
    this.brush = make("button", { type: "button", "aria-pressed": "false", title: "Press and draw over the cells" }, "Paint");
    this.colour = make("input", { type: "number", step: "0.5", value: "1", class: "pool-brush", "aria-label": "Value to paint with" });
    const fills = Object.entries(FILLS).map(([name, fill]) => {
      const button = make("button", { type: "button" }, name);
      button.addEventListener("click", () => this.fill(fill));
      return button;
    });
    this.tools = make("div", { class: "pool-tools" }, ...fills, this.brush, this.colour);
    this.middle = make("div", { class: "pool-gradients" }, this.title, this.cells.element, this.tools);
    this.line = new Line();
    this.code = make("code");
    this.check = make("output", { class: "foot-check" });
    const foot = make("div", { class: "foot" }, this.code, this.check);
    this.board = make("div", { class: "pool-board" }, this.input.element, this.middle, this.flow.element);
    this.element = make("div", { class: "stage lesson pool-backward" }, this.board, this.line.element, foot);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.board);
    this.listen();
  }

  close() {
    this.watch.disconnect();
    window.removeEventListener("pointerup", this.stop);
  }

  listen() {
    const { element } = this.cells;
    const at = (event) => (event.target.matches?.("input") ? Number(event.target.dataset.at) : null);
    for (const kind of ["pointerover", "focusin"]) element.addEventListener(kind, (event) => at(event) !== null && !this.cells.drag && this.pointAt(at(event)));
    element.addEventListener("pointerleave", () => !this.cells.holding && this.point(null));
    this.brush.addEventListener("click", () => {
      this.painting = !this.painting;
      this.brush.setAttribute("aria-pressed", String(this.painting));
    });
    for (const input of [this.colour, this.tools]) input.addEventListener("keydown", (event) => event.key !== "Tab" && event.stopPropagation());
    element.addEventListener("pointerdown", (event) => this.paint(event, at(event)), true);
    element.addEventListener("pointermove", (event) => this.drawing && this.paint(event, this.under(event)), true);
    this.stop = () => {
      if (this.drawing) this.edit(this.cells.values, true);
      this.drawing = false;
    };
    window.addEventListener("pointerup", this.stop);
  }

  under(event) {
    const found = this.element.getRootNode().elementFromPoint(event.clientX, event.clientY);
    return found?.matches?.("input[data-at]") ? Number(found.dataset.at) : null;
  }

  paint(event, index) {
    if (!this.painting || (event.type === "pointerdown" && index === null)) return;
    event.preventDefault();
    event.stopPropagation();
    this.drawing = true;
    const value = Number(this.colour.value);
    if (index === null || !Number.isFinite(value) || this.cells.values[index] === value) return;
    this.pointAt(index);
    this.cells.put(index, value, false);
  }

  fill(make) {
    const values = make(this.cells.values);
    this.cells.update({ ...this.cellsState(), values });
    this.edit(values, true);
  }

  edit(values, done) {
    this.sender.push({ gradient: [...values], shape: this.view.out }, done);
    this.tell();
  }

  cellsState() {
    return { values: this.arrays.gradient, shape: [1, ...this.view.out], editable: true, step: 0.5, palette: this.view.palette, look: this.look, limit: largestOf(this.arrays.flow) };
  }

  update(head, arrays, look) {
    this.sender.begin(head.answered);
    this.sender.answered(head.answered);
    const view = viewOf(head.view, arrays);
    const resized = String(this.view?.out) !== String(view.out);
    Object.assign(this, { head, arrays, look, view, rows: rowsOf(view) });
    if (resized) this.focus = null;
    if (resized || (this.sender.idle && !this.cells.holding && !this.drawing)) this.cells.update(this.cellsState());
    this.code.textContent = head.code;
    this.check.textContent = head.check;
    this.check.classList.toggle("foot-wrong", !head.equal);
    this.draw();
  }

  draw() {
    const { head, view, look, board } = this;
    const [width, height] = [board.clientWidth, board.clientHeight];
    if (!head || width < 100 || height < 60) return;
    const title = 1.5 * look.size * (0.4 + 0.6 * look.type);
    const cell = Math.floor(Math.min(60, (width - 5 * look.size) / (2 * view.sides[1] + Math.max(view.out[1], 4)), (height - title) / view.sides[0], (height - title - 5 * look.size) / view.out[0]));
    const scale = diverging(Math.max(largestOf(this.arrays.flow), largestOf(this.cells.values)), head.colours, look.dark);
    for (const panel of [this.input, this.flow]) panel.fit(...view.sides, cell * view.sides[1], cell * view.sides[0]);
    this.input.say(head.titles.input);
    this.flow.say(head.titles.flow);
    if (this.title.textContent !== head.titles.gradient) this.title.textContent = head.titles.gradient;
    this.cells.limit = largestOf(this.arrays.flow); // one scale for both grids of gradients
    this.cells.layout(cell, 1);
    this.flow.hide(head.hidden);
    this.input.paint({ values: this.arrays.input, scale: inputScale(view, look), look });
    this.flow.paint({ values: this.arrays.flow, scale, look });
    this.show();
  }

  point(focus) {
    this.focus = focus;
    this.show();
  }

  pointAt(index) {
    this.at = index;
    this.point({ kind: "output", index });
  }

  walk(kind, [down, right]) {
    const [row, column] = this.focus?.kind === kind ? [this.focus.row + down, this.focus.column + right] : [0, 0];
    const [rows, columns] = this.view.sides;
    this.point({ kind, row: Math.max(0, Math.min(rows - 1, row)), column: Math.max(0, Math.min(columns - 1, column)) });
  }

  /** Frames on the panels, and the sentence. */
  show() {
    const { view, look } = this;
    if (!view) return;
    if (this.head.hidden) return this.ask();
    const { focus } = this;
    const winners = view.winners ? [...view.winners].map((source) => this.boxOf(source, look.accent, true)) : [];
    let frames = [];
    let lit = [];
    if (focus?.kind === "output") {
      const { patch, shares } = sharesOf(view, this.rows, focus.index, this.cells.values[focus.index]);
      frames = [{ ...patch, colour: amber(look) }, ...shares.map(({ source }) => this.boxOf(source, look.accent))];
      lit = [focus.index];
    } else if (focus) {
      frames = [{ row: focus.row, column: focus.column, colour: amber(look) }];
      lit = this.arriving(focus).map(({ index }) => index);
    }
    this.input.mark([...(focus ? [] : winners), ...frames]);
    this.flow.mark(frames);
    this.cells.inputs.forEach((input, index) => input.classList.toggle("pool-lit", lit.includes(index)));
    this.tell();
  }

  /** The place that is asked about, and nothing of where gradients go. */
  ask() {
    const [row, column] = this.head.asked;
    this.input.mark([{ row, column, colour: amber(this.look) }]);
    this.flow.mark([]);
    this.cells.inputs.forEach((input) => input.classList.remove("pool-lit"));
    this.tell();
  }

  boxOf(source, colour, dashed = false) {
    const columns = this.view.sides[1];
    return { row: Math.floor(source / columns), column: source % columns, colour, dashed };
  }

  /** What arrives at an input cell: [{ index, share }]. */
  arriving({ row, column }) {
    const source = row * this.view.sides[1] + column;
    const found = [];
    this.cells.values.forEach((gradient, index) => {
      const hit = sharesOf(this.view, this.rows, index, gradient).shares.find((each) => each.source === source);
      if (hit) found.push({ index, share: hit.share });
    });
    return found;
  }

  tell() {
    const { view, focus } = this;
    if (!view) return;
    if (this.head.hidden) return this.line.show([["text", `How much arrives at x[${this.head.asked}]? Guess, then reveal it.`]]);
    this.line.show(focus ? (focus.kind === "output" ? this.handed(focus.index) : this.summed(focus)) : [["text", this.head.hint]]);
  }

  name(index) {
    return `${Math.floor(index / this.view.out[1])},${index % this.view.out[1]}`;
  }

  handed(index) {
    const { view } = this;
    const gradient = this.cells.values[index];
    return sharesOf(view, this.rows, index, gradient).words(this.name(index));
  }

  summed(focus) {
    const found = this.arriving(focus);
    const where = `x.grad[${focus.row},${focus.column}]`;
    if (!found.length) return [["text", `${where} = 0: ${untouched(this.view)}`]];
    return sumPieces(where, found, (index) => this.name(index));
  }
}
