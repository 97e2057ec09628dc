// Where the three panels of a stage lie: as large as the room allows, input and output with cells of the same size.

import { PICTURE_BELOW } from "./stage_grid.js";

const LARGEST = 54; // CSS pixels of a cell
const LEAST_MAP = 8; // rem: a pooled map that would be smaller gets larger cells than its input, up to READABLE
const READABLE = 40; // CSS pixels of a cell
const TITLE = 6; // rem: as wide as an output's title may be

/** How many channels stand beside one another. */
export const across = (channels) => (channels <= 3 ? 1 : Math.ceil(Math.sqrt(channels)));

/**
 * room: { width, height, small, type, size } in CSS pixels (size: of 1 rem); view: stage_view.js.
 * Returns { cell, outCell, kernelCell, title, inputs: [{ left, top }], kernel, output, legend: { left, top, width, height } }.
 */
export function arrange(view, room) {
  const { width, height, small, type, size } = room;
  const [rows, columns] = view.padded;
  const [outRows, outColumns] = view.hidden === "size" ? view.padded : view.out;
  const title = Math.round((small ? 1.15 : 1.7) * size);
  const legend = Math.round((small || view.hidden === "size" ? 0 : 3.6) * size);
  const shown = view.composed ? 1 : view.channels;
  const beside = across(shown);
  const stacked = Math.ceil(shown / beside);
  const between = shown > 1 ? 6 : 0;
  const tall = height - title - 4;
  const kernel = kernelSides(view);
  const least = Math.round(width * (small ? 0.035 : 0.045));
  let cell = LARGEST * Math.max(1, type * 0.8);
  let kernelCell = 0;
  for (let turn = 0; turn < 4; turn++) {
    kernelCell = kernel ? cellOfKernel(kernel, cell, { width, tall: tall - (small ? 0 : title), small, type }) : 0;
    const middle = kernel ? kernel.wide * kernelCell + (kernel.beside - 1) * 6 : operationWidth(room);
    const free = width - legend - 2 * least - middle - (beside - 1) * between;
    cell = Math.min(cell, free / (beside * columns + outColumns), (tall - (stacked - 1) * between) / (stacked * rows), tall / outRows);
  }
  const ratio = window.devicePixelRatio || 1;
  if (cell >= PICTURE_BELOW) cell = Math.floor(cell * ratio) / ratio;
  cell = Math.max(0.2, cell);
  return place({ view, room, cell, kernelCell, kernel, title, legend, beside, stacked, between, shown, outRows, outColumns, tall });
}

function kernelSides(view) {
  if (!view.kernelShape) return null;
  const [channels, rows, columns] = view.kernelShape;
  const beside = across(channels);
  return { beside, stacked: Math.ceil(channels / beside), wide: beside * columns, high: Math.ceil(channels / beside) * rows };
}

function outputCell(cell, rows, columns, unused, { size, type }) {
  const wished = Math.min(READABLE * type, (LEAST_MAP * size) / Math.max(rows, columns), cell + (0.4 * unused) / columns);
  return Math.max(cell, wished >= PICTURE_BELOW ? Math.floor(wished) : wished);
}

const operationWidth = ({ small, size }) => (small ? 3.4 : 6.5) * size;

function cellOfKernel(kernel, cell, { width, tall, small, type }) {
  const wished = Math.max((small ? 13 : 24) * type, Math.min((small ? 26 : 46) * type, 1.35 * cell));
  const gaps = (kernel.stacked - 1) * 6;
  return Math.max(9, Math.floor(Math.min(wished, (0.3 * width) / kernel.wide, (tall - gaps) / kernel.high)));
}

function place({ view, room, cell, kernelCell, kernel, title, legend, beside, stacked, between, shown, outRows, outColumns, tall }) {
  const [rows, columns] = view.padded;
  const wide = { input: beside * columns * cell + (beside - 1) * between, kernel: kernel ? kernel.wide * kernelCell + (kernel.beside - 1) * 6 : operationWidth(room), output: outColumns * cell };
  const asked = view.hidden === "size";
  const unused = room.width - legend - wide.input - wide.kernel - wide.output;
  const outCell = kernel || asked || room.small ? cell : outputCell(cell, outRows, outColumns, unused, room);
  wide.map = outColumns * outCell;
  wide.output = Math.max(wide.map, legend && outRows * outCell < LEAST_MAP * room.size ? Math.min(TITLE * room.size, wide.map + Math.max(0, 0.3 * unused)) : 0); // the bar stands beside the title, too
  const high = { input: stacked * rows * cell + (stacked - 1) * between, kernel: kernel ? kernel.high * kernelCell + (kernel.stacked - 1) * 6 : 2.6 * room.size, output: outRows * outCell };
  const spare = room.width - legend - wide.input - wide.kernel - wide.output;
  const gap = Math.min(spare / 2, room.small ? 0.09 * room.width : 0.13 * room.width);
  const snap = (value) => Math.round(value);
  const left = snap(Math.max(0, (spare - 2 * gap) / 2));
  const top = (side) => snap(title + Math.max(0, (tall - side) / 2));
  const box = (x, side, height) => ({ left: snap(x), top: top(height), width: side, height });
  const input = box(left, wide.input, high.input);
  const inputs = Array.from({ length: shown }, (_, channel) => ({
    left: input.left + (channel % beside) * (columns * cell + between),
    top: input.top + Math.floor(channel / beside) * (rows * cell + between),
    width: columns * cell,
    height: rows * cell,
  }));
  const middle = box(left + wide.input + gap, wide.kernel, high.kernel);
  const output = box(left + wide.input + 2 * gap + wide.kernel, wide.map, high.output);
  const bar = Math.min(tall, Math.max(output.height, 8 * room.size));
  return {
    cell, outCell, kernelCell, title, input, inputs, kernel: middle, output,
    across: kernel?.beside ?? 1,
    legend: legend ? { left: output.left + Math.round(wide.output + room.size), top: top(bar), width: legend, height: bar } : null,
  };
}
