// Sample images of each class, with crisp pixels; points of the plane as a scatter.

import { make } from "./kit.js";
import { unpack } from "./packed.js";

const MOST_ROWS = 10; // further classes are scrolled to

/** Draw one image (C, H, W) of bytes on a canvas of its own size. */
export function picture(bytes, [channels, height, width]) {
  const canvas = make("canvas", { width, height });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  const plane = width * height;
  for (let at = 0; at < plane; at++) {
    for (let colour = 0; colour < 3; colour++) {
      image.data[4 * at + colour] = bytes[(channels === 3 ? colour * plane : 0) + at];
    }
    image.data[4 * at + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}

/** One mark for each class, so that colour is not all that tells them apart. */
export function mark(pen, x, y, size, label) {
  pen.beginPath();
  if (label % 3 === 0) pen.arc(x, y, size, 0, 2 * Math.PI);
  else if (label % 3 === 1) pen.rect(x - size * 0.9, y - size * 0.9, 1.8 * size, 1.8 * size);
  else {
    pen.moveTo(x, y - size * 1.2);
    pen.lineTo(x + size * 1.1, y + size * 0.8);
    pen.lineTo(x - size * 1.1, y + size * 0.8);
    pen.closePath();
  }
}

function rows(head, images) {
  const size = head.shape.reduce((product, side) => product * side, 1);
  let at = 0;
  return head.classes.flatMap((name, label) => {
    const strip = make("div", { class: "samples-strip" });
    for (let number = 0; number < head.shown[label]; number++, at++) {
      const canvas = picture(images.subarray(at * size, (at + 1) * size), head.shape);
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${name}, ${head.augmented && number ? "changed at random" : "as it is"}`);
      if (head.augmented && number === 0) canvas.className = "samples-first";
      strip.append(canvas);
    }
    const swatch = make("i", { style: `--colour: ${head.colours[label]}` });
    const told = make("small", {}, head.counts[label]);
    return [make("span", { class: "samples-name", title: name }, make("b", {}, swatch, name), told), strip];
  });
}

function scatter(head, points, labels, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const canvas = make("canvas", { class: "samples-points", role: "img", "aria-label": head.alt, width: width * ratio, height: height * ratio });
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const [left, right, bottom, top] = head.extent;
  for (let at = 0; at < labels.length; at++) {
    const x = ((points[2 * at] - left) / (right - left)) * width;
    const y = height - ((points[2 * at + 1] - bottom) / (top - bottom)) * height;
    mark(pen, x, y, 3.2, labels[at]);
    pen.fillStyle = head.colours[labels[at]];
    pen.fill();
  }
  return canvas;
}

export function render({ data, parentElement }) {
  const { head, arrays } = unpack(data);
  let root = parentElement.querySelector(".samples");
  if (!root) parentElement.append((root = make("div", { class: "samples", "data-testid": "samples" })));
  const lines = Math.max(1, Math.min(head.classes.length, MOST_ROWS));
  root.style.setProperty("--side", `${Math.min(64, Math.max(26, Math.floor((root.clientHeight - 8) / lines) - 5))}px`);
  root.classList.toggle("samples-images", head.kind === "images");
  if (head.kind === "points") {
    const legend = head.classes.map((name, label) =>
      make("div", { class: "samples-name" }, make("b", {}, make("i", { style: `--colour: ${head.colours[label]}` }), `${name}, ${head.counts[label]}`)),
    );
    const width = Math.max(120, root.clientWidth);
    root.replaceChildren(scatter(head, arrays.points, arrays.labels, width, Math.max(160, root.clientHeight - 48)), ...legend);
  } else root.replaceChildren(...rows(head, arrays.images));
}
