// The shift lab: the picture moves under the hand, and with it all maps and the mark on the curves; nothing asks the server.

import { onDrag } from "./drag.js";
import { make } from "./kit.js";
import { Panel } from "./lesson_panel.js";
import { ShiftCurves } from "./pool_curves.js";
import { ink, ramp } from "./stage_colours.js";
import { largestOf } from "./stage_numbers.js";
import { Sender } from "./stage_sender.js";

export const percent = (change) => `${(100 * change).toFixed(change > 0 && change < 0.0995 ? 1 : 0)} %`;

export class PoolShiftView {
  constructor(send) {
    this.send = send;
    this.sender = new Sender((message) => this.send(message));
    this.input = new Panel({ name: "input", keys: true, onKey: (step) => this.to(this.shift + this.along(step), true) });
    this.input.grid.canvas.classList.add("draggable");
    this.range = make("input", { type: "range", min: 0, max: 8, step: 1, class: "player-range", "aria-label": "Shift in pixels" });
    this.told = make("output", { class: "pool-told" });
    this.left = make("div", { class: "pool-left" }, this.input.element, make("label", { class: "shift-turn" }, "Shift", this.range, this.told));
    this.maps = ["before", "max-1", "max-2", "average-1", "average-2"].map((name) => new Panel({ name }));
    this.middle = make("div", { class: "pool-maps" }, ...this.maps.map((panel) => panel.element));
    this.curves = new ShiftCurves((shift, done) => this.to(shift, done));
    this.verdict = make("output", { class: "pool-verdict", "aria-live": "polite" });
    this.definition = make("div", { class: "pool-definition" });
    const board = make("div", { class: "pool-board" }, this.left, this.middle, this.curves.element);
    this.element = make("div", { class: "stage lesson pool-shift" }, board, this.verdict, this.definition);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(board);
    this.board = board;
    this.listen();
  }

  close() {
    this.watch.disconnect();
  }

  listen() {
    this.held = onDrag(
      this.input.grid.canvas,
      () => this.shift,
      (down, right, shift) => this.to(shift + Math.round(this.along([down, right]) / this.input.grid.cell), false),
      (shift) => shift !== this.shift && this.commit(),
    );
    this.range.addEventListener("input", () => this.to(Number(this.range.value), false));
    this.range.addEventListener("change", () => this.commit());
    this.range.addEventListener("keydown", (event) => event.key !== "Tab" && event.stopPropagation());
  }

  /** How far a step of [rows, columns] leads along the direction. */
  along([rows, columns]) {
    const [down, right] = this.head.direction;
    return (rows * down + columns * right) / (down + right);
  }

  to(shift, done) {
    const bounded = Math.max(0, Math.min(this.head.most, Math.round(shift)));
    if (bounded !== this.shift) {
      this.shift = bounded;
      this.show();
    }
    if (done) this.commit();
  }

  commit() {
    if (this.shift !== this.committed) this.sender.push({ shift: this.shift }, true);
    this.committed = this.shift;
  }

  update(head, arrays, look) {
    this.sender.begin(head.answered);
    this.sender.answered(head.answered);
    Object.assign(this, { head, arrays, look });
    if (this.shift === undefined || (this.sender.idle && !this.held())) this.shift = this.committed = head.shift;
    this.definition.textContent = head.definition;
    this.draw();
  }

  draw() {
    const { head, look, board } = this;
    const [width, height] = [board.clientWidth, board.clientHeight];
    if (!head || width < 100 || height < 60) return;
    const title = 1.35 * look.size * (0.4 + 0.6 * look.type);
    this.input.fit(...head.size, width * 0.22, height - title - 2.6 * look.size);
    const high = (height - 2 * title) / 2 - 0.5 * look.size;
    this.maps.forEach((panel, at) => panel.fit(...head.maps[at].size, width * 0.15, Math.min(high, width * 0.16)));
    this.curves.resize(head, look);
    this.show();
  }

  show() {
    const { head, look, arrays, shift } = this;
    const hidden = head.hidden || (head.asking && shift !== head.shift); // the next one is to be predicted again
    const told = (map) => (hidden ? "?" : percent(map.changes[shift]));
    const top = largestOf(arrays.map0.subarray(0, head.maps[0].size[0] * head.maps[0].size[1]));
    const scale = ramp(0, top || 1, head.sequential);
    head.maps.forEach((map, at) => {
      const plane = map.size[0] * map.size[1];
      this.maps[at].say(map.short, `${map.title}, ${map.size.join(" by ")} cells, changed by ${told(map)}`);
      this.maps[at].paint({ values: arrays[`map${at}`].subarray(shift * plane, (shift + 1) * plane), scale, look, numbers: false });
      this.maps[at].title.append(make("b", { class: "pool-change" }, told(map)));
    });
    this.input.say(`${head.titles.input}`, `${head.titles.input}. Drag it, or press the arrow keys.`);
    this.input.paint({ values: this.moved(), scale: ink(0, head.top, look), look, numbers: false });
    this.range.value = shift;
    this.range.style.setProperty("--share", `${(100 * shift) / head.most}%`);
    this.told.textContent = `${shift} ${shift === 1 ? "pixel" : "pixels"}`;
    this.verdict.textContent = hidden ? "How much has the map changed? Guess, then reveal it." : head.verdicts[head.shown][shift];
    this.curves.hide(hidden);
    this.curves.mark(shift);
  }

  /** The picture where it is now. */
  moved() {
    const { head, arrays, shift } = this;
    const [rows, columns] = head.size;
    const [down, right] = head.direction.map((step) => step * shift);
    const values = new Float32Array(rows * columns);
    for (let row = down; row < rows; row++) {
      const from = (row - down) * columns;
      values.set(arrays.picture.subarray(from, from + columns - right), row * columns + right);
    }
    return values;
  }
}
