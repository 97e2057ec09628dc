// Pinned pictures and the chosen filter's maps of them, at the epoch where the film is; it hears both from the bus.

import { hear, last, say } from "./filters_bus.js";
import { short } from "./filters_charts.js";
import { css, ink, look, make } from "./kit.js";
import { unpack } from "./packed.js";
import { diverging, ramp } from "./stage_colours.js";

const mounted = new WeakMap();

class MapsView {
  constructor() {
    this.title = make("div", { class: "maps-title" });
    this.row = make("div", { class: "maps-row" });
    this.element = make("div", { class: "filter-maps" }, this.title, this.row);
    this.stop = hear("place", (place) => this.follow(place));
    this.asked = "";
  }

  update(head, arrays, theme) {
    Object.assign(this, { head, arrays, look: theme });
    this.cells = [];
    this.row.replaceChildren();
    if (!head.why) this.build();
    const nearest = (epoch) => head.epochs.reduce((best, other, index) => (best < 0 || Math.abs(other - epoch) < Math.abs(head.epochs[best] - epoch) ? index : best), -1);
    this.nearest = nearest;
    const { source, layer, epochs, samples, heard, silent, limits } = head;
    say("probe", { source, layer, epochs, samples, heard, silent, limits, nearest, gradients: !head.why, arrays, why: head.why });
    this.follow(last("place"));
    if (!head.complete) this.ask({ more: head.epochs.length });
  }

  build() {
    const { head } = this;
    const count = head.shape[1];
    for (let index = 0; index < count; index++) {
      const label = head.classes[head.labels[index]] ?? head.labels[index];
      const before = head.picture ? this.picture(index) : make("div", { class: "point" }, ...head.values[index].slice(0, 2).map((value) => make("div", {}, short(value))));
      const map = make("canvas", { role: "img" });
      map.addEventListener("pointermove", (event) => this.hover(index, map, event));
      map.addEventListener("pointerleave", () => (this.hint = "") ?? this.words());
      this.cells.push(map);
      this.row.append(make("div", { class: "pair", title: String(label) }, before, map));
    }
  }

  picture(index) {
    const [channels, height, width] = this.head.picture;
    const size = channels * height * width;
    const values = this.arrays.pictures.subarray(index * size, (index + 1) * size);
    const canvas = make("canvas", { width, height, role: "img", "aria-label": `pinned picture ${index}` });
    const image = new ImageData(width, height);
    for (let cell = 0; cell < height * width; cell++) {
      for (let channel = 0; channel < 3; channel++) image.data[4 * cell + channel] = values[(channels === 3 ? channel : 0) * height * width + cell];
      image.data[4 * cell + 3] = 255;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }

  follow(place) {
    if (!place || !this.head) return;
    this.place = place;
    const mine = place.layer === this.head.layer && place.source === this.head.source;
    if (mine && place.filter !== this.head.filter) this.ask({ filter: place.filter });
    this.row.style.opacity = mine && place.filter === this.head.filter ? 1 : 0.4;
    this.draw();
    this.words();
  }

  /** One request is on the way at most, the newest wins. */
  ask(wanted) {
    const content = { layer: this.head.layer, filter: this.place?.layer === this.head.layer ? this.place.filter : this.head.filter, ...wanted };
    const text = JSON.stringify(content);
    if (text === this.asked) return;
    this.asked = text;
    this.send(content);
  }

  words() {
    const { head, place } = this;
    if (head.why) return this.say(head.why);
    const epoch = place && this.index >= 0 ? head.epochs[this.index] : null;
    const when = epoch === null || epoch < 0 || epoch === place.epoch ? "" : ` at epoch ${epoch}, the nearest that is known`;
    return this.say(this.hint || `What ${head.unit} ${head.filter} answers to pinned ${head.picture ? "pictures" : "points"}: ${head.shown}, ${short(head.low)} to ${short(head.high)}${when}`);
  }

  say(text) {
    if (this.title.textContent !== text) this.title.textContent = text;
  }

  draw() {
    const { head, arrays } = this;
    this.index = this.place ? this.nearest(this.place.epoch) : head.epochs.length - 1;
    if (head.why || this.index < 0) return;
    const [, count, height, width] = head.shape;
    const scale = this.scale();
    this.cells.forEach((canvas, at) => {
      const start = (this.index * count + at) * height * width;
      const values = arrays.maps.subarray(start, start + height * width);
      if (height * width === 1) this.number(canvas, values[0], scale);
      else this.map(canvas, values, height, width, scale);
      canvas.setAttribute("aria-label", `map of pinned picture ${at}`);
    });
  }

  scale() {
    const { head, look: theme } = this;
    if (head.low < 0) return diverging(Math.max(-head.low, head.high), head.diverging, theme.dark);
    return ramp(0, head.high || 1, head.sequential);
  }

  map(canvas, values, height, width, scale) {
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const image = new ImageData(width, height);
    values.forEach((value, cell) => {
      const shade = scale.at(value);
      [image.data[4 * cell], image.data[4 * cell + 1], image.data[4 * cell + 2], image.data[4 * cell + 3]] = [shade[0], shade[1], shade[2], 255];
    });
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  /** A unit's answer is one number. */
  number(canvas, value, scale) {
    const size = Math.round((canvas.clientWidth || 48) * (window.devicePixelRatio || 1));
    [canvas.width, canvas.height] = [size, size];
    const pen = canvas.getContext("2d");
    const shade = scale.at(value);
    pen.fillStyle = css(shade);
    pen.fillRect(0, 0, size, size);
    pen.fillStyle = ink(shade);
    pen.font = `${0.27 * size}px ${this.look.font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(short(Math.abs(value) < 0.005 ? 0 : Number(value.toPrecision(2))), size / 2, size / 2);
  }

  hover(index, canvas, event) {
    const [, count, height, width] = this.head.shape;
    const at = canvas.getBoundingClientRect();
    const cell = (value, start, size, cells) => Math.max(0, Math.min(cells - 1, Math.floor(((value - start) / size) * cells)));
    const [row, column] = [cell(event.clientY, at.top, at.height, height), cell(event.clientX, at.left, at.width, width)];
    const value = this.arrays.maps[((this.index * count + index) * height + row) * width + column];
    const label = this.head.classes[this.head.labels[index]] ?? this.head.labels[index];
    this.hint = `${label}: ${height * width > 1 ? `row ${row}, column ${column}: ` : ""}${short(value)}`;
    this.words();
  }

  close() {
    this.stop();
  }
}

export function render({ data, parentElement, setStateValue }) {
  if (!data) return;
  const { head, arrays } = unpack(data);
  let view = mounted.get(parentElement);
  if (!view) mounted.set(parentElement, (view = new MapsView()));
  if (!view.element.isConnected) parentElement.append(view.element);
  view.send = (message) => setStateValue("asked", message);
  view.update(head, arrays, look(parentElement));
}

export function close({ parentElement }) {
  if (parentElement.isConnected) return;
  mounted.get(parentElement)?.close();
  mounted.delete(parentElement);
}
