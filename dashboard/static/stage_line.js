// One line that shows every product of a window and their sum with the numbers put in.
//
//   const line = new Line();  parent.append(line.element);
//   line.show((room) => sentenceOfSum({ name: "y[4,7]", terms, result }, room), terms.length);   // terms: stage_windows.js
//   line.show((room) => sentenceOfPooling({ name, operation, terms, divisor, power, result }, room), terms.length);
//   line.show([["text", "x[2,3] = 9 reaches 9 outputs"]]);                          // pieces: [class, text]
//
// The numbers are rounded as far as the screen needs and never so far that they seem not to add up: what is written,
// reckoned by hand, rounds to the result that is written. "=" stands where all is exact, "≈" where anything was rounded.

import { make } from "./kit.js";
import { MINUS, decimalsFor, decimalsOf, isShown, largestOf, rounded, written } from "./stage_numbers.js";

const LOST = 9; // characters that rows lose where a term does not fit their end, and to the larger result
const CLOSER = 7; // how many more decimals may be needed until rounded terms add up

/** The terms that are written: all where they fit, else the ones that weigh most, in their order. */
export function chosen(terms, most, weight) {
  if (terms.length <= most) return { shown: terms, rest: [] };
  const order = terms.map((_, index) => index).sort((a, b) => weight(terms[b]) - weight(terms[a]) || a - b);
  const keep = new Set(order.slice(0, Math.max(1, most - 1)).filter((index, at) => at === 0 || weight(terms[index]) > 0));
  return { shown: terms.filter((_, index) => keep.has(index)), rest: terms.filter((_, index) => !keep.has(index)) };
}

/** Decimals for the two factors, the rest and the result at which what is written adds up to what is written. */
export function digits(shown, rest, bias, result) {
  const sum = (terms) => terms.reduce((total, { product }) => total + product, 0);
  const [xs, ws] = [shown.map(({ x }) => x), shown.map(({ w }) => w)];
  const scale = shown.concat(rest).reduce((total, { product }) => total + Math.abs(product), Math.abs(bias));
  const ofResult = decimalsOf([result], decimalsFor(Math.max(Math.abs(result), scale / 1000)));
  const remainder = sum(rest);
  let found;
  for (let more = 0; more <= CLOSER; more++) {
    const dx = decimalsOf(xs, Math.min(9, decimalsFor(largestOf(xs)) + more));
    const dw = decimalsOf(ws, Math.min(9, decimalsFor(largestOf(ws)) + more));
    const dr = decimalsOf([remainder], Math.min(9, decimalsFor(Math.abs(remainder)) + more));
    const db = decimalsOf([bias], Math.min(9, decimalsFor(Math.abs(bias)) + more));
    const told = shown.reduce((total, { x, w }) => total + rounded(x, dx) * rounded(w, dw), rounded(remainder, dr) + rounded(bias, db));
    const exact = xs.every((x) => isShown(x, dx)) && ws.every((w) => isShown(w, dw)) && isShown(remainder, dr, scale) && isShown(bias, db);
    found = { dx, dw, dr, db, remainder, ofResult, exact: exact && isShown(result, ofResult, scale) };
    if (found.exact || Math.abs(told - result) <= 0.5 * 10 ** -ofResult && rounded(told, ofResult) === rounded(result, ofResult)) break;
  }
  return found;
}

export const signOf = (w) => (w > 0 ? "plus" : w < 0 ? "minus" : "zero");
export const bracketed = (text) => (text.startsWith(MINUS) ? `(${text})` : text);

/** room: how many terms fit. hidden: the result is not told. Returns pieces [class, text]. */
export function sentenceOfSum({ name, terms, result, bias = 0, hidden = false }, room = 12) {
  const { shown, rest } = chosen(terms, room, ({ product }) => Math.abs(product));
  const d = digits(shown, rest, bias, result);
  const equals = d.exact ? "=" : "≈";
  const pieces = [["name", name], ["equals", ` ${equals} `]];
  shown.forEach((term, index) => {
    if (index) pieces.push(["operator", " + "]);
    pieces.push(["x", bracketed(written(term.x, d.dx))], ["operator", "·"], [signOf(term.w), bracketed(written(term.w, d.dw))]);
  });
  if (rest.length) {
    const zero = rest.every(({ product }) => product === 0);
    const told = zero ? "0" : written(d.remainder, d.dr);
    pieces.push(["rest", ` + ${rest.length} more that ${zero ? "are all" : "add up to"} `], ["x", bracketed(told)]);
  }
  if (bias) pieces.push(["operator", " + "], ["bias", `bias ${bracketed(written(bias, d.db))}`]);
  pieces.push(["equals", ` ${equals} `], ["result", hidden ? "?" : written(result, d.ofResult)]);
  return pieces;
}

