// The disturbed picture, the answer and each layer's similarity over all positions of one slider: everything is here
// already, so that the thumb asks nobody. A press on the picture says where the square that hides lies.

import { make, percent } from "./kit.js";
import { Chart, legendLine } from "./probe_chart.js";
import { photograph, Picture } from "./probe_picture.js";
import { ramp } from "./stage_colours.js";
import { MINUS, written } from "./stage_numbers.js";

const DEPTH = { light: ["#35a79c", "#2b83ba", "#4053a8", "#7a2a91", "#3d0a3f"], dark: ["#3b8fb5", "#45b0b5", "#8fd3a5", "#d6e88a", "#fff3b0"] };
const POOLED = [6, 4];
const GUESSED = [2, 3];
const MEASURES = { same: "in its place", moved: "moved along" };

export class DisturbView {
  constructor(send) {
    this.send = send;
    this.measure = "same";
    this.picture = new Picture({ name: "disturbed picture", onPick: (cell) => this.place(cell) });
    this.caption = make("div", { class: "probe-caption" });
    this.said = make("output", { class: "probe-said" });
    this.answerChart = new Chart({ name: "answer", onMove: (position, done) => this.move(position, done) });
    this.layerChart = new Chart({ name: "layers", onMove: (position, done) => this.move(position, done) });
    this.answerLegend = make("div", { class: "probe-legend" });
    this.layerLegend = make("div", { class: "probe-legend" });
    this.range = make("input", { type: "range", min: 0, step: 1, class: "player-range" });
    this.range.addEventListener("input", () => this.move(Number(this.range.value), false));
    this.range.addEventListener("change", () => this.move(Number(this.range.value), true));
    this.back = make("button", { type: "button", onclick: () => this.move(this.head.start, true) }, "Undisturbed");
    this.unit = make("span", { class: "probe-unit" });
    this.switch = make("div", { class: "probe-switch", role: "group", "aria-label": "What is compared" }, ...Object.entries(MEASURES).map(([name, words]) =>
      make("button", { type: "button", "data-measure": name, onclick: () => this.compare(name) }, words)));
    this.layerTitle = make("div", { class: "probe-title" });
    this.verdict = make("output", { class: "probe-verdict", "aria-live": "polite" });
    this.element = make("div", { class: "stage probe disturb" },
      make("div", { class: "probe-left" }, this.caption, this.picture.canvas, this.said),
      make("div", { class: "probe-plots" },
        make("div", { class: "probe-title" }, "The answer: probability of each class"), make("span"),
        this.answerChart.picture, this.answerLegend,
        make("div", { class: "probe-head" }, this.layerTitle, this.switch), make("span"),
        this.layerChart.picture, this.layerLegend,
        make("div", { class: "probe-slide" }, this.range), make("div", { class: "probe-slide-right" }, this.back, this.unit)),
      this.verdict);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.element);
  }

  close() {
    this.watch.disconnect();
  }

  update(head, arrays, look) {
    const other = this.head?.question !== head.question;
    Object.assign(this, { head, arrays, look });
    if (other || !(this.position < head.values.length)) this.position = head.at;
    if (!head.moves) this.measure = "same";
    this.range.max = head.values.length - 1;
    this.range.setAttribute("aria-label", head.title);
    this.unit.textContent = head.note;
    this.unit.title = head.note ? "A slow network is asked at fewer positions" : "";
    this.switch.hidden = !head.moves;
    this.picture.canvas.classList.toggle("placeable", head.placed);
    this.legends();
    this.draw();
  }

  legends() {
    const { head, look } = this;
    const depth = ramp(0, Math.max(1, head.layers.length - 2), look.dark ? DEPTH.dark : DEPTH.light);
    this.layerColours = head.layers.map((_, at) => (at === 0 ? look.muted : `rgb(${depth.at(at - 1).map(Math.round).join(",")})`));
    this.classLines = head.shown.map((index, at) => legendLine({ colour: head.colours[at], dash: index >= 10 ? POOLED : [], name: head.classes[index], onPick: (on) => this.answerChart.pick(on ? at : null) }));
    this.answerLegend.replaceChildren(...this.classLines.map((line) => line.element));
    this.layerLines = head.layers.map((layer, at) => legendLine({ colour: this.layerColours[at], dash: this.dashOf(layer, at), name: layer.title, title: layer.words, onPick: (on) => this.layerChart.pick(on ? at : null) }));
    this.layerLegend.replaceChildren(...this.layerLines.map((line) => line.element));
  }

  dashOf(layer, at) {
    return at === 0 ? GUESSED : layer.pooled ? POOLED : [];
  }

  lines() {
    const { head, arrays } = this;
    const count = head.values.length;
    const row = (values, at) => values.subarray(at * count, (at + 1) * count);
    return {
      answers: head.shown.map((_, at) => ({ values: row(arrays.probabilities, at), colour: head.colours[at], strong: at === 0 })),
      layers: head.layers.map((layer, at) => ({ values: row(arrays[this.measure], at), colour: this.layerColours[at], dash: this.dashOf(layer, at), strong: layer.pooled })),
    };
  }

  draw() {
    const { head, look, element } = this;
    if (!head || element.clientWidth < 200) return;
    const { answers, layers } = this.lines();
    const shared = { positions: head.values.length, start: head.start };
    const lowest = Math.min(0, ...layers.flatMap((line) => [...line.values].filter(Number.isFinite)));
    this.answerChart.draw({ ...shared, lines: answers, ticks: [], low: 0, high: 1, levels: [[0, "0"], [0.5, "50 %"], [1, "100 %"]].map(([value, text]) => ({ value, text })), alt: head.alts.answer }, look);
    const low = lowest < -0.05 ? -1 : 0;
    const levels = (low ? [-1, 0, 1] : [0, 0.5, 1]).map((value) => ({ value, text: written(value, 1) }));
    this.layerChart.draw({ ...shared, lines: layers, ticks: head.ticks, low, high: 1, levels, alt: head.alts[this.measure] }, look);
    this.layerTitle.textContent = head.titles[this.measure];
    for (const button of this.switch.children) button.setAttribute("aria-pressed", button.dataset.measure === this.measure);
    this.alignSlider();
    const [, rows, columns] = head.size;
    const room = element.querySelector(".probe-left");
    this.picture.fit(rows, columns, room.clientWidth, Math.max(80, room.clientHeight - this.caption.offsetHeight - this.said.offsetHeight - 1.2 * look.size));
    this.show();
  }

  /** The thumb stands exactly under the marker. */
  alignSlider() {
    const { look } = this;
    const thumb = 1.05 * look.size;
    const chart = this.layerChart;
    if (!chart.step) return;
    const [left, right] = [chart.x(0), chart.x(this.head.values.length - 1)];
    this.range.style.marginLeft = `${left - thumb / 2}px`;
    this.range.style.width = `${right - left + thumb}px`;
  }

  compare(measure) {
    this.measure = measure;
    this.draw();
  }

  move(position, done) {
    const moved = position !== this.position;
    this.position = Math.max(0, Math.min(this.head.values.length - 1, position));
    if (moved) this.show();
    if (done) this.tell();
  }

  tell(more = {}) {
    this.send({ question: this.head.question, value: this.head.values[this.position], ...more });
  }

  place({ row, column }) {
    if (!this.head.placed) return;
    const [, rows, columns] = this.head.size;
    this.tell({ place: [(row + 0.5) / rows, (column + 0.5) / columns] });
  }

  show() {
    const { head, arrays, position } = this;
    const plane = head.size.reduce((product, side) => product * side, 1);
    this.range.value = position;
    this.range.style.setProperty("--share", `${(100 * position) / (head.values.length - 1)}%`);
    this.range.setAttribute("aria-valuetext", head.told[position]);
    this.picture.paint(photograph(arrays.pictures, head.size, position * plane));
    this.picture.canvas.setAttribute("aria-label", `The picture, ${head.told[position]}`);
    this.caption.textContent = head.told[position];
    this.said.textContent = head.answers[position];
    this.said.classList.toggle("changed", head.changed[position]);
    this.verdict.textContent = head.verdicts[this.measure][position];
    this.answerChart.mark(position);
    this.layerChart.mark(position);
    const count = head.values.length;
    this.classLines.forEach((line, at) => (line.value.textContent = percent(arrays.probabilities[at * count + position], 0)));
    this.layerLines.forEach((line, at) => {
      const value = arrays[this.measure][at * count + position];
      line.value.textContent = Number.isFinite(value) ? value.toFixed(2).replace("-", MINUS) : "–";
    });
  }
}
