// What lights up over the panels: the window and its output, or a cell and the outputs that it reaches; and the curves between.

import { make } from "./kit.js";
import { PICTURE_BELOW } from "./stage_grid.js";
import { patchOf, reachedBy, winnerOf } from "./stage_view.js";
import { placeOf } from "./stage_windows.js";

const MOST_MARKS = 2000; // winners of more outputs are not marked, but for the one in focus

const runs = (indices) => {
  const found = [];
  for (const at of indices) {
    const open = found.at(-1);
    if (open && at === open[0] + open[1]) open[1] += 1;
    else found.push([at, 1]);
  }
  return found;
};

/** The colour of what is read, as the accent is that of what is written. */
export const amber = (look) => (look.dark ? "#f5a623" : "#f09800");

export class Overlay {
  constructor() {
    this.canvas = make("canvas", { class: "overlay", "aria-hidden": "true" });
  }

  layout(width, height) {
    this.ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * this.ratio), Math.round(height * this.ratio)];
    if (this.canvas.width !== wide) this.canvas.width = wide;
    if (this.canvas.height !== high) this.canvas.height = high;
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
  }

  draw(scene) {
    const pen = this.canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.scale(this.ratio, this.ratio);
    pen.lineJoin = "round";
    Object.assign(this, { pen, ...scene, amber: amber(scene.look) });
    if (this.view.winners && this.view.hidden !== "size") this.winners();
    if (!this.focus) return;
    if (this.focus.kind === "input") this.reach();
    else this.window();
  }

  inputBox(channel, { row, column, rows = 1, columns = 1 }) {
    const grid = this.grids.inputs[channel];
    const box = grid.box(row, column, rows, columns);
    return { ...box, x: box.x + this.places.inputs[channel].left, y: box.y + this.places.inputs[channel].top };
  }

  outputBox(row, column, rows = 1, columns = 1) {
    const box = this.grids.output.box(row, column, rows, columns);
    return { ...box, x: box.x + this.places.output.left, y: box.y + this.places.output.top };
  }

  fill({ x, y, width, height }, colour, alpha) {
    this.pen.globalAlpha = alpha;
    this.pen.fillStyle = colour;
    this.pen.fillRect(x, y, width, height);
    this.pen.globalAlpha = 1;
  }

  /** A frame around a box, never smaller than can be seen. */
  frame(box, colour, thickness = 2.6) {
    const width = thickness * Math.max(1, this.look.line * 0.8);
    const least = 5;
    const x = Math.min(box.x, box.x + (box.width - least) / 2);
    const y = Math.min(box.y, box.y + (box.height - least) / 2);
    this.pen.strokeStyle = colour;
    this.pen.lineWidth = width;
    this.pen.beginPath();
    this.pen.roundRect(x - width / 2 + 0.5, y - width / 2 + 0.5, Math.max(least, box.width) + width - 1, Math.max(least, box.height) + width - 1, 3);
    this.pen.stroke();
  }

  curve(x1, y1, x2, y2, colour) {
    if (x2 - x1 < 8) return;
    const bend = (x2 - x1) * 0.5;
    this.pen.strokeStyle = colour;
    this.pen.lineWidth = 2 * Math.max(1, this.look.line * 0.8);
    this.pen.beginPath();
    this.pen.moveTo(x1, y1);
    this.pen.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
    this.pen.stroke();
  }

  /** From these heights beside the input over the middle to this height beside the output. */
  curves(from, toY) {
    const { places, look } = this;
    const middle = places.kernel.top + places.kernel.height / 2;
    const edge = places.input.left + places.input.width + 4;
    for (const y of from) this.curve(edge, y, places.kernel.left - 5, middle, this.amber);
    if (toY !== null) this.curve(places.kernel.left + places.kernel.width + 5, middle, places.output.left - 5, toY, look.accent);
  }

  window() {
    const { view, look, focus } = this;
    if (view.hidden === "size") return;
    const patch = patchOf(view, focus.index);
    const centres = this.grids.inputs.map((_, channel) => {
      const box = this.inputBox(channel, patch);
      if (patch.taps) patch.taps.forEach(([row, column]) => this.fill(this.inputBox(channel, { row, column }), this.amber, 0.3));
      else this.fill(box, this.amber, 0.2);
      this.frame(box, this.amber);
      return box.y + box.height / 2;
    });
    const [row, column] = placeOf(view.out, focus.index);
    const box = this.outputBox(row, column);
    this.fill(box, look.accent, focus.index > this.last ? 0.25 : 0.12);
    this.frame(box, look.accent);
    if (this.hidden && focus.index >= this.last) this.question(box);
    this.curves(centres, box.y + box.height / 2);
  }

  question(box) {
    if (box.height < 9) return;
    this.pen.fillStyle = this.look.accent;
    this.pen.font = `700 ${Math.round(box.height * 0.6)}px ${this.look.font}`;
    this.pen.textAlign = "center";
    this.pen.textBaseline = "middle";
    this.pen.fillText("?", box.x + box.width / 2, box.y + box.height / 2 + 1);
  }

  reach() {
    const { view, look, focus } = this;
    const channels = view.composed ? [0] : [focus.channel];
    const centres = channels.map((channel) => {
      const box = this.inputBox(channel, focus);
      this.fill(box, this.amber, 0.3);
      this.frame(box, this.amber);
      return box.y + box.height / 2;
    });
    if (view.hidden === "size") return;
    const [rows, columns] = reachedBy(view, focus);
    if (!rows.length || !columns.length) return this.curves(centres, null);
    for (const [row, high] of runs(rows)) {
      for (const [column, wide] of runs(columns)) {
        const box = this.outputBox(row, column, high, wide);
        this.fill(box, look.accent, 0.22);
        this.frame(box, look.accent, 2.2);
      }
    }
    const [from, to] = [this.outputBox(rows[0], columns[0]), this.outputBox(rows.at(-1), columns.at(-1))];
    this.curves(centres, (from.y + to.y + to.height) / 2);
  }

  /** A mark on every cell that a drawn maximum came from. */
  winners() {
    const { view, places, focus, look } = this;
    const end = Math.min(view.length - 1, this.hidden ? this.last - 1 : this.last);
    const all = end < MOST_MARKS && places.cell >= PICTURE_BELOW;
    for (let index = 0; all && index <= end; index++) this.mark(winnerOf(view, index), 0.16, look.accent);
    const secret = this.hidden && focus?.index >= this.last;
    if (focus?.kind === "output" && !secret) this.mark(winnerOf(view, focus.index), 0.26, look.accent);
  }

  mark(cell, share, colour) {
    if (!cell) return;
    const { x, y, width } = this.inputBox(0, cell);
    const side = Math.max(3, width * share * 1.6);
    this.pen.fillStyle = colour;
    this.pen.strokeStyle = this.look.paper;
    this.pen.lineWidth = 1;
    this.pen.beginPath();
    this.pen.moveTo(x + width, y);
    this.pen.lineTo(x + width - side, y);
    this.pen.lineTo(x + width, y + side);
    this.pen.closePath();
    this.pen.fill();
    this.pen.stroke();
  }
}
