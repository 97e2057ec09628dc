// Where everything lies on the sheet of a drawn network, in CSS pixels: no DOM, no colours.
//
//   const layout = arrange(layers, picture, width, height)     // layers, picture: of the block's head
//   cellBox(layout, "3_relu", 7, row, column) -> { x, y, width, height }     areaBox(..., { top, left, bottom, right })
//   at(layout, x, y) -> { name, channel, row, column } or null
//
// A column is one layer: `name` of the node that is drawn, `base` of the one before its activation; the input is a column
// too, and all its channels lie in one tile. Cells count as the node's own shape does, whatever was sent.

export const INPUT = "input";
export const HEAD = 38; // px above the maps: title and shape
const GAP = 3; // between maps
const APART = 22; // between layers
const FOOT = 6;
const FLAT_WIDTH = 92; // of the numbers of a dense layer
const [SMALLEST, LARGEST] = [15, 150]; // px a map, where the whole network fits
const SCROLLED = 210; // px a layer, where it does not

const isFlat = (layer) => layer.shape.length < 3;
const sides = (layer) => (isFlat(layer) ? [1, 1] : layer.shape.slice(1));

/** Tiles of one column: as many rows as fit into the height. */
function grid(count, width, height, room, gap) {
  const rows = Math.max(1, Math.min(count, Math.floor((room + gap) / (height + gap))));
  const across = Math.ceil(count / rows);
  return { across, rows: Math.ceil(count / across), width: across * (width + gap) - gap };
}

/** The side of a tile of about this size: a whole number of pixels for each cell where the cells are large enough. */
function snapped(size, cells) {
  const whole = Math.floor(size);
  return whole >= 2 * cells ? Math.floor(whole / cells) * cells : whole;
}

function tileOf(layer, size) {
  const [height, width] = sides(layer);
  const longer = Math.max(height, width);
  const side = Math.max(3, snapped(size, longer));
  return { width: Math.max(2, (side * width) / longer), height: Math.max(2, (side * height) / longer) };
}

function flatColumn(layer, room) {
  const count = layer.shape[0];
  const side = Math.max(2, Math.min(18, Math.floor(Math.sqrt((room * FLAT_WIDTH) / count))));
  const gap = side >= 7 ? 1 : 0;
  return { tile: { width: side - gap, height: side - gap }, gap, ...grid(count, side - gap, side - gap, room, gap) };
}

/** How large the maps of a layer are beside those of the largest one: a little smaller where they have fewer cells. */
const share = (layer, most) => Math.max(0.45, Math.sqrt(Math.max(...sides(layer)) / most));

function columnsAt(layers, size, room, most) {
  return layers.map((layer) => {
    if (isFlat(layer)) return flatColumn(layer, room);
    const tile = tileOf(layer, size * share(layer, most));
    return { tile, gap: GAP, ...grid(layer.shape[0], tile.width, tile.height, room, GAP) };
  });
}

function scrolled(layers, room) {
  return layers.map((layer) => {
    if (isFlat(layer)) return flatColumn(layer, room);
    const size = Math.sqrt((room * SCROLLED) / layer.shape[0]) - GAP;
    const gap = size < 14 ? 1 : GAP;
    const tile = tileOf(layer, Math.max(5, Math.min(LARGEST, size)));
    return { tile, gap, ...grid(layer.shape[0], tile.width, tile.height, room, gap) };
  });
}

const minimum = (title) => Math.max(60, Math.min(140, 6.3 * title.length)); // px that a layer's title needs
const widthOf = (columns, layers) => columns.reduce((sum, { width }, at) => sum + Math.max(width, minimum(layers[at].title)) + APART, 0);

