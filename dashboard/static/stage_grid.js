// One grid of cells on a canvas of its own: crisp cells, their values where these are large enough to be read, and
// a picture of single pixels where they are not.
//
//   const grid = new Grid("input, 10 by 10");           // grid.canvas goes into the page
//   grid.layout(rows, columns, cell);                    // cell: CSS pixels of one cell; grid.width, grid.height follow
//   grid.paint({ values, scale, look, kinds });          // scale: stage_colours.js; kinds: one of CELL, PADDING, ... a cell
//   grid.show(47);                                       // only the cells up to this index; without it all
//   grid.cellAt(event) -> { row, column } or null;       grid.box(row, column, rows, columns) -> { x, y, width, height }

import { css, ink as inkOn } from "./kit.js";
import { mix } from "./stage_colours.js";
import { decimalsFor, decimalsOf, largestOf, rounded, written } from "./stage_numbers.js";

export const [CELL, PADDING, BETWEEN, UNKNOWN] = [0, 1, 2, 3];
export const PICTURE_BELOW = 5; // CSS pixels: smaller cells are drawn as the pixels of a picture
const READABLE = 7.5; // CSS pixels of the smallest type in a cell
export const MONO = "ui-monospace, 'SF Mono', 'Source Code Pro', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** The decimals and the type size at which all these values fit a cell, or null where none is readable. */
export function lettering(values, cell, type = 1, most = 2) {
  const largest = largestOf(values);
  let decimals = Math.min(most, decimalsOf(values, Math.min(most, decimalsFor(largest) + (largest < 1 ? 0 : 1))));
  for (; decimals >= 0; decimals--) {
    let longest = 1;
    for (const value of values) longest = Math.max(longest, Number.isNaN(value) ? 1 : written(value, decimals).length);
    const size = Math.min(15 * type, cell * 0.44, (cell * 0.92) / (longest * 0.602));
    if (size >= READABLE) return { decimals, size };
    if (largest < 1 && decimals <= 1) return null; // all would be written 0
  }
  return null;
}

export class Grid {
  constructor(label, attributes = {}) {
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", label);
    for (const [name, value] of Object.entries(attributes)) this.canvas.setAttribute(name, value);
    this.full = document.createElement("canvas");
    this.blank = document.createElement("canvas");
    this.rows = this.columns = this.cell = 0;
  }

  layout(rows, columns, cell) {
    this.ratio = window.devicePixelRatio || 1;
    Object.assign(this, { rows, columns, cell, width: columns * cell, height: rows * cell });
    const [width, height] = [Math.max(1, Math.round(this.width * this.ratio)), Math.max(1, Math.round(this.height * this.ratio))];
    for (const canvas of [this.canvas, this.full, this.blank]) {
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
    }
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
  }

