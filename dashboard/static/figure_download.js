// Any figure as a file, made by the browser: PNG for slides, SVG for print.
//
//   head.append(saveMenu({ name: "roc", svg: () => drawnByUs }));             // our own SVG element
//   head.append(saveMenu({ name: "roc", plot: () => ({ Plotly, element }) })); // Plotly's
//   head.append(saveMenu({ name: "maps", canvas: () => canvas }));            // pixels: PNG alone

import { make } from "./kit.js";

const SCALE = 2; // PNG pixels for one CSS pixel
const MARGIN = 12;

function hand(blob, name) {
  const address = URL.createObjectURL(blob);
  const anchor = make("a", { href: address, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

const blobOf = (canvas) => new Promise((done) => canvas.toBlob(done, "image/png"));

/** A standalone document of an SVG element that styles itself by attributes, on paper of this colour. */
export function svgText(element, paper) {
  const copy = element.cloneNode(true);
  const width = element.viewBox.baseVal?.width || element.clientWidth;
  const height = element.viewBox.baseVal?.height || element.clientHeight;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width + 2 * MARGIN);
  copy.setAttribute("height", height + 2 * MARGIN);
  copy.setAttribute("viewBox", `${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}`);
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of Object.entries({ x: -MARGIN, y: -MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN, fill: paper })) ground.setAttribute(key, value);
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

async function drawn(text) {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = make("canvas", { width: SCALE * picture.width, height: SCALE * picture.height });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function savePlot({ Plotly, element }, format, name, paper) {
  const { width, height } = element.getBoundingClientRect();
  const layout = { ...element.layout, paper_bgcolor: paper, plot_bgcolor: paper }; // our own ground is transparent
  const address = await Plotly.toImage({ data: element.data, layout }, { format, width, height, scale: SCALE });
  hand(await (await fetch(address)).blob(), name);
}

/** Hand over a file. source: `svg`, `plot` or `canvas`, each a function that gives it. */
export async function save(source, format, name, paper) {
  const file = `${name.replace(/[^\w.-]+/g, "-")}.${format}`;
  if (source.plot) return savePlot(source.plot(), format, file, paper);
  if (source.canvas) return hand(await blobOf(source.canvas()), file);
  const text = svgText(source.svg(), paper);
  const blob = format === "svg" ? new Blob([text], { type: "image/svg+xml" }) : await blobOf(await drawn(text));
  return hand(blob, file);
}

/** Two small buttons in a corner of a figure. name: of the file; a function where it changes. paper: a function too. */
export function saveMenu({ name, paper = () => "#ffffff", ...source }) {
  const formats = source.canvas ? ["png"] : ["png", "svg"];
  const named = () => (typeof name === "function" ? name() : name);
  const button = (format) => {
    const words = `Download this figure as ${format.toUpperCase()}`;
    return make("button", { type: "button", class: "figure-save", title: words, "aria-label": words, onclick: () => save(source, format, named(), paper()) }, format.toUpperCase());
  };
  return make("span", { class: "figure-saves" }, ...formats.map(button));
}
