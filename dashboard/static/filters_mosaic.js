// Planes of numbers as crisp pictures, side by side on one canvas: filters of a layer, or the planes of one filter.
//
//   const mosaic = new Mosaic("all filters");   parent.append(mosaic.canvas);
//   mosaic.layout({ count, height, width, room: { width, height }, gap });        // planes of height x width each
//   mosaic.paint((plane, cell) => [r, g, b], { marked: [3], crossed: [5], look }); // cell: row by row in the plane
//   mosaic.hit(event) -> { plane, row, column } or null

import { css, ink } from "./kit.js";
import { MONO, channelsOf, lettering } from "./stage_grid.js";
import { rounded, written } from "./stage_numbers.js";

const LARGEST = 46; // CSS pixels of one cell
const READABLE = 24; // CSS pixels of a cell that has room for its value

/** The columns and the cell size at which `count` planes are largest in the room. */
export function arrange({ count, height, width, room, gap }) {
  let best = { columns: 1, cell: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const exact = Math.min((room.width - columns * gap) / (columns * width), (room.height - rows * gap) / (rows * height), LARGEST);
    const cell = exact >= 1 ? Math.floor(exact) : exact;
    if (cell > best.cell) best = { columns, cell };
    if (columns > 400) break;
  }
  return best;
}

export class Mosaic {
  constructor(label, attributes = {}) {
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", label);
    for (const [name, value] of Object.entries(attributes)) this.canvas.setAttribute(name, value);
    this.small = document.createElement("canvas");
  }

  /** least: CSS pixels of a cell below which the picture grows beyond the room instead. */
  layout({ count, height, width, room, gap = 4, least = 0 }) {
    let { columns, cell } = arrange({ count, height, width, room, gap });
    if (cell < least) {
      cell = least;
      columns = Math.max(1, Math.floor(room.width / (cell * width + gap)));
    }
    const rows = Math.ceil(count / columns);
    const step = { x: cell * width + gap, y: cell * height + gap };
    Object.assign(this, { count, planeHeight: height, planeWidth: width, columns, rows, cell, gap, step });
    [this.width, this.height] = [Math.max(1, columns * step.x), Math.max(1, rows * step.y)];
    this.ratio = window.devicePixelRatio || 1;
    const size = [Math.round(this.width * this.ratio), Math.round(this.height * this.ratio)];
    if (this.canvas.width !== size[0]) this.canvas.width = size[0];
    if (this.canvas.height !== size[1]) this.canvas.height = size[1];
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
    [this.small.width, this.small.height] = [columns * width, rows * height];
  }

  paint(colour, { marked = [], crossed = [], look, panel = look.panel }) {
    const { columns, planeHeight: high, planeWidth: wide, small, count, cell, gap, step, ratio } = this;
    const image = new ImageData(small.width, small.height);
    for (let plane = 0; plane < count; plane++) {
      const [top, left] = [Math.floor(plane / columns) * high, (plane % columns) * wide];
      for (let index = 0; index < high * wide; index++) {
        const shade = colour(plane, index);
        const at = 4 * ((top + Math.floor(index / wide)) * small.width + left + (index % wide));
        [image.data[at], image.data[at + 1], image.data[at + 2], image.data[at + 3]] = [shade[0], shade[1], shade[2], 255];
      }
    }
    small.getContext("2d").putImageData(image, 0, 0);
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    pen.imageSmoothingEnabled = cell * ratio < 1;
    pen.fillStyle = css(channelsOf(panel, look.dark));
    for (let plane = 0; plane < count; plane++) {
      const { x, y, width, height } = this.box(plane);
      if (gap > 2) pen.strokeStyle = look.border;
      pen.drawImage(small, (plane % columns) * wide, Math.floor(plane / columns) * high, wide, high, x, y, width, height);
      if (gap > 2) pen.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
      if (crossed.includes(plane)) this.cross(pen, plane, look);
    }
    pen.strokeStyle = look.accent;
    pen.lineWidth = Math.max(2, Math.min(3, gap)) * Math.min(1.4, look.line);
    for (const plane of marked) {
      const { x, y, width, height } = this.box(plane);
      pen.strokeRect(x - 1, y - 1, width + 2, height + 2);
    }
    pen.lineWidth = 1;
    this.step = step;
  }

  /** The values of the planes from `first` on, where the cells are large enough: `values` row by row, plane by plane. */
  write(values, colour, look, first = 0) {
    const { planeHeight: high, planeWidth: wide, cell, count } = this;
    const letters = cell < READABLE ? null : lettering(values, cell, look.type);
    if (!letters) return;
    const pen = this.canvas.getContext("2d");
    pen.font = `${letters.size}px ${MONO}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (let plane = first; plane < count; plane++) {
      const box = this.box(plane);
      for (let index = 0; index < high * wide; index++) {
        const value = values[(plane - first) * high * wide + index];
        pen.fillStyle = ink(colour(plane, index));
        const [x, y] = [(index % wide) + 0.5, Math.floor(index / wide) + 0.5];
        pen.fillText(written(rounded(value, letters.decimals), letters.decimals), box.x + x * cell, box.y + y * cell);
      }
    }
  }

  /** A dead one: a line through it. */
  cross(pen, plane, look) {
    const { x, y, width, height } = this.box(plane);
    pen.strokeStyle = look.bad;
    pen.lineWidth = 1.5 * look.line * 0.6;
    pen.beginPath();
    pen.moveTo(x, y + height);
    pen.lineTo(x + width, y);
    pen.stroke();
    pen.lineWidth = 1;
  }

  box(plane) {
    const x = (plane % this.columns) * this.step.x + this.gap / 2;
    const y = Math.floor(plane / this.columns) * this.step.y + this.gap / 2;
    return { x, y, width: this.cell * this.planeWidth, height: this.cell * this.planeHeight };
  }

  hit(event) {
    const at = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - at.left) / at.width) * this.width;
    const y = ((event.clientY - at.top) / at.height) * this.height;
    const [column, row] = [Math.floor(x / this.step.x), Math.floor(y / this.step.y)];
    const plane = row * this.columns + column;
    if (column < 0 || row < 0 || column >= this.columns || plane >= this.count) return null;
    const inside = (value, start, cells) => Math.max(0, Math.min(cells - 1, Math.floor((value - start) / this.cell)));
    const box = this.box(plane);
    return { plane, row: inside(y, box.y, this.planeHeight), column: inside(x, box.x, this.planeWidth) };
  }
}
