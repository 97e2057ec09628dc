// A lens over a grid whose cells are too small to be read: the cells around one place with their values.
//
//   const lens = new Lens();   parent.append(lens.element);
//   lens.show({ box, source, at: { row, column }, mark, look });   lens.hide();
//   box: { left, top, width, height } of the grid in the parent, in CSS pixels
//   beside: [left, right] edges of free room beside the grid, where the lens stands if it fits; else it lies on the grid
//   source: { rows, columns, values, kinds, colour(index), numbers }; mark: { row, column, rows, columns, stroke }

import { make } from "./kit.js";
import { CELL, Grid, UNKNOWN } from "./stage_grid.js";

const CELL_PIXELS = 23;

export class Lens {
  constructor() {
    this.grid = new Grid("lens", { "aria-hidden": "true" });
    this.element = make("div", { class: "lens", hidden: "" }, this.grid.canvas);
  }

  hide() {
    this.element.hidden = true;
  }

  show({ box, beside, source, at, mark, look }) {
    const cell = Math.round(CELL_PIXELS * look.type);
    const fit = Math.floor((0.56 * Math.min(box.width, box.height)) / cell);
    const side = Math.max(5, Math.min(9, fit - 1 + (fit % 2)));
    const [top, left] = [at.row - (side - 1) / 2, at.column - (side - 1) / 2];
    const values = new Float32Array(side * side);
    const kinds = new Uint8Array(side * side);
    const from = new Int32Array(side * side);
    for (let index = 0; index < side * side; index++) {
      const [row, column] = [top + Math.floor(index / side), left + (index % side)];
      const inside = row >= 0 && column >= 0 && row < source.rows && column < source.columns;
      from[index] = inside ? row * source.columns + column : 0;
      values[index] = inside ? source.values[from[index]] : 0;
      kinds[index] = inside ? (source.kinds?.[from[index]] ?? CELL) : UNKNOWN;
    }
    this.grid.layout(side, side, cell);
    this.grid.paint({ values, kinds, look, colour: (index) => source.colour(from[index]), numbers: source.numbers ?? true });
    this.grid.show();
    this.outline({ ...mark, row: mark.row - top, column: mark.column - left }, look);
    this.place(box, beside, at, source);
  }

  outline({ row, column, rows, columns, stroke }, look) {
    const { grid } = this;
    const pen = grid.canvas.getContext("2d");
    const box = grid.box(row, column, rows, columns);
    pen.save();
    pen.scale(grid.ratio, grid.ratio);
    pen.strokeStyle = stroke;
    pen.lineWidth = 2.5 * look.line;
    pen.strokeRect(box.x, box.y, box.width, box.height);
    pen.restore();
  }

  /** Beside the grid, else in its corner that is farthest from what it shows; nowhere where it would cover all of it. */
  place(box, [from, to], at, source) {
    const [width, height] = [this.grid.width + 10, this.grid.height + 10];
    const fits = to - from >= width;
    this.element.hidden = !fits && Math.max(width / box.width, height / box.height) > 0.8;
    const right = at.column < source.columns / 2;
    const below = at.row < source.rows / 2;
    const left = from < box.left ? to - width : from;
    const level = box.top + ((at.row + 0.5) / source.rows) * box.height - height / 2;
    this.element.style.left = `${fits ? left : box.left + (right ? box.width - width + 6 : 0)}px`;
    this.element.style.top = `${Math.max(0, fits ? level : box.top + (below ? box.height - height + 6 : 0))}px`;
  }
}
