// The equation that made a cell, as pieces [class, text] for `Line` (stage_line.js): no DOM.
//
//   sentence(steps, arrays, name, room) -> pieces      steps: of `dashboard/lens/lineage.py`
//   sentenceOfPart(window, part, arrays, room)          what one map adds
//
// What is written adds up to what is written: decimals grow until it does.

import { bracketed, chosen, digits, sentenceOfPooling, sentenceOfSum, signOf } from "./stage_line.js";
import { decimalsFor, decimalsOf, isShown, rounded, written } from "./stage_numbers.js";

const MORE = 7; // more decimals than usual, at most
const number = (value) => (value === null ? NaN : value);

/** The arrays of a window as parts: { values, weights, sum, name }, whole patches or single cells. */
export function partsOf(window, arrays) {
  const values = arrays[`lit_values${window.key}`];
  const weights = window.weighted ? arrays[`lit_weights${window.key}`] : null;
  const size = window.channels.length ? values.length / window.channels.length : 0;
  return window.channels.map((channel, at) => ({
    channel,
    name: window.names[at],
    sum: number(window.sums[at]),
    values: values.subarray(at * size, (at + 1) * size),
    weights: weights?.subarray(at * size, (at + 1) * size) ?? null,
  }));
}

const termsOf = ({ values, weights }) => Array.from(values, (x, at) => ({ x, w: weights ? weights[at] : 1, product: x * (weights ? weights[at] : 1) }));

/** How many terms the whole sentence has, for `Line`. */
export const termsIn = (steps, arrays) => steps[0].reads.reduce((sum, window) => sum + (single(window, arrays) ? arrays[`lit_values${window.key}`].length : window.channels.length), 0);

/** Whether products are told one by one: where one map is read, or only a number of each. */
const single = (window, arrays) => window.channels.length === 1 || arrays[`lit_values${window.key}`].length === window.channels.length;

/** The whole equation: what gathers, then what changes its value. */
export function sentence(steps, arrays, name, room) {
  const pieces = gathered(steps[0], arrays, name, room);
  for (let at = 1; at < steps.length; at++) pieces.push(...changed(steps[at], number(steps[at - 1].value)));
  const last = pieces.findLastIndex(([kind]) => kind === "result" || kind === "value");
  return pieces.map(([kind, text], at) => [kind === "value" || kind === "result" ? (at === last ? "result" : "value") : kind, text]);
}

function gathered(step, arrays, name, room) {
  const tell = { sum: sum, add: sum, max: pooled, average: pooled, softmax: soft, input: pixel }[step.kind];
  return tell ? tell(step, arrays, name, room) : [["name", name], ["equals", " = "], ["result", short(number(step.value))]];
}

const short = (value) => written(value, Math.max(3, decimalsFor(Math.abs(value))));

function sum(step, arrays, name, room) {
  const windows = step.reads;
  const parts = windows.flatMap((window) => partsOf(window, arrays).map((part) => ({ ...part, alone: single(window, arrays), weighted: window.weighted })));
  const terms = parts.flatMap((part) => (part.alone ? termsOf(part) : [{ x: part.sum, w: 1, product: part.sum, name: part.name }]));
  terms.forEach((term, at) => (term.name ??= parts.length === terms.length && parts.length > 1 && !parts[at].weighted ? parts[at].name : undefined));
  const more = windows.reduce((count, window) => count + window.more, 0);
  const left = windows.reduce((total, window) => total + number(window.rest), 0);
  return added({ name, terms, more, left, bias: number(step.bias), result: number(step.value), room });
}

/** Products, or named sums of maps, the strongest of them written. */
function added({ name, terms, more, left, bias, result, room }) {
  const { shown, rest } = nothing(terms) ? { shown: [], rest: terms } : chosen(terms, room, ({ product }) => Math.abs(product));
  const others = more ? [...rest, { product: left }] : rest;
  const d = digits(shown, others, bias, result);
  const equals = d.exact ? "=" : "≈";
  const pieces = [["name", name], ["equals", ` ${equals} `]];
  shown.forEach((term, at) => {
    if (at) pieces.push(["operator", " + "]);
    if (term.name) pieces.push(["rest", `${term.name}: `], [signOf(term.x), bracketed(written(term.x, d.dx))]);
    else pieces.push(["x", bracketed(written(term.x, d.dx))], ["operator", "·"], [signOf(term.w), bracketed(written(term.w, d.dw))]);
  });
  const count = rest.length + more;
  const zero = others.every(({ product }) => product === 0);
  if (count) pieces.push(["rest", `${shown.length ? " + " : ""}${count.toLocaleString("en-US")} ${shown.length ? "more" : "products"} that ${zero ? "are all" : "add up to"} `], ["x", zero ? "0" : bracketed(written(d.remainder, d.dr))]);
  if (bias) pieces.push(["operator", shown.length || count ? " + " : ""], ["bias", `bias ${bracketed(written(bias, d.db))}`]);
  if (!shown.length && !count && !bias) pieces.push(["x", "0"]);
  pieces.push(["equals", ` ${equals} `], ["result", written(result, d.ofResult)]);
  return pieces;
}

const nothing = (terms) => terms.length > 1 && terms.every(({ product }) => product === 0);

