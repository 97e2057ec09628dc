// Samples as cards: small crisp pictures, or points in the plane. Cards come 24 at a time, when they come into sight.
import { look, make } from "./kit.js";
import { unpack } from "./packed.js";
import { mark, picture } from "./samples.js";

const mounted = new WeakMap();

class Gallery {
  constructor(parent) {
    this.list = make("ul", { class: "cards" });
    this.end = make("div", { class: "end" });
    this.root = make("div", { class: "gallery", "data-testid": "gallery" }, this.list, this.end);
    this.parent = parent;
    this.root.addEventListener("scroll", () => this.look());
    this.root.addEventListener("keydown", (event) => this.walk(event));
    this.root.addEventListener("click", (event) => this.open(event.target.closest("button.card")));
    for (const name of ["pointerover", "focusin"]) this.root.addEventListener(name, (event) => this.point(event.target.closest(".card")));
  }

  load(data, send, opened) {
    const { head, arrays } = unpack(data);
    const theme = look(this.parent);
    Object.assign(this, { head, theme, send, opened });
    if (head.name !== this.name) this.clear(head, arrays);
    if (head.first === this.have) this.add(arrays);
    else if (head.first > this.have) this.ask();
    this.root.style.height = head.height;
    this.root.style.setProperty("--good", theme.good);
    this.root.style.setProperty("--bad", theme.bad);
    this.root.classList.toggle("large", head.projector);
    requestAnimationFrame(() => this.look());
  }

  clear(head, arrays) {
    Object.assign(this, { name: head.name, have: 0, asked: 0, places: [], ground: arrays.ground, labels: arrays.labels });
    this.field?.remove();
    this.field = arrays.ground ? make("canvas", { class: "field", role: "img", "aria-label": "The points in the plane, among all others" }) : null;
    if (this.field) this.root.prepend(this.field);
    this.root.classList.toggle("field-points", Boolean(this.field));
    this.list.replaceChildren();
    this.root.scrollTop = 0;
  }

  add({ images, points }) {
    const { head } = this;
    const size = head.shape?.reduce((product, side) => product * side, 1) ?? 0;
    head.cards.forEach((card, number) => {
      const image = images ? picture(images.subarray(number * size, (number + 1) * size), head.shape) : null;
      this.list.append(make("li", {}, this.card(card, image)));
      if (points) this.places.push([points[2 * number], points[2 * number + 1]]);
    });
    this.have += head.cards.length;
    if (this.field) this.draw(null);
  }

  card([index, title, note, words, right], image) {
    const sign = right === null ? "" : right ? "right" : "wrong";
    const opens = this.head.opens;
    const attributes = { class: "card", "data-index": index, title: opens ? `${words}\nClick: ${opens}.` : words, "aria-label": opens ? `${words}; ${opens}` : words };
    if (opens) attributes.type = "button";
    return make(opens ? "button" : "div", attributes, ...(image ? [image] : []), make("b", { class: sign }, title), make("small", {}, note));
  }

  /** Ask for more when the end comes into sight. */
  look() {
    const { root } = this;
    if (this.have < this.head.total && root.scrollTop + root.clientHeight > root.scrollHeight - 160) this.ask();
  }

  ask() {
    if (this.asked === this.have && this.have) return;
    this.asked = this.have;
    this.send({ name: this.name, first: this.have });
  }

  open(card) {
    if (card && this.head.opens) this.opened(Number(card.dataset.index));
  }

  walk(event) {
    const card = event.target.closest(".card");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const cards = [...this.list.querySelectorAll(".card")];
    const columns = Math.max(1, Math.round(this.list.clientWidth / card.parentElement.offsetWidth));
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (step) {
      cards[cards.indexOf(card) + step]?.focus();
      event.preventDefault();
    }
    if (step || event.key === "Enter" || event.key === " ") event.stopPropagation();
  }

  point(card) {
    if (this.field && card) this.draw([...this.list.querySelectorAll(".card")].indexOf(card));
  }

  /** All points faintly, those of the gallery strongly, the one pointed at ringed. */
  draw(at) {
    const { field, ground, labels, places, theme, head } = this;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [field.clientWidth, field.clientHeight];
    if (!width) return;
    Object.assign(field, { width: width * ratio, height: height * ratio });
    const pen = field.getContext("2d");
    pen.scale(ratio, ratio);
    const bounds = [0, 1].map((axis) => {
      let [low, high] = [Infinity, -Infinity];
      for (let point = 0; point < ground.length / 2; point++) {
        low = Math.min(low, ground[2 * point + axis]);
        high = Math.max(high, ground[2 * point + axis]);
      }
      return [low, high - low || 1];
    });
    const scale = (axis, value, room) => 8 + ((value - bounds[axis][0]) / bounds[axis][1]) * (room - 16);
    const put = (x, y, size, label, fill, line) => {
      mark(pen, scale(0, x, width), height - scale(1, y, height), size, label);
      if (fill) pen.fill();
      if (line) pen.stroke();
    };
    pen.globalAlpha = 0.35;
    for (let point = 0; point < labels.length; point++) {
      pen.fillStyle = head.colours[labels[point]];
      put(ground[2 * point], ground[2 * point + 1], 2.4, labels[point], true, false);
    }
    pen.globalAlpha = 1;
    Object.assign(pen, { strokeStyle: theme.text, fillStyle: theme.bad, lineWidth: 1.5 });
    places.forEach(([x, y], number) => put(x, y, number === at ? 7 : 4, 0, true, number === at));
  }
}

export function render({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!data) return;
  let gallery = mounted.get(parentElement);
  if (!gallery) mounted.set(parentElement, (gallery = new Gallery(parentElement)));
  if (!gallery.root.isConnected) parentElement.append(gallery.root);
  gallery.load(data, (asks) => setStateValue("asks", asks), (index) => setTriggerValue("opened", index));
}
