// A confusion matrix as a picture for a file: everything that the screen shows, as SVG.
import { count, css, ink, percent } from "./kit.js";
import { colour } from "./confusion_table.js";

const CELL = 54; // of up to 12 classes; more share the same width
const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

/** An SVG element that is nowhere on the page. */
export function drawing(head, known, theme) {
  const side = Math.max(6, Math.min(CELL, (12 * CELL) / known.size));
  const type = Math.max(4, Math.min(13, side * 0.3));
  const longest = Math.max(...head.classes.map((name) => name.length));
  const left = 28 + longest * type * 0.62;
  const top = 56 + longest * type * 0.45;
  const [width, height] = [left + known.size * side + 12, top + known.size * side + 30];
  const parts = [
    text(12, 22, head.title, 16, `font-weight="700"`),
    text(left + (known.size * side) / 2, top + known.size * side + 20, head.x, 13, `text-anchor="middle"`),
    text(0, 0, head.y, 13, `text-anchor="middle" transform="translate(14 ${top + (known.size * side) / 2}) rotate(-90)"`),
  ];
  head.order.forEach((truth, row) => {
    const y = top + row * side;
    parts.push(text(left - 6, y + side / 2 + type / 3, head.classes[truth], type, `text-anchor="end"`));
    parts.push(text(0, 0, head.classes[truth], type, `transform="translate(${left + (row + 0.5) * side} ${top - 6}) rotate(-45)"`));
    head.order.forEach((answer, column) => parts.push(cell(head, known, theme, truth, answer, left + column * side, y, side, type)));
  });
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" fill="${theme.text}" role="img"><title>${escaped(head.alt)}</title>${parts.join("")}</svg>`;
  return new DOMParser().parseFromString(picture, "image/svg+xml").documentElement;
}

function cell(head, known, theme, truth, answer, x, y, side, type) {
  const number = known.at(truth, answer);
  const share = known.share(truth, answer);
  const fill = colour(theme, truth === answer, share / known.most);
  const box = `<rect x="${x + 1}" y="${y + 1}" width="${side - 2}" height="${side - 2}" rx="${side / 14}" fill="${css(fill)}"/>`;
  if (!number || side < 14) return box;
  const middle = `text-anchor="middle" fill="${ink(fill)}"`;
  const both = side >= 34;
  const counted = text(x + side / 2, y + side / 2 + (both ? 0 : type / 3), count(number), type * 1.15, `${middle} font-weight="700"`);
  return box + counted + (both ? text(x + side / 2, y + side / 2 + type, percent(share), type * 0.8, middle) : "");
}

const text = (x, y, words, size, more = "") => `<text x="${x}" y="${y}" font-size="${size}" ${more}>${escaped(words)}</text>`;
