// What one output's gradient gives to each cell of its window: the arithmetic of the backward view, and its sentences.

import { MINUS, written } from "./stage_numbers.js";
import { placeOf, windowAt } from "./stage_windows.js";

const told = (value) => written(value, 3);
const signed = (value) => (value < 0 ? `(${told(value)})` : told(value));

/** The windows of all outputs, cells of padding included: one list of { source } each. */
export const rowsOf = (view) => Array.from({ length: view.length }, (_, index) => windowAt(view.axes, placeOf(view.out, index)));

/** { patch: the window on the input itself, shares: [{ source, share }], words(name) -> pieces of the line }. */
export function sharesOf(view, rows, index, gradient) {
  const cells = rows[index];
  const real = cells.filter((cell) => cell.source >= 0);
  const patch = patchOf(view, real);
  const place = (source) => placeOf(view.sides, source).join(",");
  if (view.winners) {
    const source = view.winners[index];
    const words = (name) => [["text", `g[${name}] = `], ["x", told(gradient)], ["text", " goes to the winner alone: "], ["result", `x[${place(source)}] gets ${told(gradient)}`]];
    return { patch, shares: [{ source, share: gradient }], words };
  }
  if (view.operation === "average") {
    const divisor = view.countPadding ? cells.length : real.length;
    const share = gradient / divisor;
    const lost = cells.length - real.length;
    const words = (name) => [
      ["text", `g[${name}] is shared by ${divisor} cells: `], ["x", told(gradient)], ["text", ` / ${divisor} = `], ["result", `${told(share)} to each`],
      ["text", lost && view.countPadding ? `; ${lost} of them ${lost > 1 ? "are" : "is"} padding, where it is lost` : ""],
    ];
    return { patch, shares: real.map(({ source }) => ({ source, share })), words };
  }
  const output = view.output[index];
  const shares = real.map(({ source }) => {
    const x = view.input[source];
    return { source, share: output > 0 ? gradient * output ** (1 - view.power) * Math.abs(x) ** (view.power - 1) * Math.sign(x) : 0 };
  });
  const words = (name) => [
    ["text", `g[${name}] = `], ["x", told(gradient)], ["text", `, times (x / y)^${view.power - 1} with y = ${told(output)}: `],
    ["result", shares.slice(0, 9).map(({ source, share }) => `x[${place(source)}] gets ${told(share)}`).join(", ") + (shares.length > 9 ? ", …" : "")],
  ];
  return { patch, shares, words };
}

function patchOf(view, cells) {
  const places = cells.map(({ source }) => placeOf(view.sides, source));
  const [row, column] = [0, 1].map((axis) => Math.min(...places.map((place) => place[axis])));
  const [bottom, right] = [0, 1].map((axis) => Math.max(...places.map((place) => place[axis])));
  return { row, column, rows: bottom - row + 1, columns: right - column + 1 };
}

/** What arrives at a cell, added up: "x.grad[2,3] = 1 + 2 = 3, from g[0,1], g[1,1]". */
export function sumPieces(where, found, name) {
  const sum = found.reduce((total, { share }) => total + share, 0);
  const terms = found.flatMap(({ share }, at) => [["text", at ? " + " : ""], ["x", signed(share)]]);
  const from = found.map(({ index }) => `g[${name(index)}]`).join(", ");
  return [["text", `${where} = `], ...terms, ...(found.length > 1 ? [["text", " = "], ["result", told(sum).replace("-", MINUS)]] : []), ["text", `, from ${from}`]];
}
