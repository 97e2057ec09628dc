// Partial sums and their total in words that add up, or round to the total: as many decimals as that needs.

import { decimalsFor, decimalsOf, rounded, written } from "./stage_numbers.js";

const bracketed = (text) => (text.startsWith("\u2212") ? `(${text})` : text);

/** parts: [[label, value]]; returns pieces for a Line, without the name in front: `R 3 + G (−2) = 1`. */
export function sumOf(parts, total) {
  const values = parts.map(([, value]) => value);
  const size = Math.max(...values.map(Math.abs), Math.abs(total));
  const least = decimalsOf([...values, total], decimalsFor(size));
  const reckoned = (decimals) => values.reduce((sum, value) => sum + rounded(value, decimals), 0);
  const adds = (decimals, ofTotal) => rounded(reckoned(decimals), ofTotal) === rounded(total, ofTotal);
  const more = [0, 1, 2, 3].map((by) => least + by);
  const same = more.find((each) => adds(each, each)); // parts and total alike, or else a total that is rounded further
  const [decimals, ofTotal] = same === undefined ? [more.find((each) => adds(each, least)) ?? least + 3, least] : [same, same];
  const close = (value, shown) => Math.abs(rounded(value, shown) - value) <= 1e-6 * Math.max(1, size);
  const exact = values.every((value) => close(value, decimals)) && close(total, ofTotal);
  const equals = exact ? " = " : " ≈ ";
  const pieces = parts.flatMap(([label, value], at) => [
    ["operator", at ? " + " : equals],
    ["rest", label ? `${label} ` : ""],
    [value < 0 ? "minus" : value > 0 ? "plus" : "zero", bracketed(written(value, decimals))],
  ]);
  return { pieces: [...pieces, ["equals", equals], ["result", written(total, ofTotal)]], decimals: ofTotal };
}
