// The banded matrix of a convolution, y = W x: rows are outputs, columns inputs; the row of the hovered output is lit.

import { css, ink, make } from "./kit.js";
import { Canvas } from "./sound_canvas.js";
import { diverging } from "./stage_colours.js";
import { Line, sentenceOfSum } from "./stage_line.js";
import { written } from "./stage_numbers.js";
import { peak } from "./sound_samples.js";

const MONO = "ui-monospace, 'SF Mono', 'Source Code Pro', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

export class MatrixView {
  constructor(send) {
    this.send = send;
    this.row = null;
    this.canvas = new Canvas("", (pen, width, height) => this.paint(pen, width, height), { class: "matrix", tabindex: "0" });
    this.line = new Line();
    this.turn = make("button", { type: "button", "aria-pressed": "false", class: "matrix-turn" }, "Transpose W");
    this.turn.addEventListener("click", () => this.transpose());
    this.words = make("div", { class: "matrix-words" });
    this.foot = make("div", { class: "sound-foot" });
    const side = make("div", { class: "matrix-side" }, this.turn, this.words);
    this.element = make("div", { class: "sound" }, make("div", { class: "sound-top" }, this.canvas.element, side), this.line.element, this.foot);
    this.canvas.element.addEventListener("pointermove", (event) => this.point(...this.under(event)));
    this.canvas.element.addEventListener("pointerleave", () => this.point(this.pinned ?? null, null));
    this.canvas.element.addEventListener("click", (event) => {
      const [row] = this.under(event);
      this.pinned = this.pinned === row ? null : row;
      this.point(row, null);
    });
    this.canvas.element.addEventListener("keydown", (event) => this.key(event));
  }

  set({ head, arrays }, look) {
    Object.assign(this, { head, arrays, look });
    this.element.style.height = head.height;
    this.draw();
  }

  get side() {
    return this.head.sides[this.turned ? 1 : 0];
  }

  get rows() {
    return this.turned ? this.head.columns : this.head.rows;
  }

  get columns() {
    return this.turned ? this.head.rows : this.head.columns;
  }

  at(row, column) {
    return this.turned ? this.arrays.matrix[column * this.head.columns + row] : this.arrays.matrix[row * this.head.columns + column];
  }

  get input() {
    return this.turned ? this.arrays.y : this.arrays.x;
  }

  get output() {
    return this.turned ? this.arrays.z : this.arrays.y;
  }

  transpose() {
    this.turned = !this.turned;
    this.turn.setAttribute("aria-pressed", String(this.turned));
    this.pinned = null;
    this.row = null;
    this.draw();
  }

  draw() {
    this.canvas.say(this.side.alt);
    this.words.replaceChildren(...this.side.words.map((text) => make("p", {}, text)), make("p", { class: this.side.right ? "right" : "wrong" }, this.side.check));
    this.foot.textContent = this.head.foot;
    this.canvas.redraw();
    this.line.measure();
    this.row = this.row === null ? null : Math.min(this.row, this.rows - 1);
    this.tell();
  }

  point(row, column) {
    if (row === this.row && column === this.column) return;
    Object.assign(this, { row, column });
    this.canvas.redraw();
    this.tell();
  }

  key(event) {
    if (event.key === "Tab" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    const last = this.rows - 1;
    const from = this.row ?? -1;
    const go = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: last }[event.key];
    if (event.key === "t") this.transpose();
    if (go === undefined) return;
    event.preventDefault();
    this.pinned = Math.max(0, Math.min(last, go));
    this.point(this.pinned, null);
  }

  tell() {
    if (this.row === null) return void this.line.show([["hint", this.head.ask]]);
    const { name } = this.side;
    const terms = [];
    for (let column = 0; column < this.columns; column++) {
      const w = this.at(this.row, column);
      if (w) terms.push({ x: this.input[column], w, product: this.input[column] * w });
    }
    const title = `${name}[${this.row}]`;
    this.line.show((room) => sentenceOfSum({ name: title, terms, result: this.output[this.row] }, room), terms.length, 15);
  }

