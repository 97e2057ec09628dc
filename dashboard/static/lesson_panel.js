// A grid of cells with its title, as large as its place allows, and marks that outline some of its cells.
//
//   const panel = new Panel({ name: "input", keys: true, onCell(cell), onLeave(), onKey(step) });
//   panel.fit(rows, columns, width, height);  panel.paint({ values, scale, look });  panel.mark([{ row, column, rows, columns, colour }]);

import { make } from "./kit.js";
import { Grid } from "./stage_grid.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Panel {
  constructor({ name, keys = false, onCell, onLeave, onPick, onKey }) {
    this.grid = new Grid(name, keys ? { tabindex: "0", role: "application", "aria-roledescription": "grid of numbers" } : {});
    this.title = make("div", { class: "panel-title" });
    this.marks = make("div", { class: "panel-marks" });
    this.field = make("div", { class: "panel-field" }, this.grid.canvas, this.marks);
    this.element = make("div", { class: "lesson-panel", "data-panel": name }, this.title, this.field);
    this.grid.canvas.classList.add("panel");
    const canvas = this.grid.canvas;
    if (onCell) canvas.addEventListener("pointermove", (event) => {
      const cell = this.grid.cellAt(event);
      if (cell) onCell(cell);
    });
    if (onLeave) canvas.addEventListener("pointerleave", () => onLeave());
    if (onPick) canvas.addEventListener("click", (event) => {
      const cell = this.grid.cellAt(event);
      if (cell) onPick(cell);
    });
    if (onKey) canvas.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      onKey(step);
    });
  }

  /** width, height: CSS pixels that the cells may take. */
  fit(rows, columns, width, height) {
    const cell = Math.min(width / columns, height / rows);
    this.grid.layout(rows, columns, cell >= 3 ? Math.floor(cell) : Math.max(0.05, cell));
    this.field.style.width = `${this.grid.width}px`;
    this.title.style.maxWidth = `${Math.max(this.grid.width, 40)}px`;
    this.field.style.height = `${this.grid.height}px`;
  }

  /** Whether a question mark stands in the place of the cells. */
  hide(asked) {
    this.element.classList.toggle("asked", Boolean(asked));
  }

  paint(what) {
    this.grid.paint(what);
    this.grid.show();
  }

  say(title, label = title) {
    if (this.title.textContent !== title) this.title.textContent = title;
    this.grid.canvas.setAttribute("aria-label", label);
  }

  mark(boxes) {
    while (this.marks.children.length > boxes.length) this.marks.lastChild.remove();
    while (this.marks.children.length < boxes.length) this.marks.append(make("i"));
    boxes.forEach(({ row, column, rows = 1, columns = 1, colour, dashed = false }, at) => {
      const { x, y, width, height } = this.grid.box(row, column, rows, columns);
      const least = Math.max(0, (7 - width) / 2); // a mark around a cell of one pixel is still seen
      Object.assign(this.marks.children[at].style, {
        transform: `translate(${x - least}px, ${y - least}px)`,
        width: `${width + 2 * least}px`,
        height: `${height + 2 * least}px`,
        borderColor: colour,
        borderStyle: dashed ? "dashed" : "solid",
      });
    });
  }
}