function pooled(step, arrays, name, room) {
  const [part] = partsOf(step.reads[0], arrays);
  const operation = step.kind === "max" ? "max" : "average";
  const terms = Array.from(part.values, (x) => ({ x }));
  const left = step.reads[0].more;
  if (left && operation === "average") return [["name", name], ["equals", " = "], ["rest", `the sum of ${step.reads[0].inputs.toLocaleString("en-US")} values, divided by ${step.divisor.toLocaleString("en-US")}`], ["equals", " = "], ["result", short(number(step.value))]];
  const pieces = sentenceOfPooling({ name, operation, terms, divisor: step.divisor, result: number(step.value) }, room);
  if (operation === "average") return pieces;
  const told = pieces.at(-1)[1];
  const at = pieces.findIndex(([kind, text]) => kind === "x" && text === told);
  return pieces.map(([kind, text], index) => [index === at ? "winner" : kind, text]);
}

function soft(step, arrays, name, room) {
  const { reads: [window], value } = step;
  const parts = partsOf(window, arrays);
  const own = parts.find(({ channel }) => channel === step.channel) ?? parts[0];
  const others = parts.filter((part) => part !== own).slice(0, Math.max(1, room - 1));
  const left = window.maps - 1 - others.length;
  const power = (part) => [["operator", "e"], ["power", written(part.values[0], 2)]];
  const pieces = [["name", name], ["equals", " ≈ "], ...power(own), ["operator", " / ("], ...power(own)];
  for (const part of others) pieces.push(["operator", " + "], ...power(part));
  if (left > 0) pieces.push(["rest", ` + ${left} more`]);
  return [...pieces, ["operator", ")"], ["equals", " ≈ "], ["result", short(number(value))]];
}

function pixel(step, _, name) {
  const { pixel: told, value } = step;
  const result = ["result", short(number(value))];
  if (!told) return [["name", name], ["equals", " = "], result];
  const p = told.values[Math.min(step.channel, told.values.length - 1)];
  const scaled = [["x", String(p)], ["operator", told.scale === 1 ? " / 255" : ` · ${written(told.scale, 3)} / 255`]];
  const plain = told.mean === 0 && told.std === 1;
  const centred = plain ? scaled : [["operator", "("], ...scaled, ["operator", ` − ${bracketed(written(told.mean, 4))}) / ${written(told.std, 4)}`]];
  const stored = told.values.length > 1 ? `   (the pixel's colour: ${told.values.join(", ")})` : "";
  return [["name", name], ["equals", " = "], ...centred, ["equals", " ≈ "], result, ["rest", stored]];
}

// ---- steps that change one value ----
const FUNCTIONS = {
  relu: (x) => Math.max(0, x),
  "leaky relu": (x) => (x < 0 ? 0.01 * x : x),
  elu: (x) => (x < 0 ? Math.expm1(x) : x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};

function changed(step, before) {
  if (step.kind === "function") return applied(step, before);
  if (step.kind === "norm") return normalised(step, before);
  return [];
}

function applied({ words, value }, before) {
  const result = number(value);
  const f = FUNCTIONS[words];
  const decimals = decimalsOf([result], Math.max(2, decimalsFor(Math.abs(result))));
  let d = Math.max(2, decimalsFor(Math.abs(before)));
  for (let more = 0; f && more < MORE && rounded(f(rounded(before, d)), decimals) !== rounded(result, decimals); more++) d++;
  return [["arrow", "  →  "], ["operator", `${words}(`], ["x", written(before, d)], ["operator", ")"], ["equals", isShown(before, d) && isShown(result, decimals) ? " = " : " ≈ "], ["value", written(result, decimals)]];
}

function normalised({ numbers, value }, before) {
  const result = number(value);
  const { mean, deviation, factor, shift } = Object.fromEntries(Object.entries(numbers).map(([name, each]) => [name, number(each)]));
  const all = [before, mean, deviation, factor, shift];
  const decimals = Math.max(2, decimalsFor(Math.abs(result)));
  let told = [];
  for (let more = 0; more < MORE; more++) {
    told = all.map((each) => [each, Math.max(2, decimalsFor(Math.abs(each))) + more]);
    const [x, m, s, f, b] = told.map(([each, d]) => rounded(each, d));
    if (rounded(((x - m) / s) * f + b, decimals) === rounded(result, decimals)) break;
  }
  const [x, m, s, f, b] = told.map(([each, d]) => bracketed(written(each, d)));
  return [["arrow", "  →  "], ["operator", "("], ["x", x], ["operator", ` − ${m}) / ${s} · `], [signOf(factor), f], ["operator", ` + ${b}`], ["equals", " ≈ "], ["value", written(result, decimals)]];
}

/** What one map adds: its products and their sum. */
export function sentenceOfPart(window, part, room) {
  if (!window.weighted) return [["name", part.name], ["equals", " = "], ["result", short(part.values[0])]];
  return sentenceOfSum({ name: `${part.name} adds`, terms: termsOf(part), result: part.sum }, room);
}

/** One product. */
export function sentenceOfCell(part, at, where) {
  const [x, w] = [part.values[at], part.weights?.[at]];
  if (w === undefined) return [["name", where], ["equals", " = "], ["result", short(x)]];
  return sentenceOfSum({ name: `${where} adds`, terms: [{ x, w, product: x * w }], result: x * w }, 1);
}