  layout(width, height) {
    const size = this.look.size;
    const high = Math.max(6, Math.min(2 * size, (height - 3 * size) / Math.max(this.rows, this.columns)));
    const wide = Math.max(6, Math.min(4.6 * size, (width - 12.5 * size) / this.columns));
    const vector = 3.6 * size;
    return { size, high, wide, vector, top: 2.6 * size, out: 1.4 * size, matrix: 1.4 * size + vector + 2 * size, input: 1.4 * size + vector + 2 * size + wide * this.columns + 1.6 * size };
  }

  under(event) {
    const box = this.canvas.element.getBoundingClientRect();
    const { top, high, matrix, wide } = this.box;
    const [row, column] = [Math.floor((event.clientY - box.top - top) / high), Math.floor((event.clientX - box.left - matrix) / wide)];
    return [row >= 0 && row < this.rows ? row : null, column >= 0 && column < this.columns ? column : null];
  }

  paint(pen, width, height) {
    if (!this.head) return;
    this.box = this.layout(width, height);
    const { size, high, wide, vector, top, out, matrix, input } = this.box;
    const signal = diverging(Math.max(peak(this.arrays.x), peak(this.arrays.y), peak(this.arrays.z)), this.head.colours, this.look.dark);
    const weight = diverging(peak(this.arrays.matrix), this.head.colours, this.look.dark);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    const { name, by, of } = this.side;
    this.title(pen, name, out + vector / 2);
    this.title(pen, "=", out + vector + size);
    this.title(pen, by, matrix + (wide * this.columns) / 2);
    this.title(pen, "·", input - 0.8 * size);
    this.title(pen, of, input + vector / 2);
    for (let row = 0; row < this.rows; row++) {
      const faint = this.row !== null && this.row !== row;
      this.cell(pen, out, top + row * high, vector, high, signal.at(this.output[row]), this.output[row], faint, 3);
      for (let column = 0; column < this.columns; column++) {
        const value = this.at(row, column);
        const shade = value ? weight.at(value) : null;
        this.cell(pen, matrix + column * wide, top + row * high, wide, high, shade, value, faint, 3);
      }
    }
    for (let column = 0; column < this.columns; column++) {
      const faint = this.row !== null && !this.at(this.row, column);
      this.cell(pen, input, top + column * high, vector, high, signal.at(this.input[column]), this.input[column], faint, 3);
    }
    this.light(pen);
  }

  light(pen) {
    if (this.row === null) return;
    const { high, wide, vector, top, out, matrix, input } = this.box;
    pen.lineWidth = 1.8 * this.look.line;
    pen.strokeStyle = this.look.accent;
    pen.strokeRect(out - 1, top + this.row * high - 1, vector + 1, high + 1);
    pen.strokeStyle = this.look.validation;
    pen.strokeRect(matrix - 1, top + this.row * high - 1, wide * this.columns + 1, high + 1);
    for (let column = 0; column < this.columns; column++)
      if (this.at(this.row, column)) pen.strokeRect(input - 1, top + column * high - 1, vector + 1, high + 1);
    if (this.column !== null && this.column !== undefined) {
      pen.strokeStyle = this.look.text;
      pen.strokeRect(matrix + this.column * wide - 1, top + this.row * high - 1, wide + 1, high + 1);
      pen.strokeRect(input - 1, top + this.column * high - 1, vector + 1, high + 1);
    }
  }

  title(pen, text, x) {
    pen.font = `650 ${1.05 * this.box.size}px ${this.look.font}`;
    pen.fillStyle = this.look.text;
    pen.fillText(text, x, 1.3 * this.box.size);
  }

  cell(pen, x, y, width, height, shade, value, faint, decimals) {
    pen.globalAlpha = faint ? 0.5 : 1;
    pen.fillStyle = shade ? css(shade) : this.look.panel;
    pen.fillRect(x, y, width - 1, height - 1);
    const text = written(value, decimals);
    const letters = Math.min(0.8 * this.box.size, height * 0.72, (width * 0.94) / (text.length * 0.602));
    if (letters >= 7) {
      pen.font = `${letters}px ${MONO}`;
      pen.fillStyle = shade ? ink(shade) : this.look.muted;
      if (!shade) pen.globalAlpha *= 0.5;
      pen.fillText(text, x + (width - 1) / 2, y + height / 2);
    }
    pen.globalAlpha = 1;
  }

  close() {
    this.canvas.close();
  }
}
