// How outputs reach inputs, and the arithmetic of one window, in 1, 2 or 3 dimensions: no drawing, no DOM.
//
//   axes: one a dimension, as core.signal.windows makes them: { size, before, starts, lengths, dilation, source };
//         `source` gives the input index of every padded index, -1 where the cell is an artificial zero.
//   place: one index a dimension; index: the same as one number, the last dimension fastest.
//
//   const { terms, sum } = products({ axes, input, kernel, channels: 1, turned: false }, [4, 7]);
//   terms[0] // { channel, padded: [4, 7], source: 41, tap: 0, weight: 0, x: 9, w: -1, product: -9 }

export const sizeOf = (shape) => shape.reduce((product, side) => product * side, 1);
export const outputShape = (axes) => axes.map((axis) => axis.starts.length);
export const paddedShape = (axes) => axes.map((axis) => axis.source.length);
export const inputShape = (axes) => axes.map((axis) => axis.size);

/** placeOf([10, 10], 47) -> [4, 7] */
export function placeOf(shape, index) {
  const place = new Array(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = index % shape[axis];
    index = Math.floor(index / shape[axis]);
  }
  return place;
}

/** indexOf([10, 10], [4, 7]) -> 47 */
export const indexOf = (shape, place) => place.reduce((index, at, axis) => index * shape[axis] + at, 0);

/** The input index that a padded place holds a copy of; -1 where it is an artificial zero. */
export function sourceOf(axes, padded) {
  let index = 0;
  for (let axis = 0; axis < axes.length; axis++) {
    const from = axes[axis].source[padded[axis]] ?? -1;
    if (from < 0) return -1;
    index = index * axes[axis].size + from;
  }
  return index;
}

/** The cells that one output reads, in the order of the kernel's taps: [{ padded, source, tap }]. */
export function windowAt(axes, place) {
  const lengths = axes.map((axis, at) => axis.lengths[place[at]]);
  return Array.from({ length: sizeOf(lengths) }, (_, tap) => {
    const padded = placeOf(lengths, tap).map((step, at) => axes[at].starts[place[at]] + step * axes[at].dilation);
    return { padded, source: sourceOf(axes, padded), tap };
  });
}

/** First and last padded place of the window of one output: { first, last }, both within. */
export function extent(axes, place) {
  const first = axes.map((axis, at) => axis.starts[place[at]]);
  return { first, last: first.map((from, at) => from + (axes[at].lengths[place[at]] - 1) * axes[at].dilation) };
}

/**
 * Every product of one output and their sum.
 * input: (channels, *input shape), kernel: (channels, *kernel shape), both flat; artificial zeros count as 0.
 * turned: the kernel is read from its end, in every dimension. weight: index into `kernel`.
 */
export function products({ axes, input, kernel, channels = 1, turned = false, bias = 0 }, place) {
  const cells = windowAt(axes, place);
  const plane = sizeOf(inputShape(axes));
  const terms = [];
  let sum = bias;
  for (let channel = 0; channel < channels; channel++) {
    for (const { padded, source, tap } of cells) {
      const weight = channel * cells.length + (turned ? cells.length - 1 - tap : tap);
      const x = source < 0 ? 0 : input[channel * plane + source];
      const w = kernel[weight];
      sum += x * w;
      terms.push({ channel, padded, source, tap, weight, x, w, product: x * w });
    }
  }
  return { terms, sum };
}

/**
 * The values that one pooling window holds and what becomes of them: { terms: [{ padded, source, x }], result, divisor }.
 * operation: "max" | "min" | "average" | "lp". Artificial cells are left out; where `countPadding`, averages count them as 0.
 */
export function pooled({ axes, input, operation, power = 2, countPadding = false, channel = 0 }, place) {
  const plane = sizeOf(inputShape(axes));
  const cells = windowAt(axes, place).map((cell) => ({ ...cell, channel, x: cell.source < 0 ? 0 : input[channel * plane + cell.source] }));
  const real = cells.filter((cell) => cell.source >= 0);
  const terms = countPadding && operation === "average" ? cells : real;
  const values = terms.map((cell) => cell.x);
  const total = values.reduce((sum, x) => sum + x, 0);
  const divisor = operation === "average" ? values.length : 1;
  if (operation === "max") return { terms, divisor, result: Math.max(...values) };
  if (operation === "min") return { terms, divisor, result: Math.min(...values) };
  if (operation === "average") return { terms, divisor, result: total / divisor };
  return { terms, divisor, result: values.reduce((sum, x) => sum + Math.abs(x) ** power, 0) ** (1 / power) };
}

/** The outputs along one axis whose window reads one of these padded indices. */
function reachedAlong(axis, padded) {
  const outputs = [];
  for (let at = 0; at < axis.starts.length; at++) {
    const reads = (index) => {
      const step = (index - axis.starts[at]) / axis.dilation;
      return Number.isInteger(step) && step >= 0 && step < axis.lengths[at];
    };
    if (padded.some(reads)) outputs.push(at);
  }
  return outputs;
}

/**
 * All outputs that one padded cell reaches, as one list of indices a dimension: every combination of them is reached.
 * A cell of the input reaches also through its copies in the border (reflect, replicate, circular); a padding cell by itself.
 */
export function reached(axes, padded, own = false) {
  return axes.map((axis, at) => {
    const from = axis.source[padded[at]];
    if (own || from < 0) return reachedAlong(axis, [padded[at]]);
    const copies = [];
    axis.source.forEach((source, index) => source === from && copies.push(index));
    return reachedAlong(axis, copies);
  });
}

/** What every padded index of one axis is: 0 of the input itself, 1 padding, 2 a zero between stretched inputs. */
export function kindsAlong(axis) {
  const own = new Set();
  const seen = new Set();
  axis.source.forEach((source, index) => {
    if (source < 0 || index < axis.before || seen.has(source)) return;
    seen.add(source);
    own.add(index);
  });
  const [first, last] = [Math.min(...own), Math.max(...own)];
  return axis.source.map((_, index) => (own.has(index) ? 0 : index < first || index > last || axis.source[index] >= 0 ? 1 : 2));
}

/** The same of every cell of the padded input, one byte each. */
export function kindsOf(axes) {
  return axes.map(kindsAlong).reduce((cells, along) => {
    const wider = new Uint8Array(cells.length * along.length);
    cells.forEach((kind, at) => along.forEach((own, index) => (wider[at * along.length + index] = Math.max(kind, own))));
    return wider;
  }, new Uint8Array(1));
}

/** One channel of the input (flat) as the padded, stretched cells that the windows walk over. */
export function paddedValues(axes, plane) {
  let index = [0];
  for (const axis of axes) {
    const wider = new Int32Array(index.length * axis.source.length);
    let at = 0;
    for (const from of index) for (const source of axis.source) wider[at++] = from < 0 || source < 0 ? -1 : from * axis.size + source;
    index = wider;
  }
  return Float32Array.from(index, (source) => (source < 0 ? 0 : plane[source]));
}
