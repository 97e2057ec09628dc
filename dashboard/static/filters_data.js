// One layer through its epochs, as dashboard/lens/filters_block.py sends it: who wants numbers asks here.
//
//   const data = new LayerData(head, arrays);
//   data.values(epoch, filter)            Float32Array of planes x height x width, null where only the server has them
//   data.difference(epoch, filter)        minus the other's
//   data.thumb(epoch, filter)             { values, planes, height, width }: its only plane, its colours or its strongest plane
//   epoch: index among data.epochs

const [ZERO, STEPS] = [128, 127]; // small pictures are one byte a cell

export class LayerData {
  constructor(head, arrays) {
    Object.assign(this, head, { arrays });
    [this.count, this.depth, this.height, this.width] = head.shape;
    this.size = this.depth * this.height * this.width;
    this.colour = head.planes === "colour";
    this.single = this.depth === 1 || this.colour;
    this.bins = arrays.histograms.length / this.epochs.length;
  }

  values(epoch, filter, name = "weights") {
    const at = name === "others" ? this.partner.at[epoch] : epoch;
    if (this.exact) return this.arrays[name].subarray((at * this.count + filter) * this.size, (at * this.count + filter + 1) * this.size);
    if (filter !== this.filter) return null;
    const place = this.arrays[`${name}_at`][at];
    return this.arrays[name].subarray(place * this.size, (place + 1) * this.size);
  }

  others(epoch, filter) {
    return this.partner ? this.values(epoch, filter, "others") : null;
  }

  difference(epoch, filter) {
    const [ours, theirs] = [this.values(epoch, filter), this.others(epoch, filter)];
    return ours && theirs ? ours.map((value, index) => value - theirs[index]) : null;
  }

  thumb(epoch, filter, name = "weights") {
    if (this.exact) {
      const values = this.valuesOf(name, epoch, filter);
      const plane = this.height * this.width;
      if (!this.arrays.strongest) return { values, planes: this.depth, height: this.height, width: this.width };
      const at = this.arrays.strongest[filter];
      return { values: values.subarray(at * plane, (at + 1) * plane), planes: 1, height: this.height, width: this.width };
    }
    const [count, planes, height, width] = this.strip.shape;
    const size = planes * height * width;
    const start = (this.strip.at[epoch] * count + filter) * size;
    const values = Float32Array.from(this.arrays.small.subarray(start, start + size), (byte) => ((byte - ZERO) / STEPS) * this.strip.limit);
    return { values, planes, height, width };
  }

  /** name: weights, others or difference. */
  valuesOf(name, epoch, filter) {
    if (name === "difference") return this.difference(epoch, filter);
    return name === "others" ? this.others(epoch, filter) : this.values(epoch, filter);
  }

  norm(epoch, filter) {
    return this.arrays.norms[epoch * this.count + filter];
  }

  norms(epoch) {
    return this.arrays.norms.subarray(epoch * this.count, (epoch + 1) * this.count);
  }

  moved(epoch) {
    return this.arrays.moved?.subarray(epoch * this.count, (epoch + 1) * this.count) ?? null;
  }

  bias(epoch, filter) {
    return this.arrays.biases ? this.arrays.biases[epoch * this.count + filter] : null;
  }

  histogram(epoch) {
    return this.arrays.histograms.subarray(epoch * this.bins, (epoch + 1) * this.bins);
  }

  /** Filters in the order in which they are shown; by norm or change at the newest epoch, so that the film keeps them in place. */
  ordered(order) {
    const all = Array.from({ length: this.count }, (_, index) => index);
    const last = this.epochs.length - 1;
    const by = order === "norm" ? this.norms(last) : order === "change" ? this.moved(last) : null;
    return by ? all.sort((a, b) => (by[b] || 0) - (by[a] || 0) || a - b) : all;
  }

  planeName(filter, plane) {
    if (this.colour) return ["red", "green", "blue"][plane];
    if (this.kind === "norm") return ["gamma", "beta"][plane];
    return `${this.planes} ${(this.first?.[filter] ?? 0) + plane}`;
  }

  /** Where the weight of this index stands, in words. */
  placeName(filter, index) {
    const plane = Math.floor(index / (this.height * this.width));
    const rest = index % (this.height * this.width);
    if (this.planes === "input") return `input ${rest}`;
    const where = `row ${Math.floor(rest / this.width)}, column ${rest % this.width}`;
    return this.depth === 1 && !this.first && this.planes !== "map" ? where : `${this.planeName(filter, plane)}, ${where}`;
  }
}

/** How planes are laid out as one small picture: { height, width, index: which value each cell shows, -1 none }. */
export function tiling(planes, height, width) {
  const columns = Math.ceil(Math.sqrt((planes * height) / width));
  const rows = Math.ceil(planes / columns);
  const picture = { height: rows * height, width: columns * width, index: new Int32Array(rows * height * columns * width).fill(-1) };
  for (let plane = 0; plane < planes; plane++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const y = Math.floor(plane / columns) * height + row;
        const x = (plane % columns) * width + column;
        picture.index[y * picture.width + x] = (plane * height + row) * width + column;
      }
  return picture;
}

/** A row of numbers, each `tall` cells high; a long one goes on in the next line after `most`. */
export function rowing(width, tall = 1, most = width) {
  const columns = Math.min(width, most);
  const lines = Math.ceil(width / columns);
  const index = new Int32Array(lines * tall * columns).fill(-1);
  for (let at = 0; at < width; at++)
    for (let high = 0; high < tall; high++) index[(Math.floor(at / columns) * tall + high) * columns + (at % columns)] = at;
  return { height: lines * tall, width: columns, index };
}
