// Where numbers lie in memory: the whole array as a strip in the channels' colours with the window's runs on it, and from
// near the numbers around the one that is looked at.

import { make } from "./kit.js";
import { LIGHTS } from "./lesson_lights.js";
import { written } from "./stage_numbers.js";

const NEAR = 13; // numbers shown from near
const STRIPE = 4; // CSS pixels of a channel where channels take turns

/** Offset of one number of the input, counted from 0. */
export const offsetOf = ({ order, channels, size }, channel, row, column) =>
  order === "NHWC" ? (row * size + column) * channels + channel : (channel * size + row) * size + column;

/** Which number of the input lies there. */
export function placeOf({ order, channels, size }, offset) {
  if (order === "NHWC") return { channel: offset % channels, row: Math.floor(offset / channels / size), column: Math.floor(offset / channels) % size };
  return { channel: Math.floor(offset / size ** 2), row: Math.floor(offset / size) % size, column: offset % size };
}

/** Runs of neighbours in memory, [[first, length], ...], that a window of `rows` by `columns` reads in `each` channels. */
export function runsOf(head, { channel, row, column, each, side }) {
  if (head.order === "NHWC" && each === head.channels) return Array.from({ length: side }, (_, y) => [offsetOf(head, 0, row + y, column), side * each]);
  const inOne = head.order === "NCHW";
  return Array.from({ length: each * side * (inOne ? 1 : side) }, (_, at) => {
    if (inOne) return [offsetOf(head, channel + Math.floor(at / side), row + (at % side), column), side];
    return [offsetOf(head, channel, row + Math.floor(at / side), column + (at % side)), each];
  });
}

/** at: { channel, row, column } of a number of the input; side, each: of the window that begins there (1 for one pixel). */
export function drawMemory(box, head, values, at, count) {
  const total = head.channels * head.size ** 2;
  const first = offsetOf(head, at.channel, at.row, at.column);
  const further = head.channels > 1 ? offsetOf(head, 1, 0, 0) : 0;
  const whole = make("div", { class: "memory-whole", style: `background:${stripes(head)}` });
  for (const [start, length] of runsOf(head, at)) {
    whole.append(make("i", { style: `left:${(100 * start) / total}%;width:max(2px,${(100 * length) / total}%)` }));
  }
  const from = Math.max(0, Math.min(total - NEAR, first - 3));
  const near = make("div", { class: "memory-near" });
  for (let offset = from; offset < from + NEAR; offset++) {
    const { channel, row, column } = placeOf(head, offset);
    const value = values[(channel * head.size + row) * head.size + column];
    const lit = offset === first ? " lit" : "";
    near.append(make("span", { class: `memory-number${lit}`, style: `--light:${LIGHTS[channel % 3]}` }, written(value, 1).replace(/^0\./, ".")));
  }
  const name = head.names[at.channel];
  const next = head.names[(at.channel + 1) % head.channels];
  const last = at.channel + 1 === head.channels;
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", `${head.order}: ${name} of row ${at.row}, column ${at.column} is number ${first} of ${total}, from 0`);
  box.replaceChildren(whole, near, make("p", {}, `${name} of row ${at.row}, column ${at.column} is number ${count(first)} of ${count(total)}${last ? "" : `; its ${next} lies ${count(further)} further on`}`));
}

function stripes({ order, channels }) {
  const colours = Array.from({ length: channels }, (_, at) => LIGHTS[at % 3]);
  if (order === "NHWC") return `repeating-linear-gradient(90deg, ${colours.map((colour, at) => `${colour} ${at * STRIPE}px ${(at + 1) * STRIPE}px`).join(", ")})`;
  return `linear-gradient(90deg, ${colours.map((colour, at) => `${colour} ${(100 * at) / channels}% ${(100 * (at + 1)) / channels}%`).join(", ")})`;
}
