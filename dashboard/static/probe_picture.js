// One picture of crisp pixels, and over it a map of its own size in a box of its own.
//
//   const picture = new Picture({ name: "overlay", onCell({ row, column }), onLeave() });
//   picture.fit(rows, columns, width, height);            // as large as its place allows
//   picture.paint((index) => [r, g, b]);                  // the pixels
//   picture.over({ rows, columns, colour, box, opacity }); // box: top, left, bottom, right in pixels

import { make } from "./kit.js";

/** Colours of a picture (C, H, W) of 0..255, grey or RGB; its planes begin at `start`. */
export function photograph(values, [channels, rows, columns], start = 0) {
  const plane = rows * columns;
  const [green, blue] = channels >= 3 ? [plane, 2 * plane] : [0, 0];
  return (index) => [values[start + index], values[start + green + index], values[start + blue + index]];
}

export class Picture {
  constructor({ name, onCell, onLeave, onPick, attributes = {} }) {
    this.canvas = make("canvas", { role: "img", "aria-label": name, "data-picture": name, ...attributes });
    const tell = (event, heard) => {
      const cell = this.cellAt(event);
      if (cell) heard(cell);
    };
    if (onCell) this.canvas.addEventListener("pointermove", (event) => tell(event, onCell));
    if (onLeave) this.canvas.addEventListener("pointerleave", () => onLeave());
    if (onPick) this.canvas.addEventListener("click", (event) => tell(event, onPick));
  }

  fit(rows, columns, width, height) {
    const cell = Math.min(width / columns, height / rows);
    const side = cell >= 6 ? Math.floor(cell) : cell >= 2 ? Math.floor(2 * cell) / 2 : cell;
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this, { rows, columns, cell: side, width: columns * side, height: rows * side });
    const size = [Math.max(1, Math.round(this.width * ratio)), Math.max(1, Math.round(this.height * ratio))];
    if (this.canvas.width !== size[0]) this.canvas.width = size[0];
    if (this.canvas.height !== size[1]) this.canvas.height = size[1];
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
  }

  paint(colour) {
    const pen = this.canvas.getContext("2d");
    pen.globalAlpha = 1;
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.put(pen, this.rows, this.columns, colour, [0, 0, this.rows, this.columns]);
  }

  over({ rows, columns, colour, box, opacity }) {
    const pen = this.canvas.getContext("2d");
    pen.globalAlpha = opacity;
    this.put(pen, rows, columns, colour, box);
    pen.globalAlpha = 1;
  }

  put(pen, rows, columns, colour, [top, left, bottom, right]) {
    const small = new OffscreenCanvas(columns, rows);
    const image = new ImageData(columns, rows);
    for (let index = 0, at = 0; index < rows * columns; index++, at += 4) {
      const [red, green, blue] = colour(index);
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 255;
    }
    small.getContext("2d").putImageData(image, 0, 0);
    const [x, y] = [this.canvas.width / this.columns, this.canvas.height / this.rows];
    pen.imageSmoothingEnabled = this.canvas.width < columns; // fewer pixels than cells: average them
    pen.imageSmoothingQuality = "high";
    pen.drawImage(small, left * x, top * y, (right - left) * x, (bottom - top) * y);
  }

  cellAt(event) {
    const at = this.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - at.left) / at.width) * this.columns);
    const row = Math.floor(((event.clientY - at.top) / at.height) * this.rows);
    return row >= 0 && column >= 0 && row < this.rows && column < this.columns ? { row, column } : null;
  }
}
