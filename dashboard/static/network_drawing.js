// A network as a row of blocks drawn to scale: pure functions from plain data to SVG text, no page and no events.
//
// Heights and widths of boxes are proportional to H and W (the width foreshortened), their depth to the logarithm of the
// channels; bars are logarithmic in their number of values. Layers that only pass values on are thin pills.

const TALLEST = 0.8; // of the room for the picture
const USUAL_ROOM = 188; // CSS pixels
const FORESHORTEN = 0.42;
const LABEL_ROOM = 44; // times the size of type
const PILL = { width: 22, height: 112 };
const MARGIN = 22;
const ADD = 80;
const END = ADD + 26;
const GAP = { least: 17, most: 84, usual: 42 };

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escape = (text) => String(text).replace(/[&<>"]/g, (c) => escapes[c]);

const pen = document.createElement("canvas").getContext("2d");

function textWidth(text, font) {
  pen.font = font;
  return pen.measureText(text).width;
}

function pixelScale(blocks, room) {
  const images = blocks.filter((b) => b.shape && b.shape.length === 3);
  const height = Math.max(1, ...images.map((b) => b.shape[1]));
  const width = Math.max(1, ...images.map((b) => b.shape[2]));
  return Math.min((TALLEST * room) / height, (1.1 * room) / (FORESHORTEN * width));
}

function figure(block, scale, zoom, type, room) {
  const grown = room / USUAL_ROOM;
  const shape = block.shape;
  if (block.form === "pill") return { form: "pill", width: PILL.width * type, height: Math.min(190, PILL.height * type) };
  if (!shape) return { form: "unknown", width: 46 * zoom + 10, height: 92 * zoom };
  if (shape.length === 3) {
    const depth = (6 + 6.4 * Math.log2(shape[0])) * zoom * grown;
    const faceHeight = Math.max(5, shape[1] * scale * zoom);
    const faceWidth = Math.max(4, shape[2] * scale * zoom * FORESHORTEN);
    return { form: "box", depth, faceHeight, faceWidth, width: faceWidth + depth, height: faceHeight + depth / 2 };
  }
  const height = Math.min(178, 14 + 18.5 * Math.log2(1 + shape[0])) * grown * (0.55 + 0.45 * zoom);
  return { form: "bar", width: 17, height, notches: shape[0] <= 16 ? shape[0] : 0 };
}

function slotWidth(block, drawn, fonts) {
  if (drawn.form === "pill") return block.shapeText ? Math.max(drawn.width, textWidth(block.shapeText, fonts.strong)) : drawn.width;
  const label = Math.max(textWidth(block.shapeText, fonts.strong), textWidth(block.short, fonts.plain));
  return Math.max(drawn.width, label);
}

// Where everything stands: the largest zoom at which the row fits the width, then the widest gaps.
export function layout(blocks, { width, height, fonts, type }) {
  const picture = height - LABEL_ROOM * type;
  const scale = pixelScale(blocks, picture);
  const gaps = Math.max(1, blocks.length - 1);
  let zoom = 1;
  let figures, slots, total;
  const measure = () => {
    figures = blocks.map((b) => figure(b, scale, zoom, type, picture));
    slots = blocks.map((b, i) => slotWidth(b, figures[i], fonts));
    total = slots.reduce((a, b) => a + b, 0);
  };
  const room = width - 2 * MARGIN - END;
  for (measure(); zoom > 0.56 && total + gaps * (GAP.usual * zoom - 12) > room; measure()) zoom -= 0.04;
  const gap = Math.max(GAP.least, Math.min(GAP.most, (room - total) / gaps));
  const places = [];
  let x = MARGIN;
  blocks.forEach((block, i) => {
    places.push({ ...figures[i], block, slot: x, slotWidth: slots[i], middle: x + slots[i] / 2 });
    x += slots[i] + gap;
  });
  return { places, gap, scale: scale * zoom, width: Math.max(width, x - gap + END + MARGIN) };
}

const points = (...xy) => xy.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

function box(place, centre) {
  const { depth: d, faceWidth: w, faceHeight: h, middle } = place;
  const x = middle - place.width / 2;
  const y = centre - place.height / 2 + d / 2;
  return (
    `<polygon class="top" points="${points([x, y], [x + d, y - d / 2], [x + d + w, y - d / 2], [x + w, y])}"/>` +
    `<polygon class="side" points="${points([x + w, y], [x + w + d, y - d / 2], [x + w + d, y - d / 2 + h], [x + w, y + h])}"/>` +
    `<rect class="front" x="${x}" y="${y}" width="${w}" height="${h}"/>`
  );
}

function bar(place, centre) {
  const x = place.middle - place.width / 2;
  const y = centre - place.height / 2;
  let out = `<rect class="bar" x="${x}" y="${y}" width="${place.width}" height="${place.height}" rx="3"/>`;
  for (let i = 1; i < place.notches; i++) {
    const at = y + (place.height * i) / place.notches;
    out += `<line class="notch" x1="${x}" x2="${x + place.width}" y1="${at}" y2="${at}"/>`;
  }
  return out;
}

function pill(place, centre) {
  const { width: w, height: h, middle, block } = place;
  return (
    `<rect class="pill" x="${middle - w / 2}" y="${centre - h / 2}" width="${w}" height="${h}" rx="${w / 2}"/>` +
    `<text class="inside" transform="translate(${middle + 4} ${centre}) rotate(-90)">${escape(block.short)}</text>`
  );
}

function unknown(place, centre) {
  const { width: w, height: h, middle } = place;
  return (
    `<rect class="unknown" x="${middle - w / 2}" y="${centre - h / 2}" width="${w}" height="${h}" rx="4"/>` +
    `<text class="question" x="${middle}" y="${centre + 6}">?</text>`
  );
}

const FORMS = { box, bar, pill, unknown };

// The window of a convolution or pooling, drawn to scale on the face of the maps that it slides over.
function windowMark(source, place, scale, centre) {
  const side = place.block.window;
  if (!side || !source) return "";
  const h = Math.min(source.faceHeight, Math.max(3, side * scale));
  const w = Math.min(source.faceWidth, Math.max(2.5, side * scale * FORESHORTEN));
  const x = source.middle - source.width / 2 + (source.faceWidth - w) / 2;
  const y = centre + source.depth / 4 - h / 2;
  const target = place.form === "box" ? place.middle - place.width / 2 : place.slot;
  const to = place.form === "box" ? centre + place.depth / 4 : centre;
  return (
    `<g class="window of-${place.block.tone}" data-of="${place.block.index}">` +
    `<path class="ray" d="M${x + w} ${y}L${target} ${to}L${x + w} ${y + h}"/>` +
    `<rect x="${x}" y="${y}" width="${w}" height="${h}"/></g>`
  );
}

function arrow(from, to, centre) {
  const start = from.slot + from.slotWidth / 2 + from.width / 2;
  const end = to.middle - to.width / 2;
  const length = Math.max(7, Math.min(30, end - start - 10));
  const x = (start + end - length) / 2;
  return `<path class="arrow" d="M${x} ${centre}h${length}m-5 -4.5l5 4.5l-5 4.5"/>`;
}

// `at`: the layer's index that a new layer there would take.
function plus(x, centre, at) {
  return (
    `<g class="plus" data-at="${at}" role="button" aria-label="Add a layer at place ${at + 1}" data-testid="plus-${at}">` +
    `<rect x="${x - 11}" y="14" width="22" height="${2 * centre - 28}"/>` +
    `<circle cx="${x}" cy="${centre - 24}" r="9"/><path d="M${x - 4} ${centre - 24}h8m-4 -4v8"/></g>`
  );
}

function blockMark(place, centre, size, selected) {
  const { height, type } = size;
  const { block, middle, slot, slotWidth: width } = place;
  const classes = ["block", `tone-${block.tone}`, block.index === selected && "selected", block.fault && "fault", block.stale && "stale"];
  const base = height - (LABEL_ROOM - 16) * type;
  const below =
    place.form === "pill"
      ? `<text class="shape" x="${middle}" y="${base}">${escape(block.shapeText)}</text>`
      : `<text class="shape" x="${middle}" y="${base}">${escape(block.shapeText)}</text>` +
        `<text class="name" x="${middle}" y="${base + 16 * type}">${escape(block.short)}</text>`;
  return (
    `<g class="${classes.filter(Boolean).join(" ")}" data-index="${block.index}" data-testid="block-${block.index}" role="button" ` +
    `tabindex="${block.index === selected ? 0 : -1}" aria-pressed="${block.index === selected}" aria-label="${escape(block.aria)}">` +
    `<rect class="hit" x="${slot - 5}" y="6" width="${width + 10}" height="${height - 12}" rx="8"/>` +
    `<g class="body">${FORMS[place.form](place, centre)}</g>${below}</g>`
  );
}

export function draw(blocks, selected, size, alt) {
  const plan = layout(blocks, size);
  const labels = LABEL_ROOM * size.type;
  const centre = (size.height - labels) / 2 + 4;
  const { places } = plan;
  let out = "";
  const gapAt = [];
  places.forEach((place, i) => {
    if (i === 0) return;
    const before = places[i - 1];
    gapAt.push((before.slot + before.slotWidth + place.slot) / 2);
    out += arrow(before, place, centre);
  });
  const last = places[places.length - 1];
  gapAt.push(last.slot + last.slotWidth + plan.gap / 2);
  places.forEach((place) => (out += blockMark(place, centre, size, selected)));
  let source = null;
  places.forEach((place) => {
    out += windowMark(source, place, plan.scale, centre);
    if (place.form === "box") source = place;
    else if (place.form !== "pill") source = null;
  });
  gapAt.slice(0, -1).forEach((x, i) => (out += plus(x, centre, i)));
  const endX = plan.width - MARGIN - ADD;
  out +=
    `<g class="add" data-at="${blocks.length - 1}" role="button" tabindex="0" aria-label="Add a layer at the end" data-testid="add-layer">` +
    `<rect x="${endX}" y="${centre - 20}" width="${ADD}" height="40" rx="9"/>` +
    `<text x="${endX + ADD / 2}" y="${centre + 5}">+ layer</text></g>`;
  out += `<line class="drop" x1="0" x2="0" y1="12" y2="${size.height - 12}"/>`;
  const svg =
    `<svg role="group" aria-label="${escape(alt)}" width="${plan.width}" height="${size.height}" ` +
    `viewBox="0 0 ${plan.width} ${size.height}" data-testid="network-diagram">${out}</svg>`;
  return { svg, gapAt, places, width: plan.width };
}
