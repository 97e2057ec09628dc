// Channels: the window of every channel, its products, their sum; all filters' maps, and where the numbers lie in memory.

import { count, css, make } from "./kit.js";
import { drawFacts, drawOrder } from "./lesson_facts.js";
import { LIGHTS } from "./lesson_lights.js";
import { Panel } from "./lesson_panel.js";
import { sumOf } from "./lesson_sums.js";
import { diverging, ramp } from "./stage_colours.js";
import { Line } from "./stage_line.js";
import { largestOf, written } from "./stage_numbers.js";
import { Sender } from "./stage_sender.js";

const LINES_FROM = 8; // CSS pixels of a cell: lines between smaller ones would hide the picture

export class ChannelsView {
  constructor(send) {
    this.send = send;
    this.sender = new Sender((message) => this.send(message));
    [this.inputs, this.products, this.outputs] = ["inputs", "products", "maps"].map((name) => make("div", { class: `channels-${name}` }));
    this.titles = [0, 1, 2].map(() => make("div", { class: "panel-title" }));
    const column = (at, body) => make("div", { class: "channels-column" }, this.titles[at], body);
    this.board = make("div", { class: "channels-board" }, column(0, this.inputs), column(1, this.products), column(2, this.outputs));
    this.line = new Line();
    this.facts = make("div", { class: "channels-facts" });
    this.element = make("div", { class: "stage lesson channels" }, this.board, this.line.element, this.facts);
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.board);
  }

  close() {
    this.watch.disconnect();
  }

  update(head, arrays, look) {
    this.sender.begin(head.answered);
    this.sender.answered(head.answered);
    Object.assign(this, { head, arrays, look });
    this.element.classList.toggle("asking", head.hidden === "size");
    if (!this.held || this.sender.idle) this.held = head.at;
    this.held = { filter: Math.min(this.held.filter, head.filters - 1), row: Math.min(this.held.row, head.out - 1), column: Math.min(this.held.column, head.out - 1) };
    this.over = null;
    this.make();
    this.draw();
  }

  get each() {
    return this.head.channels / this.head.groups;
  }

  make() {
    const { head } = this;
    const key = [head.channels, head.filters, head.groups].join();
    if (key === this.made) return;
    this.made = key;
    this.planes = head.names.map((name, channel) => new Panel({ name: `channel ${name}`, onCell: (cell) => this.tellPixel(channel, cell), onLeave: () => this.drawFocus() }));
    this.inputs.replaceChildren(...this.planes.map((panel) => panel.element));
    this.terms = Array.from({ length: this.each }, (_, at) => {
      const panels = ["patch", "weights", "products"].map((name) => new Panel({ name: `${name} ${at}` }));
      const [label, sum] = [make("span", { class: "channels-label" }), make("output", { class: "channels-sum" })];
      const [times, equals, adds] = ["·", "=", "Σ"].map((sign) => make("span", { class: "shift-sign" }, sign));
      return { panels, label, sum, element: make("div", { class: "channels-term" }, label, panels[0].field, times, panels[1].field, equals, panels[2].field, adds, sum) };
    });
    this.products.replaceChildren(...this.terms.map((term) => term.element));
    this.maps = Array.from({ length: head.filters }, (_, filter) => new Panel({
      name: `map ${filter}`,
      keys: filter === 0,
      onCell: (cell) => this.point({ filter, ...cell }),
      onLeave: () => this.point(null),
      onPick: (cell) => this.pin({ filter, ...cell }),
      onKey: (step) => this.walk(step),
    }));
    this.outputs.replaceChildren(...this.maps.map((panel) => panel.field));
  }

  point(cell) {
    this.over = cell;
    this.drawFocus();
  }

  pin(cell) {
    this.held = cell;
    this.drawFocus();
    this.sender.push(cell, true);
  }

  walk([down, right]) {
    const last = this.head.out - 1;
    const { filter, row, column } = this.held;
    this.pin({ filter, row: Math.max(0, Math.min(last, row + down)), column: Math.max(0, Math.min(last, column + right)) });
  }

  /** Page up and down: the filter before and after. */
  key(event) {
    const by = { PageUp: -1, PageDown: 1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.pin({ ...this.held, filter: Math.max(0, Math.min(this.head.filters - 1, this.held.filter + by)) });
  }

  draw() {
    const { head, look, board } = this;
    const [width, height] = [board.clientWidth, board.clientHeight];
    if (!head || width < 100 || height < 60) return;
    const title = 1.5 * look.size * look.type;
    const room = height - title;
    head.names.forEach((name, at) => this.planes[at].say(name, `Channel ${name} of the input, ${head.size} by ${head.size}`));
    this.fitInputs(width * 0.17, room);
    const row = room / this.each - 6;
    const cell = Math.floor(Math.min(row / head.kernel, (width * 0.41 - 9 * look.size) / (3 * head.kernel)));
    this.terms.forEach(({ panels }) => panels.forEach((panel) => panel.fit(head.kernel, head.kernel, cell * head.kernel, cell * head.kernel)));
    const wide = width - width * 0.17 - this.products.offsetWidth - 3.5 * look.size;
    const across = bestAcross(head.filters, wide, room);
    const side = Math.min(wide / across, room / Math.ceil(head.filters / across)) - 7;
    this.outputs.style.gridTemplateColumns = `repeat(${across}, max-content)`;
    this.maps.forEach((panel) => panel.fit(head.out, head.out, side, side));
    this.titles[0].textContent = head.titles[0];
    this.paintMaps();
    this.drawFocus();
  }

  fitInputs(width, room) {
    const { head, look, arrays } = this;
    const plane = head.size ** 2;
    const across = head.channels > 3 ? 2 : 1;
    const rows = Math.ceil(head.channels / across);
    this.inputs.style.gridTemplateColumns = `repeat(${across}, max-content)`;
    this.planes.forEach((panel, channel) => {
      panel.fit(head.size, head.size, width / across - 1.9 * look.size - 6, room / rows - 4);
      const scale = ramp(0, head.top, ["#000000", LIGHTS[channel % 3]]);
      panel.paint({ values: arrays.input.subarray(channel * plane, (channel + 1) * plane), scale, look, numbers: false, lines: panel.grid.cell >= LINES_FROM });
    });
  }

  paintMaps() {
    const { head, look, arrays } = this;
    const plane = head.out ** 2;
    const coded = arrays.maps instanceof Uint8Array;
    this.maps.forEach((panel, filter) => {
      const scale = diverging(coded ? 127 : head.limits[filter], head.colours, look.dark);
      const values = arrays.maps.subarray(filter * plane, (filter + 1) * plane);
      panel.paint({ values, colour: (index) => scale.at(coded ? values[index] - 127 : values[index]), look, numbers: false, lines: panel.grid.cell >= LINES_FROM });
      panel.grid.canvas.setAttribute("aria-label", `Map ${filter}: ${head.filterNames[filter]}${filter ? "" : ". Arrow keys move over the cells of the maps, page up and down change the filter."}`);
    });
  }

  /** A pixel of the input is pointed at: where its numbers lie. */
  tellPixel(channel, cell) {
    drawOrder(this.facts, this.head, { channel, ...cell, each: 1, side: 1 }, count, this.arrays.input);
  }

  /** What the colours of this map mean: each map has its own ends. */
  drawScale(filter) {
    const { head, look } = this;
    if (head.hidden) return this.titles[2].replaceChildren("output ?");
    const limit = written(head.limits[filter], head.limits[filter] < 10 ? 1 : 0);
    const scale = diverging(1, head.colours, look.dark);
    const stops = [-1, -0.5, 0, 0.5, 1].map((at) => css(scale.at(at)));
    const bar = make("i", { class: "channels-scale", style: `background:linear-gradient(90deg,${stops})` });
    this.titles[2].replaceChildren(`${head.titles[2]} · map ${filter} `, make("span", { title: "Every map has colours of its own, up to its largest value" }, `−${limit} `, bar, ` ${limit}`));
  }

  /** Everything about the output that is pointed at, or held. */
  drawFocus() {
    const { head, look, arrays } = this;
    if (!this.maps || !head) return;
    const { filter, row, column } = this.over ?? this.held;
    const firstChannel = Math.floor(filter / (head.filters / head.groups)) * this.each;
    const amber = look.dark ? "#f0a030" : "#cc7000";
    const [taps, plane] = [head.kernel ** 2, head.size ** 2];
    this.planes.forEach((panel, channel) => {
      const read = channel >= firstChannel && channel < firstChannel + this.each;
      panel.element.classList.toggle("unread", !read);
      panel.mark(read ? [{ row, column, rows: head.kernel, columns: head.kernel, colour: amber }] : []);
    });
    this.maps.forEach((panel, at) => {
      panel.field.classList.toggle("chosen", at === filter);
      panel.mark(at === filter ? [{ row, column, colour: amber }] : []);
    });
    const weights = diverging(largestOf(arrays.kernel), head.colours, look.dark);
    const parts = this.terms.map(({ panels, label, sum }, at) => {
      const channel = firstChannel + at;
      const own = arrays.kernel.subarray((filter * this.each + at) * taps, (filter * this.each + at + 1) * taps);
      const patch = own.map((_, tap) => arrays.input[channel * plane + (row + Math.floor(tap / head.kernel)) * head.size + column + (tap % head.kernel)]);
      const products = own.map((weight, tap) => weight * patch[tap]);
      const total = products.reduce((all, product) => all + product, 0);
      panels[0].paint({ values: patch, scale: ramp(0, head.top, ["#000000", LIGHTS[channel % 3]]), look });
      panels[1].paint({ values: own, scale: weights, look });
      panels[2].paint({ values: products, scale: diverging(weights.high * head.top, head.colours, look.dark), look });
      label.textContent = head.names[channel];
      sum.textContent = written(total, 2);
      return [head.names[channel], total];
    });
    const bias = arrays.bias[filter];
    const total = parts.reduce((all, [, value]) => all + value, bias);
    const { pieces } = sumOf([...parts, ["bias", bias]], total);
    this.titles[1].textContent = `${head.titles[1]} ${filter}: ${head.filterNames[filter]}`;
    this.line.show([["name", `y[${filter},${row},${column}]`], ...pieces]);
    drawFacts(this.facts, head, { filter, row, column, channel: firstChannel, each: this.each }, look, count, arrays.input);
    this.drawScale(filter);
  }
}

/** The number of columns at which so many squares are largest. */
function bestAcross(number, width, height) {
  let [best, largest] = [1, 0];
  for (let across = 1; across <= number; across++) {
    const side = Math.min(width / across, height / Math.ceil(number / across));
    if (side > largest) [best, largest] = [across, side];
  }
  return best;
}
