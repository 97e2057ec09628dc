// A confusion matrix as a table that fits its card, and can be zoomed where there are many classes. Pointing and arrow
// keys read a cell, a click or Enter chooses it, Escape takes the choice back.
import { look, make } from "./kit.js";
import { unpack } from "./packed.js";
import { build, numbers, paint, readout } from "./confusion_table.js";
import { drawing } from "./confusion_figure.js";
import { saveMenu } from "./figure_download.js";

const MANY = 13; // classes from which it can be zoomed
const LARGEST = 110; // pixels of a cell's height
const GAP = 2;
const STEP = 1.5;
const mounted = new WeakMap();

class Matrix {
  constructor(parent) {
    this.zoom = 1;
    this.line = make("p", { class: "readout", "aria-live": "polite" });
    this.tools = make("span", { class: "zoom" }, this.button("−", "Smaller", 1 / STEP), this.button("fit", "Fit into the card", 0), this.button("+", "Larger", STEP));
    const paper = () => look(parent).paper;
    this.saves = saveMenu({ name: () => this.head.name, paper, svg: () => drawing(this.head, this.known, look(parent)) });
    this.across = make("div", { class: "x", "aria-hidden": "true" });
    this.scroll = make("div", { class: "scroll" });
    this.root = make("div", { class: "matrix" }, make("div", { class: "top" }, this.across, this.saves), this.scroll,
      make("div", { class: "foot" }, this.line, this.tools));
    this.parent = parent;
    this.listen();
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(this.scroll);
  }

  button(text, label, factor) {
    return make("button", { type: "button", "aria-label": label, title: label, onclick: () => this.enlarge(factor) }, text);
  }

  listen() {
    const { root } = this;
    root.addEventListener("pointerover", (event) => this.point(event.target.closest("td")));
    root.addEventListener("pointerleave", () => this.point(null));
    root.addEventListener("focusin", (event) => this.point(event.target.closest("td")));
    root.addEventListener("click", (event) => this.choose(event.target.closest("td, th button")?.closest("td, th")));
    root.addEventListener("keydown", (event) => this.press(event));
  }

  load(data, send) {
    const { head, arrays } = unpack(data);
    Object.assign(this, { head, send, known: numbers(head, arrays.counts), theme: look(this.parent) });
    const shape = JSON.stringify([head.classes, head.order, head.y, head.clickable]);
    if (shape !== this.shape) {
      this.shape = shape;
      this.table = build(head);
      this.scroll.replaceChildren(this.table);
      this.zoom = 1;
    }
    const { root } = this;
    const longest = Math.max(...head.classes.map((text) => text.length));
    this.names = Math.min(9, Math.max(4.6, 0.52 * longest + 0.9));
    this.across.textContent = `${head.x} →`;
    this.table.setAttribute("aria-label", head.alt);
    root.style.setProperty("--classes", head.classes.length);
    root.style.setProperty("--names", `${this.names}rem`);
    root.classList.toggle("few", head.classes.length <= 4);
    root.classList.toggle("large", head.projector);
    root.classList.toggle("clickable", head.clickable);
    this.tools.hidden = head.classes.length < MANY;
    this.drawn = "";
    this.fit();
    this.point(this.at?.isConnected ? this.at : null);
  }

  /** Cells as large as the card lets them be, times the zoom. */
  fit() {
    if (!this.head || !this.scroll.clientWidth) return;
    const { head, theme } = this;
    const size = head.classes.length;
    const dense = size > 30;
    const gap = dense ? 0 : GAP;
    const tall = this.scroll.clientHeight - 1.9 * theme.size;
    const width = ((this.scroll.clientWidth - this.names * theme.size) / size - gap) * this.zoom;
    const height = Math.max(3, Math.min(LARGEST * theme.type * (size <= 4 ? 2 : 1), tall / size - gap) * this.zoom);
    const told = `${width} ${height} ${theme.dark}`;
    if (told === this.drawn) return;
    this.drawn = told;
    this.root.style.setProperty("--cell", `${height}px`);
    this.root.style.setProperty("--wide", `${width}px`);
    this.root.style.setProperty("--gap", `${gap}px`);
    this.root.classList.toggle("tiny", Math.min(width + gap, height + gap) < 12);
    this.table.style.width = this.zoom > 1 ? `${this.names * theme.size + (width + gap) * size}px` : "100%";
    paint(this.table, head, this.known, theme, { width, height });
  }

  enlarge(factor) {
    this.zoom = factor ? Math.min(12, Math.max(1, this.zoom * factor)) : 1;
    this.fit();
    this.at?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  point(cell) {
    this.root.querySelectorAll(".at").forEach((element) => element.classList.remove("at"));
    this.at = cell;
    if (!cell) {
      this.line.textContent = this.head?.hint ?? "";
      return;
    }
    const { row, column } = cell.dataset;
    for (const place of [`th[data-row="${row}"]`, `th[data-column="${column}"]`]) this.root.querySelector(place).classList.add("at");
    cell.classList.add("at");
    this.line.textContent = readout(this.head, this.known, Number(row), Number(column));
  }

  /** What was chosen already is let go. */
  choose(element) {
    if (!element || !this.head.clickable) return;
    const index = (value) => (value === undefined ? null : Number(value));
    const [truth, answer] = [index(element.dataset.row), index(element.dataset.column)];
    const same = this.head.chosen?.[0] === truth && this.head.chosen?.[1] === answer;
    this.tell(same ? null : { truth, answer });
  }

  tell(cell) {
    this.send(cell && { ...cell, at: Date.now() }); // the same cell again is another click
  }

  press(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const zoom = { "+": STEP, "=": STEP, "-": 1 / STEP, 0: 0 }[event.key];
    const cell = event.target.closest("td");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step && cell) this.table.rows[cell.parentElement.rowIndex + step[0]]?.cells[cell.cellIndex + step[1]]?.focus();
    else if ((event.key === "Enter" || event.key === " ") && cell) this.choose(cell);
    else if (event.key === "Escape" && this.head.chosen) this.tell(null);
    else if (zoom !== undefined && !this.tools.hidden) this.enlarge(zoom);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

export function render({ data, parentElement, setStateValue }) {
  if (!data) return;
  let matrix = mounted.get(parentElement);
  if (!matrix) mounted.set(parentElement, (matrix = new Matrix(parentElement)));
  if (!matrix.root.isConnected) parentElement.append(matrix.root);
  matrix.load(data, (cell) => setStateValue("cell", cell));
}

export function close({ parentElement }) {
  if (parentElement.isConnected) return;
  mounted.get(parentElement)?.watch.disconnect();
  mounted.delete(parentElement);
}
