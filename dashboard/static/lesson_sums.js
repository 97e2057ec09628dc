// Partial sums and their total in words that add up: as many decimals as that needs.

import { decimalsFor, decimalsOf, rounded, written } from "./stage_numbers.js";

const bracketed = (text) => (text.startsWith("\u2212") ? `(${text})` : text);

/** parts: [[label, value]]; returns pieces for a Line, without the name in front: `R 3 + G (−2) = 1`. */
export function sumOf(parts, total) {
  const values = parts.map(([, value]) => value);
  let decimals = 0;
  const size = Math.max(...values.map(Math.abs), Math.abs(total));
  const least = decimalsOf([...values, total], decimalsFor(size));
  for (decimals = least; decimals < 8; decimals++) {
    const told = values.reduce((sum, value) => sum + rounded(value, decimals), 0);
    if (rounded(told, decimals) === rounded(total, decimals)) break;
  }
  const exact = [...values, total].every((value) => Math.abs(rounded(value, decimals) - value) <= 1e-6 * Math.max(1, size));
  const equals = exact ? " = " : " ≈ ";
  const pieces = parts.flatMap(([label, value], at) => [
    ["operator", at ? " + " : equals],
    ["rest", label ? `${label} ` : ""],
    [value < 0 ? "minus" : value > 0 ? "plus" : "zero", bracketed(written(value, decimals))],
  ]);
  return { pieces: [...pieces, ["equals", equals], ["result", written(total, decimals)]], decimals };
}
