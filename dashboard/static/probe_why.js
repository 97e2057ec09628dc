// Which pixels the answer hangs on: one method large, over the picture, and all of them small beside it.

import { make } from "./kit.js";
import { photograph, Picture } from "./probe_picture.js";
import { diverging, ramp } from "./stage_colours.js";
import { decimalsFor, largestOf, written } from "./stage_numbers.js";

const WATCHED = 0.75; // the opacity to begin with

export class WhyView {
  constructor(send) {
    this.send = send;
    this.opacity = WATCHED;
    this.large = new Picture({ name: "overlay", onCell: (cell) => this.point(cell), onLeave: () => this.point(null) });
    this.range = make("input", { type: "range", min: 0, max: 100, step: 1, class: "player-range", "aria-label": "Opacity of the map over the picture" });
    this.range.addEventListener("input", () => this.fade(Number(this.range.value) / 100));
    this.percent = make("output", {});
    this.title = make("div", { class: "probe-title" });
    this.legend = make("div", { class: "why-legend" }, make("span", {}), make("i", {}), make("span", {}));
    this.readout = make("output", { class: "why-readout" });
    this.note = make("div", { class: "why-note", role: "status" });
    this.words = make("p", { class: "why-words" });
    this.facts = make("p", { class: "why-facts" });
    this.tiles = make("div", { class: "why-tiles", role: "radiogroup", "aria-label": "Method" });
    this.element = make("div", { class: "stage probe why" },
      make("div", { class: "why-left" }, this.title, this.large.canvas, this.legend,
        make("label", { class: "why-opacity" }, "Opacity", this.range, this.percent), this.readout),
      make("div", { class: "why-right" }, this.tiles, this.note, this.words, this.facts));
    this.small = [];
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.element);
  }

  close() {
    this.watch.disconnect();
  }

  update(head, arrays, look) {
    Object.assign(this, { head, arrays, look });
    if (this.chosen === undefined) this.chosen = head.chosen;
    if (this.small.length !== head.methods.length + 1) this.makeTiles();
    this.draw();
  }

  makeTiles() {
    this.small = ["picture", ...this.head.methods.map((method) => method.name)].map((name, at) => {
      const picture = new Picture({ name });
      const title = make("span", {});
      const element = make(at ? "button" : "div", at ? { type: "button", class: "why-tile", role: "radio", "data-method": name, onclick: () => this.choose(at - 1) } : { class: "why-tile" }, picture.canvas, title);
      element.addEventListener("keydown", (event) => this.walk(event, at - 1));
      return { picture, title, element };
    });
    this.tiles.replaceChildren(...this.small.map((tile) => tile.element));
  }

  walk(event, at) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || at < 0) return;
    event.preventDefault();
    const count = this.head.methods.length;
    const next = (at + step + count) % count;
    this.choose(next);
    this.small[next + 1].element.focus();
  }

  choose(at) {
    this.chosen = this.head.methods[at].name;
    this.draw();
    this.send({ method: this.chosen });
  }

  get method() {
    return this.head.methods.find((method) => method.name === this.chosen) ?? this.head.methods[0];
  }

  colours(method) {
    const values = this.arrays[method.name];
    const largest = largestOf(values);
    const scale = method.signed ? diverging(largest, this.head.diverging, this.look.dark) : ramp(0, largest || 1, this.head.sequential);
    return { values, largest, scale };
  }

  paint(picture, method, opacity) {
    picture.paint(photograph(this.arrays.picture, this.head.size));
    if (!method?.ready) return;
    const { values, scale } = this.colours(method);
    picture.over({ rows: method.size[0], columns: method.size[1], colour: (index) => scale.at(values[index]), box: method.box, opacity });
  }

  draw() {
    const { head, look, element } = this;
    if (!head || element.clientWidth < 200) return;
    this.say(); // first: the picture has the room that words leave
    const [, rows, columns] = head.size;
    const around = this.title.offsetHeight + this.legend.offsetHeight + this.range.parentElement.offsetHeight + this.readout.offsetHeight;
    this.large.fit(rows, columns, element.clientWidth * 0.38, Math.max(100, element.clientHeight - around - 1.9 * look.size));
    element.querySelector(".why-left").style.width = `${Math.max(this.large.width, 17 * look.size)}px`;
    const right = element.clientWidth - parseFloat(element.querySelector(".why-left").style.width) - 1.4 * look.size;
    const text = 4.6 * 1.35 * parseFloat(getComputedStyle(this.words).fontSize); // what is said, and the lines that it may grow by
    const side = Math.max(50, Math.min(right / 3 - 2 * look.size, (element.clientHeight - text - 1.6 * look.size) / 2 - 2.4 * look.size));
    this.small.forEach(({ picture, title, element: tile }, at) => {
      const method = head.methods[at - 1];
      picture.fit(rows, columns, side, side);
      title.textContent = method ? method.title : head.caption;
      this.paint(picture, method, 1);
      picture.canvas.setAttribute("aria-label", method ? `${method.title}${method.ready ? "" : ", not asked yet"}` : head.caption);
      tile.classList.toggle("waiting", Boolean(method) && !method.ready);
      tile.classList.toggle("empty", Boolean(method?.empty));
      if (!method) return;
      tile.setAttribute("aria-checked", method.name === this.method.name);
      tile.setAttribute("tabindex", method.name === this.method.name ? 0 : -1);
      tile.title = method.ready ? method.words : `${method.title}: ${method.cost}. Click to ask.`;
    });
    this.large.canvas.style.boxShadow = `0 0 0 1px ${look.border}`;
    this.fade(this.opacity);
  }

  say() {
    const { method, head } = this;
    this.title.textContent = method.heading;
    this.note.textContent = method.note;
    this.note.hidden = !method.note;
    this.words.textContent = method.words;
    this.facts.textContent = method.facts;
    this.legend.style.visibility = method.ready ? "visible" : "hidden";
    if (method.ready) {
      const { largest } = this.colours(method);
      const decimals = decimalsFor(largest);
      const [low, bar, high] = this.legend.children;
      low.textContent = method.signed ? `against ${written(-largest, decimals)}` : "0";
      high.textContent = method.signed ? `${written(largest, decimals)} for ${head.target}` : written(largest, decimals);
      const scale = this.colours(method).scale;
      const stops = Array.from({ length: 9 }, (_, at) => `rgb(${scale.at(scale.low + ((scale.high - scale.low) * at) / 8).map(Math.round).join(",")})`);
      bar.style.background = `linear-gradient(to right, ${stops.join(",")})`;
    }
    this.large.canvas.setAttribute("aria-label", `${method.heading}, over the picture. ${method.note}`);
    this.point(null);
  }

  fade(opacity) {
    this.opacity = opacity;
    this.range.value = Math.round(100 * opacity);
    this.range.style.setProperty("--share", `${100 * opacity}%`);
    this.percent.textContent = `${Math.round(100 * opacity)} %`;
    this.paint(this.large, this.method, opacity);
  }

  /** The values under the pointer. */
  point(cell) {
    const { head, method, arrays } = this;
    if (!cell || !method.ready) {
      this.readout.textContent = "Point at a pixel for its value.";
      return;
    }
    const [channels, rows, columns] = head.size;
    const index = cell.row * columns + cell.column;
    const pixel = Array.from({ length: channels }, (_, channel) => arrays.picture[channel * rows * columns + index]).join(", ");
    const [top, left, bottom, right] = method.box;
    const row = Math.floor(((cell.row + 0.5 - top) / (bottom - top)) * method.size[0]);
    const column = Math.floor(((cell.column + 0.5 - left) / (right - left)) * method.size[1]);
    const inside = row >= 0 && column >= 0 && row < method.size[0] && column < method.size[1];
    const value = inside ? arrays[method.name][row * method.size[1] + column] : NaN;
    const said = inside ? written(value, Math.max(2, decimalsFor(largestOf(arrays[method.name])) + 1)) : "no cell";
    this.readout.textContent = `row ${cell.row}, column ${cell.column}: pixel ${pixel}, ${method.title} ${said}`;
  }
}
