// Three dimensions: a frame, the kernel's slices in time over their patches, and the frame of answers.

import { make } from "./kit.js";
import { Panel } from "./lesson_panel.js";
import { sumOf } from "./lesson_sums.js";
import { diverging, ink } from "./stage_colours.js";
import { Line } from "./stage_line.js";
import { largestOf, written } from "./stage_numbers.js";
import { Player } from "./stage_player.js";
import { Sender } from "./stage_sender.js";

export class ClipView {
  constructor(send) {
    this.send = send;
    this.sender = new Sender((message) => this.send(message));
    this.input = new Panel({ name: "frame" });
    this.answer = new Panel({
      name: "answer",
      keys: true,
      onCell: (cell) => this.point(cell),
      onLeave: () => this.point(null),
      onPick: (cell) => this.pin(cell),
      onKey: ([down, right]) => {
        const { row, column } = this.focus();
        const last = this.head.side - 1;
        this.pin({ row: Math.max(0, Math.min(last, row + down)), column: Math.max(0, Math.min(last, column + right)) }, false);
      },
    });
    this.middle = make("div", { class: "clip-slices" });
    this.board = make("div", { class: "clip-board" }, this.input.element, this.middle, this.answer.element);
    this.line = new Line();
    this.player = new Player({ noun: "frame", onMove: () => this.drawFrame(), onCommit: () => this.tell() });
    this.element = make("div", { class: "stage lesson clip" }, this.board, this.line.element, this.player.element);
    this.element.addEventListener("keydown", (event) => this.player.key(event));
    this.slices = [];
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.board);
  }

  close() {
    this.watch.disconnect();
    this.player.pause(false);
  }

  tell() {
    this.sender.push({ frame: this.player.position, row: this.held?.row ?? -1, column: this.held?.column ?? -1 }, true);
  }

  point(cell) {
    this.over = cell;
    this.drawFocus();
  }

  /** Held here; a second click lets go. */
  pin(cell, lets = true) {
    const same = lets && this.held?.row === cell.row && this.held?.column === cell.column;
    this.held = same ? null : cell;
    this.drawFocus();
    this.tell();
  }

  update(head, arrays, look) {
    const first = this.head?.tried !== head.tried; // the first time, and where a prompt was clicked
    this.sender.begin(head.answered);
    this.sender.answered(head.answered);
    Object.assign(this, { head, arrays, look });
    if (first) this.held = head.held;
    if (this.slices.length !== head.span) this.makeSlices();
    this.player.set({ length: head.answers, position: first ? head.frame : this.player.position, whole: false });
    this.draw();
  }

  makeSlices() {
    this.slices = Array.from({ length: this.head.span }, (_, at) => {
      const [patch, kernel] = [new Panel({ name: `patch ${at}` }), new Panel({ name: `kernel ${at}` })];
      const [label, sum] = [make("span", { class: "clip-label" }), make("output", { class: "clip-sum" })];
      const element = make("div", { class: "clip-slice" }, label, patch.field, make("span", {}, "·"), kernel.field, make("span", {}, "="), sum);
      return { patch, kernel, label, sum, element };
    });
    this.middle.replaceChildren(make("div", { class: "panel-title" }), ...this.slices.map((slice) => slice.element));
  }

  draw() {
    const { head, look, board } = this;
    const [width, height] = [board.clientWidth, board.clientHeight];
    if (!head || width < 100 || height < 60) return;
    const title = 1.5 * look.size * look.type;
    const middle = Math.max(17 * look.size, Math.min(0.34 * width, 24 * look.size));
    const side = [(width - middle - 2 * look.size) / 2, height - title];
    for (const panel of [this.input, this.answer]) panel.fit(head.side, head.side, ...side);
    const each = (height - title) / head.span - 5;
    const weights = diverging(largestOf(this.arrays.kernel), head.colours, look.dark);
    const plane = head.kernel ** 2;
    this.slices.forEach(({ patch, kernel }, at) => {
      for (const panel of [patch, kernel]) panel.fit(head.kernel, head.kernel, each, each);
      kernel.grid.canvas.setAttribute("aria-label", `The kernel's slice ${at + 1} of ${head.span} in time`);
      kernel.paint({ values: this.arrays.kernel.subarray(at * plane, (at + 1) * plane), scale: weights, look, numbers: false });
    });
    this.middle.firstChild.textContent = head.titles.kernel;
    this.answers = diverging(head.limit, head.colours, look.dark);
    this.drawFrame();
  }

  drawFrame() {
    const { head, look, arrays } = this;
    if (!head || !this.answers) return;
    const [at, plane] = [this.player.position, head.side ** 2];
    const middle = at + (head.span - 1) / 2;
    this.shown = arrays.answer.subarray(at * plane, (at + 1) * plane);
    this.input.say(`${head.titles.input}, frame ${middle + 1} of ${head.frames}`);
    this.input.paint({ values: arrays.clip.subarray(middle * plane, (middle + 1) * plane), scale: ink(0, 1, look), look, numbers: false });
    this.answer.say(`${head.titles.answer} ${at + 1} of ${head.answers}`, `${head.titles.answer} ${at + 1}. Arrow keys move over its cells.`);
    this.answer.paint({ values: this.shown, scale: this.answers, look, numbers: false });
    this.drawFocus();
  }

  /** The cell that is pointed at, or held, or else the one with the strongest answer. */
  focus() {
    if (this.over ?? this.held) return this.over ?? this.held;
    let best = 0;
    this.shown.forEach((value, index) => (best = value > this.shown[best] ? index : best));
    if (this.shown[best] <= 0) best = Math.floor(this.shown.length / 2);
    return { row: Math.floor(best / this.head.side), column: best % this.head.side };
  }

  drawFocus() {
    const { head, look, arrays } = this;
    if (!this.shown) return;
    const { row, column } = this.focus();
    const [at, reach, plane] = [this.player.position, (head.kernel - 1) / 2, head.side ** 2];
    const amber = look.dark ? "#f0a030" : "#cc7000";
    const [top, left] = [Math.max(0, row - reach), Math.max(0, column - reach)];
    const [bottom, right] = [Math.min(head.side, row + reach + 1), Math.min(head.side, column + reach + 1)];
    this.input.mark([{ row: top, column: left, rows: bottom - top, columns: right - left, colour: amber }]);
    this.answer.mark([{ row: row - 1, column: column - 1, rows: 3, columns: 3, colour: amber, dashed: !this.over && !this.held }]);
    const scale = ink(0, 1, look);
    const sums = this.slices.map(({ patch, label, sum }, slice) => {
      const [values, kinds] = [new Float32Array(head.kernel ** 2), new Uint8Array(head.kernel ** 2)];
      let total = 0;
      values.forEach((_, index) => {
        const [y, x] = [row - reach + Math.floor(index / head.kernel), column - reach + (index % head.kernel)];
        const inside = y >= 0 && x >= 0 && y < head.side && x < head.side;
        kinds[index] = inside ? 0 : 1;
        values[index] = inside ? arrays.clip[(at + slice) * plane + y * head.side + x] : 0;
        total += values[index] * arrays.kernel[slice * values.length + index];
      });
      patch.paint({ values, kinds, scale, look, numbers: false });
      patch.grid.canvas.setAttribute("aria-label", `The patch of frame ${at + slice + 1}`);
      label.textContent = `frame ${at + slice + 1}`;
      sum.textContent = written(total, 2);
      return total;
    });
    this.say(sums, row, column);
  }

  say(sums, row, column) {
    const { threshold, titles } = this.head;
    const total = sums.reduce((sum, value) => sum + value, 0);
    const { pieces, decimals } = sumOf(sums.map((value) => ["", value]), total);
    const told = [["name", `${titles.cell}[${this.player.position},${row},${column}]`], ...pieces];
    if (threshold !== null) {
      const after = Math.max(0, Number(total.toFixed(decimals)) - threshold);
      told.push(["operator", `   max(0, ${written(total, decimals)} − ${written(threshold, 2)})`], ["equals", " = "], ["result", written(after, Math.max(2, decimals))]);
    }
    this.line.show(told);
  }
}
