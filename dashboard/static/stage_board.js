// The three panels of one stage: input, kernel (or operation), output, and the overlay that lights up what belongs together.
//
//   const board = new Board({ onHover(focus), onPick(focus), onMove(step), onEdit(values, done) });
//   board.update(view, look);                        // stage_view.js
//   board.show({ focus, last, hidden, lens });       // focus and `last` output that is drawn; hidden: the value at it is not told

import { make } from "./kit.js";
import { Grid } from "./stage_grid.js";
import { Kernel } from "./stage_kernel.js";
import { arrange } from "./stage_layout.js";
import { Lens } from "./stage_lens.js";
import { drawLegend } from "./stage_legend.js";
import { Overlay, amber } from "./stage_overlay.js";
import { inputScale, outputScale, patchOf } from "./stage_view.js";
import { paddedValues, placeOf } from "./stage_windows.js";

const LENS_BELOW = 13; // CSS pixels: the values of smaller cells are read through the lens
const WORDS = { max: "max", min: "min", average: "mean", lp: "Lp" };

const same = (one, other) => one?.length === other?.length && one.every((value, at) => value === other[at]);

export class Board {
  constructor({ onHover, onPick, onMove, onEdit, small = false }) {
    Object.assign(this, { onHover, onPick, onMove, small, view: null, inputs: [], shown: null });
    this.titles = ["input", "kernel", "output"].map((name) => make("div", { class: `title title-${name}` }));
    this.kernel = new Kernel({ onEdit });
    this.operation = make("div", { class: "operation" });
    this.output = this.grid("output", { tabindex: "0", role: "application", "aria-roledescription": "output" });
    this.unknown = make("div", { class: "unknown", role: "img", "aria-label": "The output is hidden until it is revealed" }, "?");
    this.legend = make("canvas", { class: "legend", role: "img" });
    this.overlay = new Overlay();
    this.lenses = [new Lens(), new Lens()];
    this.element = make("div", { class: "board" });
    this.element.append(...this.titles, this.kernel.element, this.operation, this.output.canvas, this.unknown, this.legend, this.overlay.canvas, ...this.lenses.map((lens) => lens.element));
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.element);
    this.listen(this.output, "output");
  }

  grid(name, attributes = {}) {
    const grid = new Grid(name, attributes);
    grid.canvas.classList.add("panel", `panel-${name}`);
    return grid;
  }

  close() {
    this.watch.disconnect();
  }

  listen(grid, kind, channel = 0) {
    const focusAt = (event) => {
      const cell = grid.cellAt(event);
      if (!cell) return null;
      return kind === "output" ? { kind, index: cell.row * grid.columns + cell.column } : { kind, channel, ...cell };
    };
    grid.canvas.addEventListener("pointermove", (event) => this.onHover(focusAt(event)));
    grid.canvas.addEventListener("pointerleave", () => this.onHover(null));
    grid.canvas.addEventListener("click", (event) => {
      const focus = focusAt(event);
      if (focus) this.onPick(focus);
    });
    grid.canvas.addEventListener("keydown", (event) => this.walk(event, kind));
  }

  /** Arrows move by a cell on the focused panel. */
  walk(event, kind) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.onMove(kind, step);
  }

  update(view, look) {
    const before = this.view;
    const themed = !this.look || this.look.dark !== look.dark || this.look.type !== look.type || this.look.paper !== look.paper;
    Object.assign(this, { view, look });
    const shown = view.composed ? 1 : view.channels;
    if (this.inputs.length !== shown) this.makeInputs(shown);
    this.outputScale = outputScale(view, look);
    this.inputScale = inputScale(view, look);
    this.write();
    if (view.kernel && !(this.kernel.holding || view.held)) this.kernel.update({ values: view.kernel, shape: view.kernelShape, editable: view.editable, step: view.step, palette: view.palette, look });
    const key = JSON.stringify([view.shape, view.kernelShape, view.axes, view.hidden === "size", view.colours, view.limits, view.operation, view.projector]);
    const kept = !themed && key === this.key && same(before?.input, view.input);
    this.key = key;
    if (kept && this.places) this.paintOutput();
    else this.resize(true);
  }

  makeInputs(number) {
    this.inputs.forEach((grid) => grid.canvas.remove());
    this.inputs = Array.from({ length: number }, (_, channel) => {
      const grid = this.grid("input", { tabindex: channel ? "-1" : "0", role: "application", "aria-roledescription": "input" });
      this.listen(grid, "input", channel);
      return grid;
    });
    this.element.prepend(...this.inputs.map((grid) => grid.canvas));
  }

  /** Titles, operation and alternative texts. */
  write() {
    const { view } = this;
    const size = view.hidden === "size";
    const words = [view.titles[0], view.titles[1], size ? "output ? × ?" : view.titles[2]];
    this.titles.forEach((title, at) => {
      if (title.firstChild?.textContent !== words[at]) title.replaceChildren(words[at]);
    });
    if (view.note && view.kernel) this.titles[1].replaceChildren(words[1], make("small", {}, view.note));
    this.kernel.element.hidden = !view.kernel;
    this.operation.hidden = Boolean(view.kernel);
    this.operation.textContent = WORDS[view.operation] ?? view.operation;
    this.output.canvas.hidden = size;
    this.unknown.hidden = !size;
    this.inputs.forEach((grid, channel) => grid.canvas.setAttribute("aria-label", `${words[0]}${this.inputs.length > 1 ? `, channel ${channel}` : ""}. Arrow keys move over its cells.`));
    this.output.canvas.setAttribute("aria-label", `${words[2]}. Arrow keys move over its cells.`);
  }

  resize(paint = false) {
    const { view, look } = this;
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    if (!view || width < 40 || height < 40) return;
    if (!paint && this.places && width === this.width && height === this.height) return;
    Object.assign(this, { width, height });
    this.places = arrange(view, { width, height, small: this.small, type: look.type, size: look.size });
    const { places } = this;
    this.inputs.forEach((grid, at) => {
      grid.layout(...view.padded, places.cell);
      move(grid.canvas, places.inputs[at]);
    });
    if (view.hidden !== "size") this.output.layout(...view.out, places.outCell);
    move(this.output.canvas, places.output);
    move(this.unknown, places.output, true);
    move(this.kernel.element, places.kernel);
    move(this.operation, places.kernel, true);
    this.kernel.layout(places.kernelCell, places.across);
    this.head();
    this.overlay.layout(width, height);
    this.paintInput();
    this.paintOutput();
  }

  head() {
    const { places, titles, small } = this;
    const above = [places.input, places.kernel, places.output];
    titles.forEach((title, at) => {
      const lines = at === 1 && this.view.note && this.view.kernel && !small ? 1.75 : 1;
      title.style.left = `${at === 2 ? Math.max(0, Math.min(above[at].left, this.width - title.offsetWidth)) : above[at].left}px`;
      title.style.top = `${Math.max(0, above[at].top - places.title * lines)}px`;
      title.hidden = small && at === 1;
    });
  }

  paintInput() {
    const { view, look, inputScale: scale } = this;
    this.padded = Array.from({ length: view.channels }, (_, channel) => paddedValues(view.axes, view.input.subarray(channel * view.plane, (channel + 1) * view.plane)));
    const [low, high] = view.limits;
    const share = (value) => Math.max(0, Math.min(255, (255 * (value - low)) / (high - low || 1)));
    this.colourOf = view.composed
      ? () => (index) => [share(this.padded[0][index]), share(this.padded[1][index]), share(this.padded[2][index])]
      : (channel) => (index) => scale.at(this.padded[channel][index]);
    this.inputs.forEach((grid, channel) => {
      grid.paint({ values: this.padded[channel], kinds: view.kinds, look, colour: this.colourOf(channel), numbers: !view.composed });
      grid.show();
    });
  }

  paintOutput() {
    const { view, look, places } = this;
    if (view.hidden !== "size") this.output.paint({ values: view.output, scale: this.outputScale, look });
    this.legend.hidden = !places.legend;
    if (places.legend) drawLegend(this.legend, this.outputScale, places.legend, look);
    if (this.shown) this.show(this.shown);
  }

  show({ focus, last = Infinity, hidden = false, lens = false }) {
    this.shown = { focus, last, hidden, lens };
    const { view, look, places } = this;
    if (!view || !places) return;
    if (view.hidden !== "size") this.output.show(hidden ? last - 1 : last);
    this.overlay.draw({ view, look, places, grids: { inputs: this.inputs, output: this.output }, focus, last, hidden });
    this.zoom(lens && places.cell < LENS_BELOW * Math.max(1, look.type) ? focus : null);
  }

  /** The lenses of input and output, where the cells are too small to be read. */
  zoom(focus) {
    const { view, look, places } = this;
    const [first, second] = this.lenses;
    if (!focus || this.small) return this.lenses.forEach((lens) => lens.hide());
    const channel = focus.channel ?? 0;
    const input = { rows: view.padded[0], columns: view.padded[1], values: this.padded[channel], kinds: view.kinds, colour: this.colourOf(channel), numbers: !view.composed };
    const stroke = amber(look);
    const before = [0, places.input.left];
    const behind = [places.legend ? places.legend.left + places.legend.width : places.output.left + places.output.width + 6, this.width];
    if (focus.kind === "input") {
      first.show({ box: places.inputs[view.composed ? 0 : channel], beside: before, source: input, at: focus, mark: { row: focus.row, column: focus.column, rows: 1, columns: 1, stroke }, look });
      return second.hide();
    }
    const patch = patchOf(view, focus.index);
    const middle = { row: Math.floor(patch.row + (patch.rows - 1) / 2), column: Math.floor(patch.column + (patch.columns - 1) / 2) };
    first.show({ box: places.inputs[0], beside: before, source: input, at: middle, mark: { ...patch, stroke }, look });
    const [row, column] = placeOf(view.out, focus.index);
    const until = this.shown.hidden ? this.shown.last - 1 : this.shown.last;
    if (focus.index > until) return second.hide();
    const kinds = new Proxy({}, { get: (_, index) => (Number(index) > until ? 3 : 0) });
    const output = { rows: view.out[0], columns: view.out[1], values: view.output, kinds, colour: (index) => this.outputScale.at(view.output[index]) };
    return second.show({ box: places.output, beside: behind, source: output, at: { row, column }, mark: { row, column, rows: 1, columns: 1, stroke: look.accent }, look });
  }
}

function move(element, { left, top, width, height }, sized = false) {
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
  if (!sized) return;
  element.style.width = `${width}px`;
  element.style.height = `${height}px`;
}
