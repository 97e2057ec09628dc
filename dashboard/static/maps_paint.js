// Maps as pictures: one cell is one pixel of an off-screen canvas, which is drawn crisply at any size.

const NOT_A_NUMBER = [128, 128, 128];

/** A picture of `rows` x `columns` cells; colour(cell) -> [r, g, b]. */
export function bitmap(rows, columns, colour) {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  const pixels = image.data;
  for (let cell = 0; cell < rows * columns; cell++) {
    const [r, g, b] = colour(cell);
    pixels[4 * cell] = r;
    pixels[4 * cell + 1] = g;
    pixels[4 * cell + 2] = b;
    pixels[4 * cell + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** What the network sees: grey as light, or colour. values: uint8, one channel after the other. */
export function picture(values, [channels, rows, columns]) {
  const size = rows * columns;
  const at = channels === 3 ? (cell) => [values[cell], values[size + cell], values[2 * size + cell]] : (cell) => [values[cell], values[cell], values[cell]];
  return bitmap(rows, columns, at);
}

/** One map. here: what the store has of its layer; cells: [rows, columns] of what was sent; scale: its colours. */
export function map(here, channel, [rows, columns], scale) {
  const size = rows * columns;
  const { values, low, high } = here;
  const start = channel * size;
  if (values instanceof Uint8Array) {
    const step = (high[channel] - low[channel]) / 255;
    const colours = Array.from({ length: 256 }, (_, level) => scale.at(low[channel] + level * step));
    return bitmap(rows, columns, (cell) => colours[values[start + cell]]);
  }
  return bitmap(rows, columns, (cell) => (Number.isNaN(values[start + cell]) ? NOT_A_NUMBER : scale.at(values[start + cell])));
}

/** Draw a bitmap into a box: crisp where it grows, averaged where it shrinks, cells of even width in any case. */
export function stamp(pen, image, { x, y, width, height }, ratio) {
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  const even = across % image.width === 0 && down % image.height === 0;
  const shrinks = across < image.width || down < image.height;
  let source = image;
  if (!even && !shrinks && across < 12 * image.width) source = grown(image, Math.ceil(across / image.width));
  pen.imageSmoothingEnabled = shrinks || source !== image;
  pen.imageSmoothingQuality = "medium";
  pen.drawImage(source, x, y, width, height);
}

/** The same with each cell `times` pixels wide: what is then made smaller keeps its cells even. */
function grown(image, times) {
  const canvas = document.createElement("canvas");
  canvas.width = image.width * times;
  canvas.height = image.height * times;
  const pen = canvas.getContext("2d");
  pen.imageSmoothingEnabled = false;
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}
