// Numbers as they are written on the stage: no more digits than needed, a true minus sign.
//
//   written(-0.25, 2) -> "−0.25"     written(3.0001, 2) -> "3"     decimalsOf(values) -> 2

export const MINUS = "\u2212";

/** The number with at most so many decimals, without needless zeros. */
export function written(value, decimals = 2) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "?" : value > 0 ? "∞" : `${MINUS}∞`;
  const text = value.toFixed(Math.max(0, Math.min(12, decimals)));
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return short === "-0" ? "0" : short.replace("-", MINUS);
}

/** The value that `written` shows. */
export const rounded = (value, decimals) => Number(value.toFixed(Math.max(0, Math.min(12, decimals))));

/** How many decimals numbers of this size carry: 0.03 -> 3, 0.5 -> 2, 9 -> 2, 50 -> 1, 500 -> 0. */
export function decimalsFor(largest) {
  if (!(largest > 0) || !Number.isFinite(largest)) return 0;
  const power = Math.floor(Math.log10(largest) + 1e-9);
  return Math.max(0, Math.min(9, power >= 0 ? 2 - power : 1 - power));
}

/** Whether so many decimals show the value as exactly as a float32 that came out of terms of this size holds it. */
export const isShown = (value, decimals, scale = Math.abs(value)) =>
  Math.abs(rounded(value, decimals) - value) <= 4e-7 * Math.max(scale, Math.abs(value));

/** The fewest decimals, at most `most`, that show all values; `most` where they are rounded anyway. */
export function decimalsOf(values, most) {
  let needed = 0;
  for (const value of values) {
    while (needed < most && !isShown(value, needed)) needed++;
    if (needed === most) return most;
  }
  return needed;
}

/** The largest absolute value. */
export function largestOf(values) {
  let largest = 0;
  for (const value of values) if (Math.abs(value) > largest) largest = Math.abs(value); // false for NaN
  return largest;
}