  /**
   * values: numbers, row by row. colour(index) -> [r, g, b] instead of `scale` for what a scale cannot say.
   * numbers: whether to write values, with `most` decimals. lines: false leaves nothing between cells. font: CSS family of the numbers.
   */
  paint({ values, scale, look, kinds = null, colour = (index) => scale.at(values[index]), numbers = true, lines = true, most = 2 }) {
    const pen = this.full.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.full.width, this.full.height);
    if (!lines || this.cell < PICTURE_BELOW) this.paintPicture(pen, look, colour, kinds);
    else this.paintCells(pen, { values, look, kinds, colour, numbers, most });
    this.paintBlank(look);
    this.shown = null;
  }

  paintPicture(pen, look, colour, kinds) {
    const small = new OffscreenCanvas(this.columns, this.rows);
    const image = new ImageData(this.columns, this.rows);
    const panel = channelsOf(look.panel, look.dark);
    for (let index = 0, at = 0; index < this.rows * this.columns; index++, at += 4) {
      let shade = colour(index);
      if (kinds?.[index]) shade = mix(shade, panel, 0.75);
      image.data[at] = shade[0];
      image.data[at + 1] = shade[1];
      image.data[at + 2] = shade[2];
      image.data[at + 3] = 255;
    }
    small.getContext("2d").putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = this.cell * this.ratio < 1; // fewer pixels than cells: average them, do not leave rows out
    pen.imageSmoothingQuality = "high";
    pen.drawImage(small, 0, 0, this.full.width, this.full.height);
  }

  paintCells(pen, { values, look, kinds, colour, numbers, most }) {
    pen.scale(this.ratio, this.ratio);
    const letters = numbers ? lettering(values, this.cell, look.type, most) : null;
    if (letters) pen.font = `${letters.size}px ${MONO}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    const panel = channelsOf(look.panel, look.dark);
    for (let index = 0; index < this.rows * this.columns; index++) {
      const [x, y] = [(index % this.columns) * this.cell, Math.floor(index / this.columns) * this.cell];
      const kind = kinds?.[index] ?? CELL;
      if (kind === UNKNOWN) continue;
      let shade = colour(index);
      if (kind === PADDING || kind === BETWEEN) {
        shade = values[index] ? mix(shade, panel, 0.6) : panel;
        this.dash(pen, x, y, shade, look, kind);
      } else {
        pen.fillStyle = look.border; // the line between cells
        pen.fillRect(x - 1, y - 1, this.cell + 1, this.cell + 1);
        pen.fillStyle = css(shade);
        pen.fillRect(x, y, this.cell - 1, this.cell - 1);
      }
      if (!letters) continue;
      pen.fillStyle = kind === CELL ? inkOn(shade) : look.muted;
      pen.globalAlpha = kind === CELL ? 1 : 0.75;
      pen.fillText(written(rounded(values[index], letters.decimals), letters.decimals), x + (this.cell - 1) / 2, y + this.cell / 2 + 0.5);
      pen.globalAlpha = 1;
    }
  }

  /** A cell that is not of the input: padding dashed, the zeros between stretched inputs with a dot in the corner. */
  dash(pen, x, y, shade, look, kind) {
    const side = this.cell - 1;
    pen.fillStyle = css(shade);
    pen.fillRect(x, y, side, side);
    pen.strokeStyle = look.muted;
    pen.globalAlpha = 0.5;
    pen.lineWidth = 1;
    pen.setLineDash(kind === PADDING ? [2.5, 2.5] : [1, 3]);
    pen.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
    pen.setLineDash([]);
    pen.globalAlpha = 1;
  }

  paintBlank(look) {
    const pen = this.blank.getContext("2d");
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    pen.fillStyle = look.panel;
    if (this.cell < PICTURE_BELOW) return pen.fillRect(0, 0, this.width, this.height);
    for (let row = 0; row < this.rows; row++)
      for (let column = 0; column < this.columns; column++)
        pen.fillRect(column * this.cell, row * this.cell, this.cell - 1, this.cell - 1);
    return undefined;
  }

  /** Put the cells up to and with this index on the screen, the others empty. */
  show(last = Infinity) {
    const upTo = Math.min(this.rows * this.columns - 1, last);
    if (this.shown === upTo) return;
    this.shown = upTo;
    const pen = this.canvas.getContext("2d");
    const whole = upTo === this.rows * this.columns - 1;
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(whole ? this.full : this.blank, 0, 0);
    if (whole || upTo < 0) return;
    const [row, column] = [Math.floor(upTo / this.columns), (upTo % this.columns) + 1];
    const [wide, high] = [this.canvas.width / this.columns, this.canvas.height / this.rows];
    const part = (x, y, width, height) => {
      if (width < 1 || height < 1) return;
      pen.clearRect(x, y, width, height);
      pen.drawImage(this.full, x, y, width, height, x, y, width, height);
    };
    part(0, 0, this.canvas.width, Math.round(row * high));
    part(0, Math.round(row * high), Math.round(column * wide), Math.round((row + 1) * high) - Math.round(row * high));
  }

  cellAt(event) {
    const at = this.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - at.left) / at.width) * this.columns);
    const row = Math.floor(((event.clientY - at.top) / at.height) * this.rows);
    return row >= 0 && column >= 0 && row < this.rows && column < this.columns ? { row, column } : null;
  }

  /** Where these cells lie on the canvas, in CSS pixels. */
  box(row, column, rows = 1, columns = 1) {
    const gap = this.cell < PICTURE_BELOW ? 0 : 1;
    return { x: column * this.cell, y: row * this.cell, width: columns * this.cell - gap, height: rows * this.cell - gap };
  }
}

/** `#rrggbb` of the theme as channels; a neutral where it is written in another way. */
export function channelsOf(colour, dark) {
  const known = /^#[0-9a-f]{6}$/i.test(colour) ? colour : dark ? "#1d232b" : "#f5f6f8";
  return [1, 3, 5].map((at) => parseInt(known.slice(at, at + 2), 16));
}