/** Places of everything. order: of each layer's maps, most important first (by layer's number), or nothing. */
export function arrange(layers, picture, width, height, orders = []) {
  const room = height - HEAD - FOOT;
  const most = Math.max(1, ...layers.filter((layer) => !isFlat(layer)).map((layer) => Math.max(...sides(layer))));
  const seen = Math.max(44, Math.min(0.5 * room, 0.16 * width, 190));
  const left = seen + APART;
  let columns = null;
  let size = LARGEST;
  for (; size >= SMALLEST; size -= 1) {
    columns = columnsAt(layers, size, room, most);
    if (left + widthOf(columns, layers) - APART <= width) break;
  }
  const fits = size >= SMALLEST;
  if (!fits) columns = scrolled(layers, room);
  const input = inputColumn(picture, seen, room);
  const placed = [input];
  let x = left;
  layers.forEach((layer, number) => {
    const column = columns[number];
    const order = orders[number] ?? Array.from({ length: layer.shape[0] }, (_, at) => at);
    const place = new Array(order.length);
    order.forEach((channel, at) => (place[channel] = at));
    const wide = Math.max(column.width, minimum(layer.title));
    placed.push({ ...column, number, layer, name: layer.name, base: layer.base, x, y: HEAD, wide, order, place, cells: sides(layer) });
    x += wide + APART;
  });
  return { columns: placed, width: Math.max(width, x - APART), height, fits, byName: names(placed) };
}

function inputColumn(picture, side, room) {
  const [, rows, columns] = picture;
  const scale = side / Math.max(rows, columns);
  const tile = { width: Math.max(4, columns * scale), height: Math.max(4, rows * scale) };
  const y = HEAD + Math.max(0, (room - tile.height) / 2);
  const layer = { name: INPUT, base: INPUT, title: INPUT, shape: picture, kind: INPUT };
  return { tile, gap: 0, across: 1, rows: 1, width: tile.width, number: -1, layer, name: INPUT, base: INPUT, x: 0, y, wide: side, order: [0], place: [0], cells: [rows, columns] };
}

function names(columns) {
  const found = new Map();
  for (const column of columns) {
    found.set(column.base, column);
    found.set(column.name, column);
  }
  return found;
}

/** The tile of a map. */
export function tileBox(column, channel) {
  const at = column.name === INPUT ? 0 : column.place[channel] ?? 0;
  const { tile, gap, across } = column;
  return { x: column.x + (at % across) * (tile.width + gap), y: column.y + Math.floor(at / across) * (tile.height + gap), width: tile.width, height: tile.height };
}

/** The rectangle of cells from `top` and `left` to before `bottom` and `right` in a map; null where the node is not drawn. */
export function areaBox(layout, name, channel, { top, left, bottom, right }) {
  const column = layout.byName.get(name);
  if (!column) return null;
  const [tile, [rows, columns]] = [tileBox(column, channel), column.cells];
  const [high, wide] = [tile.height / rows, tile.width / columns];
  return { x: tile.x + left * wide, y: tile.y + top * high, width: (right - left) * wide, height: (bottom - top) * high };
}

/** The rectangle of one cell; null where the node is not drawn. */
export const cellBox = (layout, name, channel, row, column) =>
  areaBox(layout, name, channel, { top: row, left: column, bottom: row + 1, right: column + 1 });

/** What lies at a point of the sheet, or null. */
export function at(layout, x, y) {
  const column = layout.columns.find((each) => x >= each.x && x < each.x + each.width && y >= each.y);
  if (!column) return null;
  const { tile, gap, across } = column;
  const [across_, down] = [Math.floor((x - column.x) / (tile.width + gap)), Math.floor((y - column.y) / (tile.height + gap))];
  const place = down * across + across_;
  if (across_ >= across || place >= column.order.length) return null;
  const box = tileBox(column, column.order[place]);
  const [inX, inY] = [(x - box.x) / tile.width, (y - box.y) / tile.height];
  if (inX < 0 || inX >= 1 || inY < 0 || inY >= 1) return null;
  const [rows, columns] = column.cells;
  return { name: column.name, channel: column.order[place], row: Math.floor(inY * rows), column: Math.floor(inX * columns) };
}
