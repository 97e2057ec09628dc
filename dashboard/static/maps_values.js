// What is known of each layer in the browser: thumbnails or exact numbers, kept while network and picture are the same.
//
//   const store = new Store();  store.take(head, arrays);
//   store.value(layer, channel, row, column) -> { value, exact } or null
//   store.range(layer, number, channel, shared) -> { low, high } of its colours;  store.order(number) -> strongest first

import { diverging, ramp } from "./stage_colours.js";

const isFlat = (layer) => layer.shape.length < 3;

export class Store {
  constructor() {
    Object.assign(this, { stamp: null, layers: [], exact: new Map() });
  }

  /** Take what a block brought; of another picture or network what was there before is forgotten. */
  take(head, arrays) {
    const again = head.stamp === this.stamp;
    const before = this.layers;
    this.stamp = head.stamp;
    if (!again) this.exact.clear();
    this.layers = head.layers.map((layer, number) => {
      if (!layer.sent) return again ? before[number] : null;
      const [low, high] = [arrays[`low${number}`], arrays[`high${number}`]];
      const values = arrays[`values${number}`];
      return { values, low, high, strength: arrays[`strength${number}`], ...bounds(low, high) };
    });
    for (const name of ["opened", "probe"]) {
      if (head[name]) this.exact.set(key(head[name].name, head[name].channel), { ...head[name], values: arrays[name] });
    }
  }

  /** The layers, by number, that thumbnails are here of. */
  get have() {
    return this.layers.flatMap((layer, number) => (layer ? [number] : []));
  }

  /** Channels by strength, the strongest first; null where it is not known. */
  order(number) {
    const strength = this.layers[number]?.strength;
    return strength ? Array.from(strength.keys()).sort((a, b) => strength[b] - strength[a] || a - b) : null;
  }

  /** All exact numbers of one map that are here: { values, width }, or null. */
  map(layer, number, channel) {
    const [rows, columns] = isFlat(layer) ? [1, 1] : layer.shape.slice(1);
    const here = layer.exact && this.layers[number];
    if (here) return { values: here.values.subarray(channel * rows * columns, (channel + 1) * rows * columns), rows, columns };
    const one = this.exact.get(key(layer.name, channel));
    if (one) return { values: one.values, rows, columns };
    const all = this.exact.get(key(layer.name, null));
    return all ? { values: all.values.subarray(channel * rows * columns, (channel + 1) * rows * columns), rows, columns } : null;
  }

  /** The exact number in a cell, or null where it is not here. */
  value(layer, number, channel, row, column) {
    const found = this.map(layer, number, channel);
    return found ? found.values[row * found.columns + column] : null;
  }

  /** Whether a layer has negative numbers: its colours then diverge about zero. */
  signed(number) {
    return this.layers[number].least < 0;
  }

  /** The colours of a map, for a few cells of it. */
  scale(layer, number, channel, shared, head, look) {
    const { low, high } = this.range(layer, number, channel, shared);
    return this.signed(number) ? diverging(high, head.diverging, look.dark) : ramp(low, high, head.sequential);
  }

  /** The numbers that the ends of a map's colours stand for. */
  range(layer, number, channel, shared) {
    const here = this.layers[number];
    const whole = shared || isFlat(layer);
    const low = whole ? here.least : here.low[channel];
    const high = whole ? here.greatest : here.high[channel];
    if (!this.signed(number)) return { low: 0, high: high > 0 ? high : 1 };
    const limit = Math.max(Math.abs(low), Math.abs(high)) || 1;
    return { low: -limit, high: limit };
  }
}

const key = (name, channel) => `${name}/${channel ?? "all"}`;

function bounds(low, high) {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of low) if (value < least) least = value;
  for (const value of high) if (value > greatest) greatest = value;
  return { least: Number.isFinite(least) ? least : 0, greatest: Number.isFinite(greatest) ? greatest : 0 };
}
