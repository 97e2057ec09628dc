// Colour scales: value -> [r, g, b] out of a table, so that half a million cells cost no time.
//
//   const scale = diverging(36, head.colours.diverging, look.dark);   // symmetric about zero
//   const scale = ramp(0, 16, ["#ffffff", "#14202b"]);                 // from low to high
//   scale.at(9) -> [r, g, b]; scale.low, scale.high: its ends

import { hex } from "./kit.js";

const STEPS = 255;
const NEUTRAL_DARK = "#2b323c";

export const mix = (from, to, share) => from.map((value, channel) => value + (to[channel] - value) * share);

/** A scale through these colours (#rrggbb), evenly spaced from `low` to `high`. */
export function ramp(low, high, colours) {
  const stops = colours.map(hex);
  const table = Array.from({ length: STEPS + 1 }, (_, step) => {
    const at = (step / STEPS) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(at));
    return mix(stops[from], stops[from + 1], at - from);
  });
  const factor = high > low ? STEPS / (high - low) : 0;
  const at = (value) => table[Math.max(0, Math.min(STEPS, Math.round((value - low) * factor)))] ?? table[0];
  return { low, high, at };
}

/** Signed values from -limit to limit, zero in the middle; on a dark page zero is dark, and far from zero is light. */
export function diverging(limit, colours, dark) {
  const half = (colours.length - 1) / 2;
  const shades = dark ? [...colours.slice(0, half).reverse(), NEUTRAL_DARK, ...colours.slice(half + 1).reverse()] : colours;
  return ramp(-(limit || 1), limit || 1, shades);
}

/** Intensities as ink on paper: the lowest is the page's own white (dark: black), the highest the colour of its text. */
export const ink = (low, high, look) => ramp(low, high, look.dark ? ["#12161c", "#f2f5f8"] : ["#ffffff", "#1d1f26"]);

/** Intensities as light: black to white, as photographs are. */
export const grey = (low, high) => ramp(low, high, ["#000000", "#ffffff"]);
