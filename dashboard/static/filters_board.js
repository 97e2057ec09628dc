// The pictures: all filters of a layer at the left, the chosen one large at the right; in a comparison ours, the other's
// and the difference side by side.

import { make } from "./kit.js";
import { Mosaic } from "./filters_mosaic.js";
import { short } from "./filters_charts.js";
import { rowing, tiling } from "./filters_data.js";
import { NormBoard } from "./filters_norm.js";
import { diverging } from "./stage_colours.js";

const GREY = [128, 128, 128];
const ROWS = 24; // units whose inputs are drawn in one line each
const LINE = 12; // more inputs than that go on in the next line

function largest(values) {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most || 1;
}

export class Board {
  constructor({ pick, say, walk, key }) {
    Object.assign(this, { pick, say, walk });
    this.all = make("div", { class: "board-all" });
    this.one = make("div", { class: "board-one" });
    this.scroll = make("div", { class: "board-scroll", tabindex: "0", role: "group", "aria-label": "All filters: arrow keys walk through them, Space plays the film" }, this.all);
    this.element = make("div", { class: "board-pair" }, this.scroll, this.one);
    this.scroll.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns(), ArrowDown: this.columns() }[event.key];
      if (by) {
        event.preventDefault();
        event.stopPropagation();
        this.walk(by);
      } else if (event.key === " ") key(event);
    });
    this.sheets = [];
    this.larges = [];
  }

  columns() {
    return this.sheets[0]?.columns ?? 1;
  }

  /** The pictures' places; called when the layer, the order or the room changes. */
  layout(data, sequence, look) {
    Object.assign(this, { data, sequence, look });
    const compares = Boolean(data.partner);
    const strip = data.mode === "strip";
    this.element.dataset.shows = data.kind === "norm" ? "norm" : data.single || strip ? "single" : "planes";
    this.element.dataset.compares = compares;
    if (data.kind === "norm") return this.layoutNorm();
    this.norm = null;
    const names = compares ? ["weights", "others", "difference"] : ["weights"];
    this.sheets = this.mounted(this.all, compares && data.single && data.exact ? names : ["weights"], "sheet", "All filters");
    this.larges = strip ? this.mounted(this.one, [], "large", "") : this.mounted(this.one, names, "large", "The chosen filter");
    this.layoutSheets();
    this.layoutLarges();
    return undefined;
  }

  layoutNorm() {
    if (!this.norm) {
      this.norm = new NormBoard(this);
      this.all.replaceChildren(this.norm.element);
      this.one.replaceChildren();
      [this.sheets, this.larges] = [[], []];
    }
    this.norm.layout({ width: this.scroll.clientWidth, height: this.scroll.clientHeight });
  }

  /** Panels of these names: a heading and a mosaic each, kept where they are the same ones. */
  mounted(parent, names, kind, label) {
    const before = kind === "sheet" ? this.sheets : this.larges;
    if (before.length === names.length && before.every((mosaic, at) => mosaic.name === names[at]) && before.every((mosaic) => mosaic.canvas.isConnected)) return before;
    const made = names.map((name) => {
      const mosaic = Object.assign(new Mosaic(`${label}: ${name}`, { class: kind }), { name, heading: make("div", { class: "board-heading" }) });
      mosaic.canvas.addEventListener("pointermove", (event) => this.hovered(mosaic, kind, event));
      mosaic.canvas.addEventListener("pointerleave", () => this.say(""));
      if (kind === "sheet") mosaic.canvas.addEventListener("click", (event) => mosaic.hit(event) && this.pick(this.sequence[mosaic.hit(event).plane]));
      return mosaic;
    });
    parent.replaceChildren(...made.map((mosaic) => make("div", { class: "board-panel" }, mosaic.heading, mosaic.canvas)));
    return made;
  }

  layoutSheets() {
    const { data } = this;
    const thumb = data.thumb(0, 0);
    const few = data.count <= ROWS;
    const tall = few ? Math.max(1, Math.min(4, Math.floor(thumb.width / 24))) : 1;
    this.tile = data.planes === "input" ? rowing(thumb.width, tall, few ? thumb.width : Math.ceil(Math.sqrt(2 * thumb.width))) : data.colour && thumb.planes === 3 ? tiling(1, thumb.height, thumb.width) : tiling(thumb.planes, thumb.height, thumb.width);
    const share = this.sheets.length;
    const heading = share > 1 || this.sheetHeading() ? 1.4 * this.look.size : 0;
    const room = { width: this.scroll.clientWidth / share - (share > 1 ? 10 : 2), height: this.scroll.clientHeight - heading - 4 };
    const gap = this.tile.width * this.data.count > 4000 ? 3 : 6;
    const least = Math.min(1, 22 / Math.max(this.tile.width, this.tile.height));
    this.sheets.forEach((mosaic) => mosaic.layout({ count: data.count, height: this.tile.height, width: this.tile.width, room, gap, least }));
  }

  layoutLarges() {
    const { data } = this;
    if (!this.larges.length) return;
    this.plane = data.planes === "input" ? rowing(data.width, 1, data.width > LINE ? Math.ceil(Math.sqrt(2 * data.width)) : data.width) : tiling(1, data.height, data.width);
    this.larges[0].faces = data.colour ? 4 : data.depth; // colours: the composite first
    const heading = 1.4 * this.look.size;
    const [wide, high] = [this.one.clientWidth, this.one.clientHeight];
    const stacked = data.single && this.larges.length > 1;
    const room = stacked
      ? { width: wide - 6, height: high / this.larges.length - heading - 6 }
      : { width: wide / this.larges.length - 8, height: high - heading - 4 };
    const gap = this.larges[0].faces > 300 ? 2 : this.larges[0].faces > 1 ? 5 : 4;
    this.larges.forEach((mosaic) => mosaic.layout({ count: this.larges[0].faces, height: this.plane.height, width: this.plane.width, room, gap }));
  }

  headings(name) {
    const { data, now } = this;
    const words = (number) => (number < 0 ? "as loaded" : number === 0 ? "before training" : `epoch ${number}`);
    const mine = words(data.epochs[now.epoch]);
    const own = data.partner.name === data.name;
    if (name === "weights") return `A: ${own ? mine : `${data.name}, ${mine}`}`;
    const other = words(data.partner.epochs[data.partner.at[now.epoch]]);
    return name === "others" ? `B: ${own ? other : `${data.partner.name}, ${other}`}` : `A − B, up to ±${short(data.apart)}`;
  }

  /** What the colours of these pictures end at, where all share a scale. */
  shared(name) {
    return name === "difference" ? this.data.apart : this.data.limit;
  }

  draw(now) {
    this.now = now;
    const { data, look } = this;
    if (this.norm) return this.norm.draw(data, now, look);
    for (const mosaic of this.sheets) {
      this.said(mosaic.heading, this.sheets.length > 1 ? this.headings(mosaic.name) : this.sheetHeading());
      this.paintSheet(mosaic);
    }
    for (const mosaic of this.larges) {
      const values = data.valuesOf(mosaic.name, now.epoch, now.filter);
      const plain = `${data.unit} ${now.filter}: ${data.depth > 1 && !data.colour ? `${data.depth} ${data.planes === "map" ? "maps" : "channels"}` : data.planes === "input" ? `${data.width} inputs` : `${data.height}×${data.width}`}`;
      this.said(mosaic.heading, this.larges.length > 1 ? this.headings(mosaic.name) : plain);
      mosaic.canvas.style.opacity = values ? 1 : 0.35; // the server is asked for it
      if (values) this.paintLarge(mosaic, values);
    }
    return undefined;
  }

  sheetHeading() {
    const { data } = this;
    if (data.arrays.strongest) return `each ${data.unit} by its strongest ${data.planes}`;
    return data.strip && data.strip.shape[3] < data.width ? "means of neighbouring inputs" : "";
  }

  said(element, text) {
    if (element.textContent === text) return;
    element.textContent = text;
    element.title = text;
  }

  paintSheet(mosaic) {
    const { data, sequence, tile, now, look } = this;
    const shades = sequence.map((filter) => {
      const { values } = data.thumb(now.epoch, filter, mosaic.name);
      const limit = now.each ? largest(values) : data.exact ? this.shared(mosaic.name) : data.strip.limit;
      return { values, limit, scale: diverging(limit, data.colours, look.dark) };
    });
    const shared = now.each ? null : diverging(shades[0].limit, data.colours, look.dark);
    const panel = look.dark ? [29, 35, 43] : [245, 246, 248];
    const composite = data.colour && (data.exact || data.strip.shape[1] === 3);
    mosaic.paint((place, cell) => {
      const { values, limit, scale } = shades[place];
      if (composite) return this.composite(values, limit, cell);
      const index = tile.index[cell];
      if (index < 0) return panel;
      return Number.isFinite(values[index]) ? (shared ?? scale).at(values[index]) : GREY;
    }, { marked: [sequence.indexOf(now.filter)], crossed: now.dead.map((filter) => sequence.indexOf(filter)), look });
  }

  composite(values, limit, cell) {
    const plane = values.length / 3;
    return [0, 1, 2].map((channel) => Math.max(0, Math.min(255, Math.round(127.5 * (1 + values[channel * plane + cell] / limit)))));
  }

  paintLarge(mosaic, values) {
    const { data, plane, now, look } = this;
    const limit = now.each ? largest(values) : this.shared(mosaic.name);
    const scale = diverging(limit, data.colours, look.dark);
    const panel = look.dark ? [29, 35, 43] : [245, 246, 248];
    const cells = data.height * data.width;
    const colour = (face, cell) => {
      if (data.colour && face === 0) return this.composite(values, limit, cell);
      const index = plane.index[cell];
      if (index < 0) return panel;
      const value = values[(data.colour ? face - 1 : face) * cells + index];
      return Number.isFinite(value) ? scale.at(value) : GREY;
    };
    mosaic.paint(colour, { look });
    if (data.planes !== "input" && data.single) mosaic.write(values, colour, look, data.colour ? 1 : 0);
    mosaic.canvas.setAttribute("aria-label", `${data.unit} ${now.filter} of ${data.title}, weights from ${short(-limit)} to ${short(limit)}`);
  }

  hovered(mosaic, kind, event) {
    const { data, now } = this;
    const hit = mosaic.hit(event);
    if (!hit || !now) return this.say("");
    if (kind === "sheet") {
      const filter = this.sequence[hit.plane];
      const index = this.tile.index[hit.row * this.tile.width + hit.column];
      if (!data.exact || index < 0 || data.colour) return this.say(`${data.unit} ${filter}: norm ${short(data.norm(now.epoch, filter))}`);
      const value = data.thumb(now.epoch, filter, mosaic.name).values[index];
      const at = index + (data.arrays.strongest?.[filter] ?? 0) * data.height * data.width;
      return this.say(`${data.unit} ${filter}: ${data.placeName(filter, at)}: ${short(value)}`);
    }
    const values = data.valuesOf(mosaic.name, now.epoch, now.filter);
    const index = this.plane.index[hit.row * this.plane.width + hit.column];
    if (!values || index < 0) return this.say("");
    const cells = data.height * data.width;
    if (data.colour && hit.plane === 0) {
      const shades = [0, 1, 2].map((channel) => `${["red", "green", "blue"][channel]} ${short(values[channel * cells + index])}`);
      return this.say(`row ${hit.row}, column ${hit.column}: ${shades.join(", ")}`);
    }
    const at = (data.colour ? hit.plane - 1 : hit.plane) * cells + index;
    return this.say(`${data.placeName(now.filter, at)}: ${short(values[at])}`);
  }

  /** Bring the picture at this place of the order into view. */
  reveal(place) {
    const mosaic = this.sheets[0];
    if (!mosaic) return;
    const box = mosaic.box(place);
    const [top, bottom] = [this.scroll.scrollTop, this.scroll.scrollTop + this.scroll.clientHeight];
    if (box.y < top) this.scroll.scrollTop = box.y - 4;
    else if (box.y + box.height > bottom) this.scroll.scrollTop = box.y + box.height - this.scroll.clientHeight + 8;
  }
}
