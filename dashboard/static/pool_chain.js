// The chain: sliders for every step, the maps drawn to scale, and the receptive field of one cell growing on the input.

import { css, hex, make } from "./kit.js";
import { Panel } from "./lesson_panel.js";
import { StepRow } from "./pool_step.js";
import { mix, ramp } from "./stage_colours.js";
import { amber } from "./stage_overlay.js";
import { Sender } from "./stage_sender.js";

const HEADS = ["", "step", "size", "stride", "padding", "map's side", "jump", "receptive field", ""];

export class PoolChainView {
  constructor(send) {
    this.send = send;
    this.sender = new Sender((message) => this.send(message));
    this.panels = [];
    this.rows = [];
    this.maps = make("div", { class: "pool-chain-maps" });
    this.told = make("output", { class: "pool-verdict", "aria-live": "polite" });
    this.table = make("div", { class: "pool-steps", role: "group", "aria-label": "Steps of the chain" });
    this.element = make("div", { class: "stage lesson pool-chain" }, this.maps, this.told, this.table);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.maps);
  }

  close() {
    this.watch.disconnect();
  }

  /** steps: as they are now under the hand. */
  push(done, steps = this.rows.map((row) => row.step)) {
    this.sender.push({ steps, at: this.at }, done);
  }

  update(head, arrays, look) {
    this.sender.begin(head.answered);
    this.sender.answered(head.answered);
    Object.assign(this, { head, arrays, look });
    const settled = this.sender.idle && !this.rows.some((row) => row.held);
    if (settled || !this.at) this.at = head.at;
    const last = head.rows.at(-1).size - 1;
    this.at = this.at.map((cell) => Math.min(cell, last));
    if (this.rows.length !== head.steps.length) this.build();
    this.rows.forEach((row, at) => row.update(head.steps[at], head.formulas[at], settled));
    if (this.panels.length !== head.rows.length) this.makePanels();
    this.draw();
  }

  build() {
    const { most } = this.head;
    this.rows = this.head.steps.map((_, at) => new StepRow(at, most, {
      onChange: (done) => this.push(done),
      onRemove: () => this.push(true, this.rows.filter((_, other) => other !== at).map((row) => row.step)),
    }));
    const heads = HEADS.map((text) => make("span", { class: "pool-head" }, text));
    this.table.replaceChildren(...heads, ...this.rows.flatMap((row) => row.cells));
  }

  makePanels() {
    const number = this.head.rows.length;
    this.panels = Array.from({ length: number }, (_, level) => new Panel({
      name: level ? `after ${level}` : "input",
      keys: level === number - 1,
      onCell: (cell) => this.point(level, [cell.row, cell.column]),
      onLeave: () => this.point(null),
      onPick: (cell) => level === number - 1 && this.pick([cell.row, cell.column]),
      onKey: ([down, right]) => this.pick([this.at[0] + down, this.at[1] + right]),
    }));
    this.focus = null;
    this.maps.replaceChildren(...this.panels.map((panel) => panel.element));
  }

  pick(cell) {
    const last = this.head.rows.at(-1).size - 1;
    this.at = cell.map((at) => Math.max(0, Math.min(last, at)));
    this.focus = null;
    this.show();
    this.push(true);
  }

  point(level, cell = null) {
    this.focus = level === null ? null : { level, cell };
    this.show();
  }

  draw() {
    const { head, maps, look } = this;
    const [width, height] = [maps.clientWidth, maps.clientHeight];
    if (!head || width < 100 || height < 40) return;
    const title = 1.35 * look.size * (0.4 + 0.6 * look.type);
    const sides = head.rows.map((row, level) => (this.asked(level) ? head.rows[level - 1].size : row.size));
    const gap = 1.1 * look.size;
    const least = Math.min(5.6 * look.size, (0.75 * width) / sides.length - gap);
    let scale = (height - title - 8) / sides[0];
    for (let turn = 0; turn < 6; turn++) {
      const wide = sides.reduce((sum, side) => sum + Math.max(least, side * scale), 0) + (sides.length - 1) * gap;
      if (wide > width) scale *= Math.max(0.5, width / wide);
    }
    this.panels.forEach((panel, level) => {
      panel.element.style.minWidth = `${least}px`;
      panel.fit(sides[level], sides[level], sides[level] * scale, sides[level] * scale);
      const size = this.asked(level) ? "? × ?" : `${sides[level]}×${sides[level]}`;
      panel.say(`${level ? `${level}:` : "input"} ${size}`, this.words(level));
      panel.hide(this.asked(level));
    });
    this.show();
  }

  /** Whether the size of this map is to be predicted. */
  asked(level) {
    return this.head.hidden && level === this.head.rows.length - 1;
  }

  /** The cell that is looked at: the one under the pointer, else that of the last map whose size is told. */
  looked() {
    const level = this.head.rows.length - 1;
    if (this.focus && !this.asked(this.focus.level)) return this.focus;
    if (!this.asked(level)) return { level, cell: this.at };
    const middle = Math.floor(this.head.rows[level - 1].size / 2);
    return { level: level - 1, cell: [middle, middle] };
  }

  words(level) {
    if (this.asked(level)) return `Map after step ${level}: how large is it?`;
    const row = this.head.rows[level];
    return `${level ? `Map after step ${level}` : "Input"}, ${row.size} by ${row.size} cells, receptive field ${row.field} by ${row.field}, jump ${row.jump}.`;
  }

  /** The cells of map `below` that a cell of map `level` depends on, along one axis: [first, last], beyond the map in padding. */
  window(level, below, cell) {
    let [first, last] = [cell, cell];
    for (let at = level; at > below; at--) {
      const { size, stride, padding } = this.head.steps[at - 1];
      [first, last] = [first * stride - padding, last * stride - padding + size - 1];
    }
    return [first, last];
  }

  box(level, below, cell) {
    const side = this.head.rows[below].size;
    const [[top, bottom], [left, right]] = cell.map((at) => this.window(level, below, at).map((index) => Math.max(0, Math.min(side - 1, index))));
    return { row: top, column: left, rows: bottom - top + 1, columns: right - left + 1 };
  }

  /** The colours of the steps; lighter on a dark page. */
  levels() {
    return this.head.levels.map((colour) => (this.look.dark ? css(mix(hex(colour), [255, 255, 255], 0.35)) : colour));
  }

  show() {
    const { head, look } = this;
    if (!head || !this.panels.length) return;
    const { level, cell } = this.looked();
    const colours = this.levels();
    this.panels.forEach((panel, below) => {
      const side = head.rows[below].size;
      const values = below ? new Float32Array(side * side) : this.ways(level, cell);
      panel.paint({ values, scale: below ? ramp(0, 1, [look.panel, look.panel]) : ramp(0, 1, [look.panel, amber(look)]), look, numbers: false });
      const own = below <= level ? [{ ...this.box(level, below, cell), colour: below ? colours[(below - 1) % colours.length] : look.text }] : [];
      panel.mark(below || !level ? own : this.nested(level, cell));
      panel.title.style.borderLeftColor = below ? colours[(below - 1) % colours.length] : "transparent";
    });
    this.tell(level, cell);
  }

  /** On the input: the field of one cell after every step, each in the colour of its map, the last one around all. */
  nested(level, cell) {
    const { head } = this;
    const colours = this.levels();
    const found = [];
    for (let at = level; at >= 1; at--) {
      const middle = cell.map((index) => {
        const [first, last] = this.window(level, at, index);
        return Math.max(0, Math.min(head.rows[at].size - 1, Math.floor((first + last) / 2)));
      });
      found.push({ ...this.box(at, 0, middle), colour: colours[(at - 1) % colours.length] });
    }
    return found;
  }

  /** How much each input pixel counts for the cell, all weights equal; 1 is the most. */
  ways(level, [row, column]) {
    const side = this.head.rows[0].size;
    const along = (cell) => this.arrays[`ways${level}`].subarray(cell * side, (cell + 1) * side);
    const [down, right] = [along(row), along(column)];
    const most = Math.max(...down) * Math.max(...right) || 1;
    return Float32Array.from({ length: side * side }, (_, at) => (down[Math.floor(at / side)] * right[at % side]) / most);
  }

  tell(level, cell) {
    const { head } = this;
    const row = head.rows[level];
    const [[top, bottom], [left, right]] = cell.map((at) => this.window(level, 0, at));
    const side = head.rows[0].size;
    const outside = top < 0 || left < 0 || bottom >= side || right >= side;
    const name = level ? `Cell [${cell.join(", ")}] after step ${level}` : `Pixel [${cell.join(", ")}]`;
    const field = `${row.field}×${row.field} pixels: rows ${top} to ${bottom}, columns ${left} to ${right}`.replaceAll(" -", " −");
    this.told.replaceChildren(level ? `${name} sees ${field}${outside ? ", partly padding" : ""}. Its neighbour sees ${row.jump} ${row.jump === 1 ? "pixel" : "pixels"} further. ` : `${name} sees itself. `, make("span", { class: head.equal ? "foot-check" : "foot-check foot-wrong" }, head.check));
  }
}
