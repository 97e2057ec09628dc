// What components share. Nothing here is loaded from outside.

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

export const css = (channels) => `rgb(${channels.map(Math.round).join(",")})`;

/** 1256080 -> "1,256,080". */
export const count = (value) => Math.round(value).toLocaleString("en-US");
/** 0.9912 -> "99.1 %". */
export const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;

/** A DOM element: make("div", {class: "cell", onclick: act}, "text" or children); null leaves an attribute out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** An SVG element, as `make`; coordinates may be per cent of the picture. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
