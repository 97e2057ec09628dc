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
const [APART, MOST_APART] = [22, 40]; // between layers; what may be added where there is room
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

/** A column of `across` tiles side by side, as large as the height allows. */
function packed(layer, across, room, most = LARGEST) {
  const rows = Math.ceil(layer.shape[0] / across);
  const [high, wide] = sides(layer);
  const side = Math.min(most, ((room + GAP) / rows - GAP) * (Math.max(high, wide) / high));
  const tile = tileOf(layer, side);
  return { tile, gap: GAP, across, rows, width: across * (tile.width + GAP) - GAP, longer: Math.max(tile.width, tile.height) };
}

/** The next wider column with larger tiles, or null. */
function wider(layer, column, room) {
  for (let across = column.across + 1; across <= layer.shape[0]; across++) {
    const next = packed(layer, across, room);
    if (next.longer > column.longer) return next;
  }
  return null;
}

/** What is left of the width may do for one tile more side by side, where all of them are larger then. */
function filled(layer, column, room, left) {
  const wide = Math.max(column.width, minimum(layer.title)) + left;
  if (isFlat(layer) || left <= 0 || column.across >= layer.shape[0]) return column;
  const next = packed(layer, column.across + 1, room, Math.floor((wide + GAP) / (column.across + 1)) - GAP);
  return next.longer > column.longer && next.width <= wide ? next : column;
}

/** Columns whose tiles grow, the smallest first, until the width is used up; null where even small ones do not fit. */
function grown(layers, width, room, most) {
  const columns = layers.map((layer) => (isFlat(layer) ? flatColumn(layer, room) : packed(layer, 1, room)));
  const wanted = new Set(layers.keys());
  layers.forEach((layer, at) => isFlat(layer) && wanted.delete(at));
  const smallest = () => [...wanted].reduce((best, at) => (best < 0 || columns[at].longer / share(layers[at], most) < columns[best].longer / share(layers[best], most) ? at : best), -1);
  while (wanted.size) {
    const at = smallest();
    const next = wider(layers[at], columns[at], room);
    const before = columns[at];
    columns[at] = next ?? before;
    if (next && widthOf(columns, layers) - APART <= width) continue;
    columns[at] = before;
    wanted.delete(at);
  }
  for (const [at, layer] of layers.entries()) columns[at] = filled(layer, columns[at], room, width - widthOf(columns, layers) + APART);
  const readable = layers.every((layer, at) => isFlat(layer) || layer.shape[0] === 1 || columns[at].longer >= SMALLEST);
  return readable && widthOf(columns, layers) - APART <= width ? columns : null;
}

function scrolled(layers, room) {
  return layers.map((layer) => {
    if (isFlat(layer)) return flatColumn(layer, room);
    const size = Math.sqrt((room * SCROLLED) / layer.shape[0]) - GAP;
    const gap = size < 14 ? 1 : GAP;
    const tile = tileOf(layer, Math.max(11, Math.min(LARGEST, size)));
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
  const whole = grown(layers, width - left, room, most);
  const fits = whole !== null;
  const columns = whole ?? scrolled(layers, room);
  const input = inputColumn(picture, seen, room);
  const placed = [input];
  const free = width - left - widthOf(columns, layers) + APART;
  const apart = APART + (fits ? Math.max(0, Math.min(MOST_APART, free / layers.length)) : 0);
  let x = seen + apart;
  layers.forEach((layer, number) => {
    const column = columns[number];
    const order = orders[number] ?? Array.from({ length: layer.shape[0] }, (_, at) => at);
    const place = new Array(order.length);
    order.forEach((channel, at) => (place[channel] = at));
    const wide = Math.max(column.width, minimum(layer.title));
    placed.push({ ...column, number, layer, name: layer.name, base: layer.base, x, y: HEAD, wide, order, place, cells: sides(layer) });
    x += wide + apart;
  });
  return { columns: placed, width: Math.max(width, x - apart), height, fits, byName: names(placed) };
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
    if (column.layer.after) found.set(column.layer.after, column);
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
