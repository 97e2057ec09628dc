// Figures of every class: a number, its interval as a small bar, and the formula with this class's numbers put in.
import { count, look, make } from "./kit.js";
import { unpack } from "./packed.js";

const HINT = "Point at a figure for its formula with this class's numbers and its 95 % interval. A class leads to its samples.";
const mounted = new WeakMap();
// Near 1 a digit more: 0.9998 is not 1.000.
const shown = (value) => (value === null ? "–" : value.toFixed(value > 0.999 && value < 1 ? 4 : 3));

class ClassTable {
  constructor(parent) {
    Object.assign(this, { parent, by: "given", down: false });
    this.table = make("table", { "aria-label": "Figures of every class" });
    this.told = make("p", { class: "told", "aria-live": "polite" }, HINT);
    this.root = make("div", { class: "classes", "data-testid": "classes" }, make("div", { class: "scroll" }, this.table), this.told);
    for (const name of ["pointerover", "focusin"]) this.root.addEventListener(name, (event) => this.tell(event.target.closest("td.figure")));
    this.root.addEventListener("pointerleave", () => this.tell(null));
    this.root.addEventListener("keydown", (event) => this.walk(event));
  }

  load(data, send) {
    const { head } = unpack(data);
    Object.assign(this, { head, send });
    this.root.style.height = head.height;
    this.root.classList.toggle("large", head.projector);
    this.draw();
  }

  draw(focused) {
    const { head } = this;
    const headings = [["name", "class", ""], ["support", "samples", ""], ...head.columns];
    const rows = this.sorted();
    this.table.replaceChildren(
      make("thead", {}, make("tr", {}, ...headings.map(([name, title, method]) => this.heading(name, title, method)))),
      make("tbody", {}, ...rows.map((label) => this.row(label))),
      make("tfoot", {}, make("tr", {}, make("td", { title: "Unweighted mean over the classes" }, "mean"), make("td", {}, count(head.rows.reduce((sum, row) => sum + row[1], 0))),
        ...head.means.map((value) => make("td", {}, shown(value))))),
    );
    this.table.querySelector("td.figure")?.setAttribute("tabindex", 0);
    if (focused) this.table.querySelector(`[data-by="${focused}"]`)?.focus();
  }

  /** Classes without the figure come last; a second click turns the order, a third gives the classes' own. */
  sorted() {
    const { head, by, down } = this;
    const places = head.rows.map((_, label) => label);
    if (by === "given") return places;
    const column = head.columns.findIndex(([name]) => name === by);
    const value = (label) => (by === "name" ? head.rows[label][0] : by === "support" ? head.rows[label][1] : head.rows[label][2][column][0]);
    return places.sort((one, other) => {
      const [left, right] = [value(one), value(other)];
      if (left === null || right === null) return (left === null) - (right === null);
      const order = typeof left === "string" ? left.localeCompare(right, "en", { numeric: true }) : left - right;
      return down ? -order : order;
    });
  }

  heading(name, title, method) {
    const on = this.by === name;
    const button = make("button", { type: "button", "data-by": name, title: method ? `Sort by ${title}; intervals: ${method}` : `Sort by ${title}`, onclick: () => this.sort(name) },
      on ? `${title} ${this.down ? "↓" : "↑"}` : title);
    return make("th", { scope: "col", "aria-sort": on ? (this.down ? "descending" : "ascending") : "none" }, button);
  }

  sort(name) {
    if (this.by !== name) Object.assign(this, { by: name, down: false });
    else if (!this.down) this.down = true;
    else Object.assign(this, { by: "given", down: false });
    this.draw(name);
  }

  row(label) {
    const [name, support, figures, colour] = this.head.rows[label];
    const wish = (what) => () => this.send({ label, what, at: Date.now() });
    const lead = make("button", { type: "button", class: "name", title: `Show all samples of class ${name}`, onclick: wish("samples") },
      make("i", { style: `--colour: ${colour}` }), make("span", {}, name));
    const line = make("button", { type: "button", class: "line", title: `Choose the threshold of class ${name}`, "aria-label": `Choose the threshold of class ${name}`, onclick: wish("threshold") }, "threshold");
    const first = make("th", { scope: "row" }, make("div", { style: "display: flex; gap: 0.6rem" }, lead, line));
    return make("tr", { "data-label": label }, first, make("td", {}, count(support)), ...figures.map((figure, column) => this.figure(label, column, figure)));
  }

  figure(label, column, [value, low, high]) {
    const cell = make("td", { class: "figure", tabindex: -1, "data-label": label, "data-column": column }, value === null ? make("span", { class: "none" }, "–") : shown(value));
    if (low !== null) cell.append(this.bar(value, low, high));
    return cell;
  }

  bar(value, low, high) {
    const place = (number) => (100 * (number - this.head.low)) / (1 - this.head.low || 1);
    return make("div", { class: "bar", "aria-hidden": "true" }, make("i", { style: `left: ${place(low)}%; width: max(2px, ${place(high) - place(low)}%)` }), make("b", { style: `left: ${place(value)}%` }));
  }

  tell(cell) {
    if (!cell) {
      this.told.textContent = `${HINT} Bars: 95 % intervals, from ${this.head.low.toFixed(1)} to 1.`;
      return;
    }
    const [name, , figures] = this.head.rows[cell.dataset.label];
    const [, title, method] = this.head.columns[cell.dataset.column];
    const [, low, high, formula] = figures[cell.dataset.column];
    const interval = low === null ? "" : ` 95 % interval ${shown(low)} to ${shown(high)} (${method}).`;
    this.told.textContent = `${name}, ${title}: ${formula}${formula.endsWith(".") ? "" : "."}${interval}`;
  }

  walk(event) {
    const cell = event.target.closest("td.figure");
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!cell || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    this.table.rows[cell.parentElement.rowIndex + step[0]]?.cells[cell.cellIndex + step[1]]?.closest(".figure")?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}

export function render({ data, parentElement, setStateValue }) {
  if (!data) return;
  let table = mounted.get(parentElement);
  if (!table) mounted.set(parentElement, (table = new ClassTable(parentElement)));
  if (!table.root.isConnected) parentElement.append(table.root);
  table.root.style.setProperty("--muted", look(parentElement).muted);
  table.load(data, (wish) => setStateValue("wish", wish));
  table.tell(null);
}
