// Maps as pictures: those of one layer lie one below the other on one off-screen canvas, a pixel for each cell, and are
// drawn crisply at any size. Half a million cells cost a few milliseconds.
//
//   const sheet = new Sheet();
//   sheet.maps(here, channels, [rows, columns], range, colours)     // range(channel) -> { low, high }
//   sheet.draw(pen, at, box, ratio)                                  // the map that lies at place `at`

import { diverging, ramp } from "./stage_colours.js";

const LEVELS = 255;
const LOST = pack([128, 128, 128]); // not a number
const GROWN_CELLS = 200000; // cells that are made larger first, so that they stay even

function pack([r, g, b]) {
  return ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
}

/** 256 colours as pixels: from zero on, or from far below zero to as far above it. */
export function palette(signed, head, dark) {
  const scale = signed ? diverging(1, head.diverging, dark) : ramp(0, 1, head.sequential);
  return Uint32Array.from({ length: LEVELS + 1 }, (_, level) => pack(scale.at(signed ? (2 * level) / LEVELS - 1 : level / LEVELS)));
}

export class Sheet {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.pen = this.canvas.getContext("2d");
    this.larger = null;
  }

  /** Room for `count` pictures of rows x columns. */
  begin(count, rows, columns) {
    if (this.count !== count || this.rows !== rows || this.columns !== columns) {
      Object.assign(this, { count, rows, columns });
      Object.assign(this.canvas, { width: columns, height: count * rows });
      this.image = new ImageData(columns, count * rows);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.larger = null;
    }
    this.times = 1;
  }

  /** What the network sees: grey as light, or colour. values: uint8, one channel after the other. */
  picture(values, [channels, rows, columns]) {
    this.begin(1, rows, columns);
    const size = rows * columns;
    const [green, blue] = channels === 3 ? [size, 2 * size] : [0, 0];
    for (let cell = 0; cell < size; cell++) this.pixels[cell] = pack([values[cell], values[green + cell], values[blue + cell]]);
    this.pen.putImageData(this.image, 0, 0);
  }

  /** here: `values` (float32, or uint8 from `low` to `high` of each map) of the maps `channels`, in this order. */
  maps(here, channels, [rows, columns], range, colours) {
    this.begin(channels.length, rows, columns);
    const size = rows * columns;
    channels.forEach((channel, at) => {
      const { low, high } = range(channel);
      const step = high > low ? LEVELS / (high - low) : 0;
      const to = at * size;
      const from = channel * size;
      if (here.values instanceof Uint8Array) this.levels(here, channel, to, from, size, low, step, colours);
      else {
        for (let cell = 0; cell < size; cell++) {
          const value = here.values[from + cell];
          const level = (value - low) * step;
          this.pixels[to + cell] = Number.isNaN(value) ? LOST : colours[level <= 0 ? 0 : level >= LEVELS ? LEVELS : Math.round(level)];
        }
      }
    });
    this.pen.putImageData(this.image, 0, 0);
  }

  levels({ values, low: lows, high: highs }, channel, to, from, size, low, step, colours) {
    const unit = (highs[channel] - lows[channel]) / LEVELS;
    const found = Uint32Array.from({ length: LEVELS + 1 }, (_, level) =>
      colours[Math.max(0, Math.min(LEVELS, Math.round((lows[channel] + level * unit - low) * step)))]);
    for (let cell = 0; cell < size; cell++) this.pixels[to + cell] = found[values[from + cell]];
  }

  /** Draw a map into a box: crisp where it grows, averaged where it shrinks, cells of even width in any case. */
  draw(pen, at, { x, y, width, height }, ratio) {
    const { rows, columns } = this;
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    const even = across % columns === 0 && down % rows === 0;
    const shrinks = across < columns || down < rows;
    if (!even && !shrinks && across < 12 * columns) this.grow(Math.ceil(across / columns));
    const times = even || shrinks ? 1 : this.times;
    pen.imageSmoothingEnabled = shrinks || times > 1;
    pen.imageSmoothingQuality = shrinks ? "medium" : "low";
    pen.drawImage(times > 1 ? this.larger : this.canvas, 0, at * rows * times, columns * times, rows * times, x, y, width, height);
  }

  /** The same with each cell `times` pixels wide: what is then made smaller keeps its cells even. */
  grow(times) {
    if (this.times === times) return;
    const { width, height } = this.canvas;
    if (width * height * times * times > 4 * GROWN_CELLS || height * times > 16000) return;
    this.larger ??= document.createElement("canvas");
    if (this.larger.width !== width * times || this.larger.height !== height * times) Object.assign(this.larger, { width: width * times, height: height * times });
    const pen = this.larger.getContext("2d");
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.canvas, 0, 0, width * times, height * times);
    this.times = times;
  }
}