/** The same for a pooling window: max(3, 1, 4, 1) = 4. */
export function sentenceOfPooling({ name, operation, terms, divisor = 1, power = 2, result, hidden = false }, room = 16) {
  const { shown, rest } = chosen(terms, room, ({ x }) => (operation === "min" ? -x : operation === "max" ? x : Math.abs(x)));
  const xs = shown.map(({ x }) => x);
  const adds = operation === "average" || operation === "lp";
  const raised = (x) => (operation === "lp" ? Math.abs(x) ** power : x);
  const remainder = rest.reduce((total, { x }) => total + raised(x), 0);
  const finish = (total) => (operation === "lp" ? Math.max(0, total) ** (1 / power) : total / divisor);
  const ofResult = decimalsOf([result], decimalsFor(Math.max(Math.abs(result), largestOf(xs) / 1000)));
  let [dx, dr, exact] = [0, 0, false];
  for (let more = 0; more <= CLOSER; more++) {
    dx = decimalsOf(xs, Math.min(9, decimalsFor(largestOf(xs)) + more));
    dr = decimalsOf([remainder], Math.min(9, decimalsFor(Math.abs(remainder)) + more));
    const told = adds ? finish(xs.reduce((total, x) => total + raised(rounded(x, dx)), rounded(remainder, dr))) : rounded(result, dx);
    exact = xs.every((x) => isShown(x, dx)) && isShown(remainder, dr) && isShown(result, adds ? ofResult : dx, largestOf(xs));
    if (exact || !adds || rounded(told, ofResult) === rounded(result, ofResult)) break;
  }
  const equals = exact ? "=" : "≈";
  const separator = adds ? " + " : ", ";
  const pieces = [["name", name], ["equals", ` ${equals} `], ["operator", adds ? "(" : `${operation}(`]];
  shown.forEach(({ x }, index) => {
    if (index) pieces.push(["operator", separator]);
    const text = written(x, dx);
    pieces.push(["x", operation === "lp" && x < 0 ? `|${text}|` : adds ? bracketed(text) : text]);
    if (operation === "lp") pieces.push(["operator", superscript(power)]);
  });
  if (rest.length) {
    pieces.push(["rest", adds ? ` + ${rest.length} more that add up to ` : `, and ${rest.length} more`]);
    if (adds) pieces.push(["x", bracketed(written(remainder, dr))]);
  }
  const end = operation === "average" ? `) / ${divisor}` : operation === "lp" ? `)^(1/${written(power, 2)})` : ")";
  pieces.push(["operator", end], ["equals", ` ${equals} `], ["result", hidden ? "?" : written(result, adds ? ofResult : dx)]);
  return pieces;
}

const superscript = (power) => (Number.isInteger(power) && power >= 0 && power < 10 ? "⁰¹²³⁴⁵⁶⁷⁸⁹"[power] : `^${written(power, 2)}`);

/** The element: as high as two rows of text always; what is longer is scrolled inside. */
export class Line {
  constructor({ live = true } = {}) {
    this.text = make("span", { class: "line-text" });
    this.more = make("button", { type: "button", class: "line-more", "aria-pressed": "false", hidden: "" });
    this.box = make("div", { class: "line-box", tabindex: "0", role: "group", "aria-label": "Equation" }, this.text);
    this.element = make("div", { class: "line" }, this.box, this.more);
    if (live) this.text.setAttribute("aria-live", "polite");
    this.all = false;
    this.more.addEventListener("click", () => this.unfold(!this.all));
    this.box.addEventListener("wheel", () => !this.all && !this.more.hidden && this.unfold(true), { passive: true });
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Tab" || event.key === "Escape") return;
      event.stopPropagation();
      if (!this.all && !this.more.hidden && event.key === "ArrowDown") this.unfold(true);
    });
  }

  unfold(all) {
    this.all = all;
    this.again?.();
  }

  /** How many characters fit the two rows of the line; a term that does not fit the end of a row goes into the next. */
  measure() {
    const style = getComputedStyle(this.box);
    const letter = parseFloat(getComputedStyle(this.text).fontSize) * 0.602;
    const button = this.more.hidden ? 0 : this.more.offsetWidth + parseFloat(getComputedStyle(this.more).marginRight);
    this.width = this.box.clientWidth + button - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const letters = (room) => Math.max(24, 2 * Math.floor(room / letter) - LOST);
    this.whole = letters(this.width); // where nothing is folded
    this.letters = letters(this.width - (button || 5 * letter + 22)); // with the button to the right
  }

  /** The pieces with as many terms as fit. */
  fitted(make, terms) {
    let room = terms;
    let pieces = make(room);
    const length = pieces.reduce((sum, [, text]) => sum + text.length, 0);
    if (length <= this.whole) return { pieces, folds: false };
    for (let turn = 0; turn < 8 && room > 2; turn++) {
      const length = pieces.reduce((sum, [, text]) => sum + text.length, 0);
      if (length <= this.letters) break;
      room = Math.min(room - 1, Math.floor((room * this.letters) / length));
      pieces = make(Math.max(2, room));
    }
    return { pieces, folds: room < terms };
  }

  /** Pieces, or make(room) -> pieces of a sentence with so many `terms` in all. */
  show(make, terms = 0) {
    this.again = () => this.show(make, terms);
    if (!this.width) this.measure();
    if (typeof make !== "function") return this.put(make, false);
    const { pieces, folds } = this.fitted(make, terms);
    if (folds) {
      const told = this.all ? "fewer" : `all ${terms}`;
      if (this.more.textContent !== told) this.more.textContent = told;
      this.more.setAttribute("aria-pressed", String(this.all));
    }
    return this.put(folds && this.all ? make(Infinity) : pieces, folds);
  }

  put(pieces, folds) {
    if (this.more.hidden === folds) this.more.hidden = !folds;
    this.text.replaceChildren(...pieces.map(([kind, text]) => {
      const piece = document.createElement("span");
      if (kind !== "text") piece.className = `line-${kind}`;
      piece.textContent = text;
      return piece;
    }));
  }
}
