// A lens over a grid whose cells are too small to be read: the cells around one place with their values.
//
//   const lens = new Lens();   parent.append(lens.element);
//   lens.show({ box, source, at: { row, column }, mark, look });   lens.hide();
//   box: { left, top, width, height } of the grid in the parent, in CSS pixels
//   source: { rows, columns, values, kinds, colour(index) }; mark: { row, column, rows, columns, stroke }

import { make } from "./kit.js";
import { CELL, Grid, UNKNOWN } from "./stage_grid.js";

const CELL_PIXELS = 25;

export class Lens {
  constructor() {
    this.grid = new Grid("lens", { "aria-hidden": "true" });
    this.element = make("div", { class: "lens", hidden: "" }, this.grid.canvas);
  }

  hide() {
    this.element.hidden = true;
  }

  show({ box, source, at, mark, look }) {
    const cell = Math.round(CELL_PIXELS * look.type);
    const fit = Math.floor((0.52 * Math.min(box.width, box.height)) / cell);
    const side = Math.max(5, Math.min(11, fit - 1 + (fit % 2)));
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
    this.grid.paint({ values, kinds, look, colour: (index) => source.colour(from[index]) });
    this.grid.show();
    this.outline({ ...mark, row: mark.row - top, column: mark.column - left }, look);
    this.place(box, at, source);
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

  /** In the corner of the grid that is farthest from what it shows. */
  place(box, at, source) {
    const right = at.column < source.columns / 2;
    const below = at.row < source.rows / 2;
    this.element.hidden = false;
    this.element.style.left = `${box.left + (right ? box.width - this.grid.width - 2 : 0)}px`;
    this.element.style.top = `${box.top + (below ? box.height - this.grid.height - 2 : 0)}px`;
  }
}
