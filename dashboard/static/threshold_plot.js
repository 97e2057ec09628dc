// One curve over two shares, each 0..1, with the point of the threshold on it. A press or a drag takes the nearest point.

import { make } from "./kit.js";

const SVG = "http://www.w3.org/2000/svg";
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Size of the type, in CSS pixels, of a figure of this height: larger in projector mode, and on a large screen. */
export const letterOf = (look, height) => 12.5 * (0.4 + 0.6 * look.type) * Math.max(1, Math.min(1.3, height / 400));

/** Append an SVG element. */
export function draw(parent, name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

export class SharePlot {
  /** stairs: level between the points. onPick(x, y, done): shares under the hand. */
  constructor({ stairs, onPick }) {
    Object.assign(this, { stairs });
    this.picture = document.createElementNS(SVG, "svg");
    this.picture.setAttribute("role", "img");
    this.element = make("div", { class: "threshold-plot" }, this.picture);
    const pick = (event, done) => {
      const box = this.picture.getBoundingClientRect();
      if (this.right) onPick((event.clientX - box.left - this.left) / (this.right - this.left), (this.bottom - event.clientY + box.top) / (this.bottom - this.top), done);
    };
    this.picture.addEventListener("pointerdown", (event) => {
      this.picture.setPointerCapture(event.pointerId);
      pick(event, false);
    });
    this.picture.addEventListener("pointermove", (event) => event.buttons && pick(event, false));
    this.picture.addEventListener("pointerup", (event) => pick(event, true));
  }

  x(share) {
    return this.left + share * (this.right - this.left);
  }

  y(share) {
    return this.bottom - share * (this.bottom - this.top);
  }

  path(xs, ys) {
    let line = "";
    for (let at = 0; at < xs.length; at++) {
      const [x, y] = [this.x(xs[at]).toFixed(1), this.y(ys[at]).toFixed(1)];
      if (!at) line = this.stairs ? `M${this.x(0).toFixed(1)},${y}H${x}` : `M${x},${y}`;
      else line += this.stairs ? `V${y}H${x}` : `L${x},${y}`;
    }
    return line;
  }

  /** figure: { titles: {x, y}, level: share of the dashed line or null for the diagonal, level_words, curves: [{x, y, colour, name, width}], reason, words } */
  load(figure, look, width, height) {
    Object.assign(this, { figure, look });
    const letter = letterOf(look, height);
    Object.assign(this, { letter, left: 4 * letter, right: width - 0.8 * letter, top: 0.6 * letter, bottom: height - 3.1 * letter });
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.picture.setAttribute("aria-label", figure.words);
    this.picture.setAttribute("font-family", look.font);
    this.picture.replaceChildren();
    this.axes(figure.titles);
    if (figure.reason) return this.say(figure.reason, width);
    this.reference(figure);
    figure.curves.forEach((curve) => draw(this.picture, "path", { d: this.path(curve.x, curve.y), fill: "none", stroke: curve.colour, "stroke-width": curve.width * look.line, "stroke-linejoin": "round" }));
    this.guide = draw(this.picture, "path", { stroke: look.muted, "stroke-dasharray": "2 3", fill: "none" });
    this.dot = draw(this.picture, "circle", { r: 7 * look.line ** 0.5, fill: "#f5a623", stroke: look.paper, "stroke-width": 2 });
    this.label = draw(this.picture, "text", { "font-size": 1.05 * letter, "font-weight": 650, fill: look.text, stroke: look.paper, "stroke-width": 4, "paint-order": "stroke" });
    return undefined;
  }

  axes(titles) {
    const { look, letter, picture } = this;
    const words = { "font-size": letter, fill: look.muted };
    for (const tick of TICKS) {
      draw(picture, "path", { d: `M${this.x(0)},${this.y(tick)}H${this.x(1)}M${this.x(tick)},${this.y(0)}V${this.y(1)}`, stroke: look.border, fill: "none" });
      draw(picture, "text", { ...words, x: this.left - 6, y: this.y(tick) + 0.35 * letter, "text-anchor": "end" }, tick);
      draw(picture, "text", { ...words, x: this.x(tick), y: this.bottom + 1.25 * letter, "text-anchor": "middle" }, tick);
    }
    const across = (this.left + this.right) / 2;
    const along = (this.top + this.bottom) / 2;
    draw(picture, "text", { ...words, fill: look.text, x: across, y: this.bottom + 2.6 * letter, "text-anchor": "middle" }, titles.x);
    draw(picture, "text", { ...words, fill: look.text, "text-anchor": "middle", transform: `translate(${0.9 * letter} ${along}) rotate(-90)` }, titles.y);
  }

  say(reason, width) {
    this.dot = null;
    const line = Math.max(12, Math.floor((width - this.left) / (0.55 * this.letter)));
    const words = reason.match(new RegExp(`.{1,${line}}(\\s|$)`, "g")) ?? [reason];
    words.forEach((text, at) => draw(this.picture, "text", { x: (this.left + this.right) / 2, y: (this.top + this.bottom) / 2 + 1.4 * at * this.letter, "font-size": this.letter, fill: this.look.text, "text-anchor": "middle" }, text.trim()));
  }

  reference({ level, level_words: words }) {
    const [from, to] = level === null ? [0, 1] : [level, level];
    draw(this.picture, "path", { d: `M${this.x(0)},${this.y(from)}L${this.x(1)},${this.y(to)}`, stroke: this.look.muted, "stroke-dasharray": "5 4", fill: "none" });
    const above = level !== null && level > 0.93 ? 1.2 * this.letter : -0.4 * this.letter;
    const at = level === null ? { x: this.x(0.66), y: this.y(0.6) } : { x: this.x(0.03), y: this.y(level) + above };
    draw(this.picture, "text", { ...at, "font-size": 0.95 * this.letter, fill: this.look.muted }, words);
  }

  /** Move the point; null hides it. text stands beside it. */
  mark(x, y, text) {
    if (!this.dot) return;
    const shown = x !== null && y !== null;
    for (const part of [this.dot, this.label, this.guide]) part.setAttribute("visibility", shown ? "visible" : "hidden");
    if (!shown) return;
    const [right, up] = [this.x(x), this.y(y)];
    this.guide.setAttribute("d", `M${this.left},${up}H${right}V${this.bottom}`);
    this.dot.setAttribute("cx", right);
    this.dot.setAttribute("cy", up);
    const ending = x > 0.55;
    this.label.setAttribute("x", right + (ending ? -0.9 : 0.9) * this.letter);
    this.label.setAttribute("y", Math.min(this.bottom - 0.5 * this.letter, up + (y > 0.5 ? 1.5 : -0.8) * this.letter));
    this.label.setAttribute("text-anchor", ending ? "end" : "start");
    this.label.textContent = text;
  }
}
