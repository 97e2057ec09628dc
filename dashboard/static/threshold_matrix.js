// The four counts as a matrix of two rows and two columns, with what a mistake of each kind costs.

import { count, css, hex, ink, make, percent } from "./kit.js";
import { draw, letterOf } from "./threshold_plot.js";

const RIGHT = "#2166ac";
const WRONG = "#e08214";
const CELLS = [
  ["tn", 0, 0],
  ["fp", 0, 1],
  ["fn", 1, 0],
  ["tp", 1, 1],
];
const NAMES = { tn: "true negatives", fp: "false positives", fn: "false negatives", tp: "true positives" };
const GAP = 4;

function fill(look, right, share) {
  const paper = hex(/^#[0-9a-f]{6}$/i.test(look.paper) ? look.paper : look.dark ? "#12161c" : "#ffffff");
  const tone = hex(right ? RIGHT : WRONG);
  const strength = share > 0 ? 0.12 + 0.88 * (right ? share : Math.sqrt(share)) : 0.04;
  return paper.map((value, channel) => value + (tone[channel] - value) * strength);
}

const cut = (name, room) => (name.length > room ? `${name.slice(0, Math.max(1, room - 1))}…` : name);

export class FourCounts {
  /** onCost("fp" or "fn", number): the user has set what such a mistake costs. onCell(name): wants to see the samples. */
  constructor({ onCost, onCell }) {
    this.onCell = onCell;
    this.picture = draw(document.createDocumentFragment(), "svg", { role: "group" });
    this.costs = Object.fromEntries(["fp", "fn"].map((name) => [name, this.input(name, onCost)]));
    this.element = make("div", { class: "threshold-matrix" }, this.picture, ...Object.values(this.costs).map((input) => input.parentElement));
  }

  input(name, onCost) {
    const words = `What one of the ${NAMES[name]} costs`;
    const input = make("input", { type: "number", min: 0, max: 1_000_000, step: "any", title: words, "aria-label": words });
    input.addEventListener("input", () => {
      const value = Number(input.value);
      const right = input.value !== "" && Number.isFinite(value) && value >= 0 && value <= 1_000_000;
      input.setAttribute("aria-invalid", !right);
      if (right) onCost(name, value);
    });
    make("label", { class: "threshold-cost" }, "cost ", input);
    return input;
  }

  /** head: { name, rest } of the two rows. */
  load(head, look, width, height) {
    const letter = letterOf(look, height);
    const side = Math.min(0.3 * width, 6.2 * letter);
    const top = 1.5 * letter;
    const cell = { width: (width - side - GAP) / 2, height: (height - top - GAP) / 2 };
    Object.assign(this, { look, letter, cell, cells: {} });
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.picture.setAttribute("font-family", look.font);
    this.picture.replaceChildren();
    const rows = [head.rest, head.name];
    const room = Math.floor(side / (0.56 * letter)) - 1;
    rows.forEach((name, at) => {
      const across = side + at * (cell.width + GAP) + cell.width / 2;
      const down = top + at * (cell.height + GAP) + cell.height / 2;
      const words = { "font-size": letter, fill: look.muted };
      draw(this.picture, "text", { ...words, x: across, y: 0.9 * letter, "text-anchor": "middle" }, `says ${cut(name, Math.floor(cell.width / (0.56 * letter)) - 5)}`);
      draw(this.picture, "text", { ...words, x: side - 8, y: down + 0.35 * letter, "text-anchor": "end" }, cut(name, room));
    });
    for (const [name, row, column] of CELLS) this.cells[name] = this.box(name, side + column * (cell.width + GAP), top + row * (cell.height + GAP));
    for (const [name, input] of Object.entries(this.costs)) {
      const { x, y } = this.cells[name];
      Object.assign(input.parentElement.style, { left: `${x}px`, top: `${y + cell.height - 2.1 * letter}px`, width: `${cell.width}px` });
    }
  }

  box(name, x, y) {
    const { cell, letter, picture } = this;
    const priced = name in this.costs;
    const short = cell.height < 6.4 * letter; // no room for two lines above the cost
    const tall = Math.min(2.4 * letter, 0.36 * cell.height);
    const fits = short ? Math.min(1, (0.94 * cell.width) / (2.8 * tall + 3.6 * letter)) : 1; // 9,999 and 99.9 % in one line
    const [large, type] = [fits * tall, fits * letter];
    const group = draw(picture, "g", { role: "button", tabindex: 0, class: "threshold-cell", "aria-label": `See the ${NAMES[name]}` });
    group.addEventListener("click", () => this.onCell(name));
    group.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), this.onCell(name)));
    draw(group, "title", {}, `${NAMES[name]}: click to see the samples`);
    const rect = draw(group, "rect", { x, y, width: cell.width, height: cell.height, rx: 7 });
    const centre = y + cell.height * (priced ? (short ? 0.42 : 0.3) : 0.46) + 0.2 * large;
    const middle = priced && short ? Math.min(centre, y + cell.height - 2.3 * letter) : centre; // above the cost
    const text = { x: x + cell.width / 2, "text-anchor": "middle" };
    const line = draw(group, "text", { ...text, y: middle + (short && !priced ? 0.15 * large : 0) });
    const number = draw(line, "tspan", { "font-size": large, "font-weight": 700 });
    const small = short ? draw(line, "tspan", { "font-size": type, dx: 0.5 * type }) : draw(group, "text", { ...text, y: middle + 1.3 * letter, "font-size": letter });
    const kind = draw(group, "text", { x: x + 6, y: y + 1.15 * letter, "font-size": 0.85 * letter }, cell.height < 5 * letter ? "" : name.toUpperCase());
    return { x, y, rect, number, small, kind };
  }

  set(counts, costs) {
    const rows = { tn: counts.tn + counts.fp, fp: counts.tn + counts.fp, fn: counts.fn + counts.tp, tp: counts.fn + counts.tp };
    for (const [name, parts] of Object.entries(this.cells ?? {})) {
      const share = rows[name] ? counts[name] / rows[name] : 0;
      const colour = fill(this.look, name === "tn" || name === "tp", share);
      const over = ink(colour);
      parts.rect.setAttribute("fill", css(colour));
      for (const text of [parts.number, parts.small, parts.kind]) text.setAttribute("fill", over);
      parts.number.textContent = count(counts[name]);
      parts.small.textContent = rows[name] ? percent(share) : "no sample";
      if (name in this.costs) this.costs[name].parentElement.style.color = over;
    }
    this.picture.setAttribute("aria-label", CELLS.map(([name]) => `${count(counts[name])} ${NAMES[name]}`).join(", "));
    for (const [name, input] of Object.entries(this.costs)) if (document.activeElement !== input && input.getRootNode().activeElement !== input) input.value = costs[name];
  }
}
