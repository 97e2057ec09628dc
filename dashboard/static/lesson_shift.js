// Shift and turn: the picture follows the hand at once, the maps as soon as torch has answered.

import { onDrag } from "./drag.js";
import { make } from "./kit.js";
import { Panel } from "./lesson_panel.js";
import { diverging, ink } from "./stage_colours.js";
import { largestOf } from "./stage_numbers.js";
import { Sender } from "./stage_sender.js";

const LAYERS = ["convolution", "dense"];

export class ShiftView {
  constructor(send) {
    this.send = send;
    this.sender = new Sender((message) => this.send(message));
    this.input = new Panel({ name: "input", keys: true, onKey: ([down, right]) => this.move([this.offset[0] + down, this.offset[1] + right], true) });
    this.input.grid.canvas.classList.add("draggable");
    this.range = make("input", { type: "range", min: 0, max: 345, step: 15, class: "player-range", "aria-label": "Turn in degrees" });
    this.told = make("output", { class: "shift-told" });
    this.reset = make("button", { type: "button" }, "Back to the start");
    this.left = make("div", { class: "shift-left" }, this.input.element, make("label", { class: "shift-turn" }, "Turn", this.range), make("div", { class: "shift-foot" }, this.told, this.reset));
    this.rows = LAYERS.map((layer) => {
      const panels = ["answer", "expected", "difference"].map((name) => new Panel({ name: `${layer} ${name}` }));
      const heading = make("div", { class: "shift-heading" });
      const verdict = make("output", { class: "shift-verdict", "data-layer": layer });
      const signs = ["−", "="].map((sign) => make("span", { class: "shift-sign", "aria-hidden": "true" }, sign));
      const maps = make("div", { class: "shift-maps" }, panels[0].element, signs[0], panels[1].element, signs[1], panels[2].element);
      return { panels, heading, verdict, element: make("div", { class: "shift-row" }, make("div", { class: "shift-head" }, heading, verdict), maps) };
    });
    this.element = make("div", { class: "stage lesson shift" }, this.left, make("div", { class: "shift-right" }, ...this.rows.map((row) => row.element)));
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.element);
    this.listen();
  }

  close() {
    this.watch.disconnect();
  }

  listen() {
    this.held = onDrag(
      this.input.grid.canvas,
      () => this.offset,
      (down, right, offset) => {
        const { cell } = this.input.grid;
        this.move([offset[0] + Math.round(down / cell), offset[1] + Math.round(right / cell)], false);
      },
      () => this.sender.push(this.message(), true),
    );
    this.range.addEventListener("input", () => this.turn(Number(this.range.value), false));
    this.range.addEventListener("change", () => this.turn(Number(this.range.value), true));
    this.range.addEventListener("keydown", (event) => event.key !== "Tab" && event.stopPropagation());
    this.reset.addEventListener("click", () => {
      this.angle = 0;
      this.range.value = 0;
      this.move([0, 0], true, true);
    });
  }

  message() {
    return { down: this.offset[0], right: this.offset[1], degrees: this.angle };
  }

  move(offset, done, anyway = false) {
    const most = this.head.most;
    const bounded = offset.map((step) => Math.max(-most, Math.min(most, step)));
    if (!anyway && bounded.every((step, axis) => step === this.offset[axis])) return;
    this.offset = bounded;
    this.drawInput();
    this.sender.push(this.message(), done);
  }

  turn(degrees, done) {
    if (degrees === this.angle && !done) return;
    this.angle = degrees;
    this.sender.push(this.message(), done);
  }

  update(head, arrays, look) {
    this.sender.begin(head.answered);
    this.sender.answered(head.answered);
    Object.assign(this, { head, arrays, look });
    if (!this.offset || (this.sender.idle && !this.held())) {
      this.offset = head.offset;
      this.angle = head.degrees;
      this.range.value = head.degrees;
    }
    this.range.style.setProperty("--share", `${(100 * Number(this.range.value)) / 345}%`);
    this.draw();
  }

  draw() {
    const { head, element } = this;
    const [width, height] = [element.clientWidth, element.clientHeight];
    if (!head || width < 100 || height < 60) return;
    const title = 1.5 * this.look.size * (0.4 + 0.6 * this.look.type);
    this.input.fit(...head.size, Math.min(width * 0.34, 340 * this.look.type), height - title - 6 * this.look.size);
    this.left.style.width = `${Math.max(this.input.grid.width, 13 * this.look.size)}px`;
    const right = width - Math.max(this.input.grid.width, 13 * this.look.size) - 1.6 * this.look.size;
    this.rows.forEach((row, at) => this.tellRow(row, LAYERS[at]));
    const around = Math.max(...this.rows.map(({ element, panels }) => element.offsetHeight - panels[0].grid.canvas.offsetHeight)); // titles
    const each = [(right - 5.5 * this.look.size) / 3, (height - this.look.size) / 2 - around];
    this.rows.forEach((row, at) => this.drawRow(row, LAYERS[at], each));
    this.drawInput();
  }

  drawInput() {
    const { head, look, arrays, offset } = this;
    const [rows, columns] = head.size;
    const values = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let [from, at] = [row - offset[0], column - offset[1]];
        if (head.wrap) [from, at] = [(from + 4 * rows) % rows, (at + 4 * columns) % columns];
        if (from >= 0 && at >= 0 && from < rows && at < columns) values[row * columns + column] = arrays.picture[from * columns + at];
      }
    }
    this.input.say(head.titles.input, `${head.titles.input}. Drag it, or press the arrow keys.`);
    this.input.paint({ values, scale: ink(0, 1, look), look, numbers: false });
    this.told.textContent = `${offset[0]} down, ${offset[1]} right, turned by ${this.angle}°`.replaceAll("-", "−");
  }

  tellRow({ panels, heading, verdict }, layer) {
    const { head } = this;
    heading.textContent = head.titles[layer];
    const { text, good } = head.verdicts[layer];
    verdict.textContent = text;
    verdict.classList.toggle("good", good);
    panels.forEach((panel, at) => panel.say(head.titles.maps[at], `${head.titles[layer]}: ${head.titles.maps[at]}`));
  }

  drawRow({ panels }, layer, [width, height]) {
    const { head, look, arrays } = this;
    const [answer, expected] = [arrays[`${layer}_answer`], arrays[`${layer}_expected`]];
    const scale = diverging(Math.max(largestOf(answer), largestOf(expected)), head.colours, look.dark);
    const difference = answer.map((value, index) => value - expected[index]);
    [answer, expected, difference].forEach((values, at) => {
      panels[at].fit(...head.out, width, height);
      panels[at].paint({ values, scale, look, numbers: false });
    });
    panels[2].mark(head.inside && layer === "convolution" ? [{ ...head.inside, colour: look.muted, dashed: true }] : []);
  }
}
