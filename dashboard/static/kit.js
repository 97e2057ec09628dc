// The kit that all components share. A component's view.js begins with
//   const kit = await import(new URL("app/static/kit.js", document.baseURI).href)
// Nothing here is loaded from outside.

const STATIC = new URL(".", import.meta.url).href;
let plotly = null;

/** Plotly, loaded once a page. Rejects with a sentence where the file is not there. */
export function loadPlotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = STATIC + "plotly.min.js";
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      plotly = null;
      reject(new Error("The chart library could not be loaded; reload the page."));
    };
    document.head.append(script);
  });
  return plotly;
}

/** Bytes from Python (top-level `bytes`, unaligned) as numbers: floats(data), bytes(data), ints(data). */
export const floats = (data) => new Float32Array(data.slice().buffer);
export const ints = (data) => new Int32Array(data.slice().buffer);
export const bytes = (data) => new Uint8Array(data.slice().buffer);

/** The theme's colours and projector mode, read from the CSS variables around `element`. */
export function look(element) {
  const host = element instanceof ShadowRoot ? element.host : element;
  const style = getComputedStyle(host);
  const root = getComputedStyle(document.documentElement);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const number = (name) => parseFloat(root.getPropertyValue(name)) || 1;
  const paper = read("--st-background-color", "#ffffff");
  const dark = luminance(paper) < 0.4;
  return {
    dark,
    paper,
    panel: read("--st-secondary-background-color", "#f5f6f8"),
    text: read("--st-text-color", "#14202b"),
    muted: dark ? "#a3aebb" : "#566270",
    border: read("--st-border-color", "#e0e3e8"),
    accent: read("--st-primary-color", "#0b66cc"),
    font: read("--st-font", "sans-serif"),
    training: dark ? "#56b4e9" : "#0072b2",
    validation: dark ? "#f0a030" : "#cc7000",
    good: dark ? "#2fc796" : "#00785a",
    bad: dark ? "#ff7b86" : "#b3152c",
    size: parseFloat(root.fontSize) || 15, // CSS pixels of 1 rem
    type: number("--convlens-type"), // factors of projector mode
    line: number("--convlens-line"),
  };
}

/** A canvas of width x height CSS pixels, sharp on every screen; returns its 2-D context in CSS pixels. */
export function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Draw h x w values as crisp pixels into the rectangle (x, y, width, height); colour(value) -> [r, g, b]. */
export function drawPixels(context, values, h, w, colour, x, y, width, height) {
  const image = new ImageData(w, h);
  for (let i = 0; i < h * w; i++) {
    const [r, g, b] = colour(values[i]);
    image.data.set([r, g, b, 255], 4 * i);
  }
  const small = new OffscreenCanvas(w, h);
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, x, y, width, height);
}

/** Run `draw` now and whenever the element's width changes; returns a function that stops it. */
export function onResize(element, draw) {
  let last = 0;
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width && width !== last) {
      last = width;
      draw(width);
    }
  });
  observer.observe(element);
  return () => observer.disconnect();
}

/** Keep keys that a component uses away from the app's shortcuts (r reruns, c clears caches). */
export function ownKeys(element) {
  element.addEventListener("keydown", (event) => event.stopPropagation());
}

// Colour maps: the stops are those of dashboard/theme.py; a test holds them together.
export const CLASSES = ["#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"];
export const DIVERGING = ["#b2182b", "#d6604d", "#f4a582", "#fddbc7", "#f7f7f7", "#d1e5f0", "#92c5de", "#4393c3", "#2166ac"];
export const SEQUENTIAL = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"];

export const classColour = (index) => CLASSES[index % CLASSES.length];

export const hex = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

const rgb = (colour) => (colour.startsWith("#") ? hex(colour) : (colour.match(/[\d.]+/g) ?? [255, 255, 255]).slice(0, 3).map(Number));

/** Relative luminance, 0 (black) to 1 (white), as WCAG defines it. */
export function luminance(colour) {
  const [r, g, b] = (typeof colour === "string" ? rgb(colour) : colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Black or white, whichever reads better on this colour. */
export const ink = (colour) => (luminance(colour) > 0.18 ? "#14202b" : "#ffffff");

/** A colour map from stops: share 0..1 -> [r, g, b]. */
export function colourMap(stops) {
  const points = stops.map(hex);
  return (share) => {
    const place = Math.min(Math.max(share, 0), 1) * (points.length - 1);
    const low = Math.min(Math.floor(place), points.length - 2);
    return points[low].map((value, channel) => value + (points[low + 1][channel] - value) * (place - low));
  };
}

export const sequential = colourMap(SEQUENTIAL); // intensities: 0..1
const divergingMap = colourMap(DIVERGING);
/** Signed values: -limit..limit, zero neutral. */
export const diverging = (value, limit) => divergingMap(limit ? 0.5 + value / (2 * limit) : 0.5);
export const css = (channels) => `rgb(${channels.map(Math.round).join(",")})`;

/** 1256080 -> "1,256,080". */
export const count = (value) => Math.round(value).toLocaleString("en-US");
/** A number with `digits` significant digits and a real minus sign. */
export function number(value, digits = 3) {
  if (!Number.isFinite(value)) return String(value);
  const text = value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4) ? value.toExponential(digits - 1) : String(Number(value.toPrecision(digits)));
  return text.replace("-", "\u2212");
}
/** 0.9912 -> "99.1 %". */
export const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;

/** A DOM element: make("div", {class: "cell", title: "x"}, "text" or children). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
