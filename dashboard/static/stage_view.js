// What one stage shows, out of the packed block, and what is said of it.
//
//   const view = viewOf(head, arrays);           // head, arrays: of packed.js; a prefix "0." for stages of a deck
//   focus: { kind: "output", index } or { kind: "input", channel, row, column } (of the padded input)
//   sentence(view, focus, position) -> { pieces(room), terms }; position: of the player, where a value may be hidden

import { count } from "./kit.js";
import { diverging, grey, ink, ramp } from "./stage_colours.js";
import { sentenceOfPooling, sentenceOfSum } from "./stage_line.js";
import { MINUS, decimalsFor, decimalsOf, largestOf, written } from "./stage_numbers.js";
import { extent, indexOf, kindsOf, outputShape, paddedShape, placeOf, pooled, products, reached, sizeOf } from "./stage_windows.js";

export function viewOf(head, arrays, prefix = "") {
  const of = (name) => arrays[prefix + name] ?? null;
  const [channels, ...sides] = head.shape;
  const out = outputShape(head.axes);
  const own = head.axes.map(ownAlong);
  return {
    ...head,
    input: of("input"), kernel: of("kernel"), output: of("output"), winners: of("winners"),
    channels, sides, plane: sizeOf(sides), out, length: sizeOf(out), padded: paddedShape(head.axes), kinds: kindsOf(head.axes), own,
    composed: head.colours === "rgb" && channels === 3,
  };
}

/** Where each input index lies in the padded axis. */
function ownAlong(axis) {
  const own = new Map();
  axis.source.forEach((source, index) => source >= 0 && index >= axis.before && !own.has(source) && own.set(source, index));
  return own;
}

export function inputScale(view, look) {
  const [low, high] = view.limits;
  if (view.colours === "grey" || view.colours === "rgb") return grey(low, high);
  if (view.colours === "sequential") return ramp(low, high, view.palette.sequential);
  if (view.colours === "diverging") return diverging(Math.max(Math.abs(low), Math.abs(high)), view.palette.diverging, look.dark);
  return ink(low, high, look);
}

export function outputScale(view, look) {
  if (!view.signed) return inputScale(view, look);
  return diverging(largestOf(view.output), view.palette.diverging, look.dark);
}

/** Where in the padded input the winner of this output lies, or null. */
export function winnerOf(view, index) {
  const source = view.winners ? view.winners[index] : -1;
  if (!(source >= 0)) return null;
  const [row, column] = placeOf(view.sides, source).map((at, axis) => view.own[axis].get(at));
  return row === undefined || column === undefined ? null : { row, column };
}

/** The window of an output as it lies on the padded input: { row, column, rows, columns, taps: [[row, column]] }. */
export function patchOf(view, index) {
  const { first, last } = extent(view.axes, placeOf(view.out, index));
  const dilated = view.axes.some((axis) => axis.dilation > 1);
  const along = (axis) => {
    const indices = [];
    for (let at = first[axis]; at <= last[axis]; at += view.axes[axis].dilation) if (at >= 0 && at < view.padded[axis]) indices.push(at);
    return indices;
  };
  const [row, column] = first.map((at) => Math.max(0, at));
  const [bottom, right] = last.map((at, axis) => Math.min(view.padded[axis] - 1, at));
  const taps = dilated ? along(0).flatMap((r) => along(1).map((c) => [r, c])) : null;
  return { row, column, rows: bottom - row + 1, columns: right - column + 1, taps };
}

export const nameOf = (view, place) => `${view.name}[${place.join(",")}]`;

