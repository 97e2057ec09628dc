// One gradient step on one picture: the filters before, the gradient, and after, for any learning rate under the thumb.
// Loss and answers at all learning rates are here already; the filters after are w - eta dE/dw, as they are in the step.

import { make, percent } from "./kit.js";
import { Chart } from "./probe_chart.js";
import { photograph, Picture } from "./probe_picture.js";
import { diverging } from "./stage_colours.js";
import { Line } from "./stage_line.js";
import { decimalsFor, largestOf, written } from "./stage_numbers.js";

const ROWS = { before: "weights w before", gradient: "gradient ∂E/∂w", after: "after: w − η ∂E/∂w" };
const GAP = 2; // CSS pixels between filters

export class TeachView {
  constructor(send) {
    this.send = send;
    this.picture = new Picture({ name: "picture" });
    this.caption = make("div", { class: "probe-caption" });
    this.bars = make("div", { class: "teach-bars" });
    this.rows = Object.keys(ROWS).map((name) => this.makeRow(name));
    this.chart = new Chart({ name: "loss", onMove: (position, done) => this.move(position, done) });
    this.range = make("input", { type: "range", min: 0, step: 1, class: "player-range", "aria-label": "Learning rate" });
    this.range.addEventListener("input", () => this.move(Number(this.range.value), false));
    this.range.addEventListener("change", () => this.move(Number(this.range.value), true));
    this.rate = make("output", { class: "teach-rate" });
    this.verdict = make("output", { class: "probe-verdict", "aria-live": "polite" });
    this.line = new Line();
    this.element = make("div", { class: "stage probe teach" },
      make("div", { class: "teach-left" }, this.caption, this.picture.canvas, this.bars),
      make("div", { class: "teach-right" }, ...this.rows.map((row) => row.element), this.line.element,
        make("div", { class: "teach-head" }, make("span", { class: "probe-title" }, "The loss after the step, for every learning rate"), this.rate), this.chart.picture,
        make("div", { class: "teach-slide" }, this.range)),
      this.verdict);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.element);
  }

  close() {
    this.watch.disconnect();
  }

  makeRow(name) {
    const canvas = make("canvas", { role: "img", "data-row": name });
    const title = make("div", { class: "teach-name" }, make("span", {}), make("small", {}));
    canvas.addEventListener("pointermove", (event) => this.point(event, canvas));
    return { name, canvas, title, element: make("div", { class: "teach-row" }, title, canvas) };
  }

  update(head, arrays, look) {
    const other = this.head?.question !== head.question;
    const layer = this.head?.layer !== head.layer;
    Object.assign(this, { head, arrays, look });
    if (other || !(this.position < head.rates.length)) this.position = head.at;
    if (layer || this.weight === undefined) this.weight = head.steepest;
    this.range.max = head.rates.length - 1;
    this.after = new Float32Array(arrays.before.length);
    this.draw();
  }

  draw() {
    const { head, look, element } = this;
    if (!head || element.clientWidth < 200) return;
    const [, rows, columns] = head.size;
    this.caption.textContent = head.caption;
    const left = element.querySelector(".teach-left");
    this.picture.fit(rows, columns, left.clientWidth, Math.min(left.clientWidth, 0.3 * element.clientHeight));
    this.picture.paint(photograph(this.arrays.picture, head.size));
    this.picture.canvas.setAttribute("aria-label", head.caption);
    this.layOut();
    const least = Math.min(...head.losses.filter(Number.isFinite), head.loss);
    const high = Math.max(1.6 * head.loss, least + 0.1);
    const flat = head.losses.map(() => head.loss);
    const losses = head.losses.map((loss) => (loss === null ? NaN : loss));
    this.chart.draw({
      positions: head.rates.length, start: 0, low: 0, high,
      lines: [{ values: losses, colour: look.training, strong: true }, { values: flat, colour: look.muted, dash: [4, 4] }],
      ticks: head.ticks, levels: [0, high / 2, high].map((value) => ({ value, text: written(value, decimalsFor(high)) })), alt: head.alt,
    }, look);
    const thumb = 1.05 * look.size;
    if (this.chart.step) {
      this.range.style.marginLeft = `${this.chart.x(0) - thumb / 2}px`;
      this.range.style.width = `${this.chart.x(head.rates.length - 1) - this.chart.x(0) + thumb}px`;
    }
    this.show();
  }

  /** How many filters stand beside each other, and how large. */
  layOut() {
    const { head, look, rows, element } = this;
    const [count, height, width] = head.tiles;
    const room = rows[0].element.clientWidth - 8.4 * look.size;
    const most = 0.15 * element.clientHeight;
    let best = { cell: 0, across: count };
    for (let down = 1; down <= count; down++) {
      const across = Math.ceil(count / down);
      const cell = Math.min((room / across - GAP) / width, (most / down - GAP) / height);
      if (cell > best.cell) best = { cell, across };
    }
    const cell = best.cell >= 2 ? Math.floor(best.cell) : best.cell;
    this.plan = { cell, across: best.across, step: [height * cell + GAP, width * cell + GAP] };
  }

  drawRow(row, values, scale) {
    const { plan, head } = this;
    const [count, height, width] = head.tiles;
    const ratio = window.devicePixelRatio || 1;
    const size = [Math.min(count, plan.across) * plan.step[1], Math.ceil(count / plan.across) * plan.step[0]];
    const { canvas } = row;
    const [wide, high] = size.map((side) => Math.max(1, Math.round(side * ratio)));
    if (canvas.width !== wide) canvas.width = wide;
    if (canvas.height !== high) canvas.height = high;
    Object.assign(canvas.style, { width: `${size[0]}px`, height: `${size[1]}px` });
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, size[0], size[1]);
    pen.imageSmoothingEnabled = plan.cell < 1;
    const small = new OffscreenCanvas(width, height);
    const brush = small.getContext("2d");
    const image = new ImageData(width, height);
    for (let tile = 0; tile < count; tile++) {
      for (let index = 0; index < height * width; index++) {
        const [red, green, blue] = scale.at(values[tile * height * width + index]);
        image.data.set([red, green, blue, 255], 4 * index);
      }
      brush.putImageData(image, 0, 0);
      const [x, y] = this.corner(tile);
      pen.drawImage(small, x, y, width * plan.cell, height * plan.cell);
    }
    const [x, y, side] = this.placeOf(this.weight);
    pen.strokeStyle = this.look.dark ? "#f0a030" : "#cc7000";
    pen.lineWidth = 1.5 * this.look.line;
    pen.strokeRect(x - 1, y - 1, Math.max(4, side) + 2, Math.max(4, side) + 2);
  }

  corner(tile) {
    const { plan } = this;
    return [(tile % plan.across) * plan.step[1], Math.floor(tile / plan.across) * plan.step[0]];
  }

  placeOf(weight) {
    const [, height, width] = this.head.tiles;
    const [tile, index] = [Math.floor(weight / (height * width)), weight % (height * width)];
    const [x, y] = this.corner(tile);
    return [x + (index % width) * this.plan.cell, y + Math.floor(index / width) * this.plan.cell, this.plan.cell];
  }

  point(event, canvas) {
    const [count, height, width] = this.head.tiles;
    const at = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - at.left, event.clientY - at.top];
    const [across, down] = [Math.floor(x / this.plan.step[1]), Math.floor(y / this.plan.step[0])];
    const tile = down * this.plan.across + across;
    const [column, row] = [Math.floor((x - across * this.plan.step[1]) / this.plan.cell), Math.floor((y - down * this.plan.step[0]) / this.plan.cell)];
    if (tile < 0 || tile >= count || column < 0 || row < 0 || column >= width || row >= height) return;
    const weight = tile * height * width + row * width + column;
    if (weight === this.weight) return;
    this.weight = weight;
    this.show();
  }

  move(position, done) {
    const moved = position !== this.position;
    this.position = Math.max(0, Math.min(this.head.rates.length - 1, position));
    if (moved) this.show();
    if (done) this.send({ rate: this.head.rates[this.position] });
  }

  show() {
    const { head, arrays, position, look } = this;
    if (!this.plan) return;
    const rate = head.rates[position];
    this.range.value = position;
    this.range.style.setProperty("--share", `${(100 * position) / (head.rates.length - 1)}%`);
    this.range.setAttribute("aria-valuetext", `${rate}`);
    this.rate.textContent = `η = ${written(rate, 6)}`;
    arrays.before.forEach((weight, at) => (this.after[at] = weight - rate * arrays.gradient[at]));
    const weights = diverging(head.largest, head.diverging, look.dark);
    const steepest = largestOf(arrays.gradient);
    const scales = { before: weights, gradient: diverging(steepest, head.diverging, look.dark), after: weights };
    const limits = { before: head.largest, gradient: steepest, after: head.largest };
    for (const row of this.rows) {
      const values = row.name === "after" ? this.after : arrays[row.name];
      this.drawRow(row, values, scales[row.name]);
      const [title, limit] = row.title.children;
      title.textContent = ROWS[row.name];
      limit.textContent = limits[row.name] ? `up to ±${written(limits[row.name], decimalsFor(limits[row.name]))}` : "all zero";
      row.canvas.setAttribute("aria-label", `${ROWS[row.name]}: ${head.layerWords}`);
    }
    this.formula(rate);
    this.drawBars();
    this.chart.mark(position);
    this.verdict.textContent = head.verdicts[position];
    this.verdict.classList.toggle("warned", head.worse[position]);
  }

  formula(rate) {
    const { head, arrays, weight } = this;
    const [before, gradient, after] = [arrays.before[weight], arrays.gradient[weight], this.after[weight]];
    const decimals = Math.max(4, decimalsFor(Math.abs(rate * gradient)) + 1);
    const [, height, width] = head.tiles;
    const [tile, index] = [Math.floor(weight / (height * width)), weight % (height * width)];
    const name = `${head.names[tile]}[${height > 1 ? `${Math.floor(index / width)},` : ""}${index % width}]`;
    const signed = gradient < 0 ? `(${written(gradient, decimals)})` : written(gradient, decimals);
    this.line.show([["name", `w ${name}`], ["equals", " ← w − η·∂E/∂w ≈ "], ["x", written(before, 4)], ["operator", " − "], ["plus", written(rate, 6)], ["operator", " · "], [gradient < 0 ? "minus" : "plus", signed], ["equals", " ≈ "], ["result", written(after, decimals)]]);
  }

  drawBars() {
    const { head, arrays, position } = this;
    const classes = head.classes.length;
    if (this.bars.children.length !== head.shown.length)
      this.bars.replaceChildren(...head.shown.map(() => make("div", { class: "teach-bar" }, make("span", {}), make("div", {}, make("i", { class: "was" }), make("i", {})), make("output", {}))));
    const longest = Math.max(...head.shown.map((index) => head.classes[index].length));
    this.bars.style.setProperty("--names", `${Math.min(5, 0.55 * longest + 0.3)}rem`);
    head.shown.forEach((index, at) => {
      const [name, box, value] = this.bars.children[at].children;
      const [was, now] = [arrays.probabilities[index], arrays.ahead[position * classes + index]];
      name.textContent = head.classes[index];
      this.bars.children[at].classList.toggle("label", index === head.label);
      box.children[0].style.width = `${100 * was}%`;
      box.children[1].style.width = `${Number.isFinite(now) ? 100 * now : 0}%`;
      box.children[1].style.background = head.colours[at];
      value.textContent = `${percent(was, 0)} → ${Number.isFinite(now) ? percent(now, 0) : "?"}`;
    });
  }
}