/** What is said of a focus: `pieces(room)` for the line, and how many terms it has. */
export function sentence(view, focus, position) {
  if (view.hidden === "size") return { pieces: () => unknownPieces(view, focus), terms: 0 };
  const hidden = view.hidden === "value" && focus.index >= position;
  if (focus.kind === "input") return { pieces: () => reachPieces(view, focus), terms: 0 };
  const place = placeOf(view.out, focus.index);
  const name = nameOf(view, place);
  const result = view.output[focus.index];
  if (view.operation === "sum" && view.kernel) {
    const { terms } = products(view, place);
    return { pieces: (room) => sentenceOfSum({ name, terms, result, bias: view.bias, hidden }, room), terms: terms.length };
  }
  const { terms, divisor } = pooled(view, place);
  const all = { name, operation: view.operation, terms, divisor, power: view.power, result, hidden };
  const cut = cutPieces(view, place);
  return { pieces: (room) => [...sentenceOfPooling(all, room), ...cut], terms: terms.length };
}

/** Of a window that ceil mode added and the end of the input cuts: adaptive windows are as long at both ends. */
function cutPieces({ axes }, place) {
  if (axes.every(({ lengths }) => lengths[lengths.length - 1] >= lengths[0])) return [];
  const own = axes.map(({ lengths }, axis) => lengths[place[axis]]);
  const whole = axes.map(({ lengths }) => lengths[0]);
  if (String(own) === String(whole)) return [];
  return [["text", `, cut off at the end: ${own.join("×")} of ${whole.join("×")} cells`]];
}

/** 3, 4, 5 -> "3 to 5"; 0, 2, 4 -> "0, 2, 4". */
export function listed(indices) {
  const even = indices.every((at, index) => index === 0 || at === indices[index - 1] + 1);
  if (even && indices.length > 2) return `${indices[0]} to ${indices.at(-1)}`;
  if (indices.length <= 6) return indices.join(", ");
  return `${indices.slice(0, 3).join(", ")} … ${indices.at(-1)}`;
}

/** What stands in a cell of the padded input, in words. */
export function cellWords(view, { channel = 0, row, column }) {
  const index = row * view.padded[1] + column;
  const places = [row, column].map((at, axis) => view.axes[axis].source[at]);
  const artificial = places.some((at) => at < 0);
  const x = artificial ? 0 : view.input[channel * view.plane + indexOf(view.sides, places)];
  const value = written(x, decimalsOf([x], decimalsFor(Math.abs(x)) + 1));
  const at = view.channels > 1 && !view.composed ? [channel, ...places] : places;
  if (view.kinds[index] === 0) return { value: x, words: `x[${at.join(",")}] = ${view.composed ? colourWords(view, places) : value}` };
  if (artificial) {
    const skipped = view.operation === "sum" || view.operation === "average" ? "0" : view.operation === "min" ? "∞" : `${MINUS}∞`;
    return { value: x, words: view.kinds[index] === 2 ? "A zero between the inputs" : `A padding cell, ${view.operation === "lp" ? "0" : skipped},` };
  }
  return { value: x, words: `A padding cell, a copy of x[${at.join(",")}] = ${value},` };
}

function colourWords(view, places) {
  const index = indexOf(view.sides, places);
  const values = [0, 1, 2].map((channel) => view.input[channel * view.plane + index]);
  return `(${values.map((x) => written(x, 2)).join(", ")})`;
}

const unknownPieces = (view, focus) =>
  focus.kind === "input" ? [["x", cellWords(view, focus).words]] : [["text", "How large is the output? Guess, then reveal it."]];

function reachPieces(view, focus) {
  const [rows, columns] = reachedBy(view, focus);
  const number = rows.length * columns.length;
  const { words } = cellWords(view, focus);
  if (!number) return [["text", `${words} reaches no output: no window reads it.`]];
  const where = number === 1 ? nameOf(view, [rows[0], columns[0]]) : `rows ${listed(rows)}, columns ${listed(columns)}`;
  return [["x", words], ["text", ` reaches ${count(number)} ${number === 1 ? "output" : "outputs"}: `], ["result", where]];
}

/** The outputs that a cell of the padded input reaches: [rows, columns]. */
export const reachedBy = (view, { row, column }) => reached(view.axes, [row, column], view.kinds[row * view.padded[1] + column] !== 0);
