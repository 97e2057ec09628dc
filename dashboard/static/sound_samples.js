// Samples as numbers: the largest of them, and what lies between two.

const SINC = 16; // samples on either side

/** The value between samples: a sinc under a Hann window over 32 of them. */
export function between(values, at) {
  const near = Math.round(at);
  if (Math.abs(at - near) < 1e-6) return values[near] ?? 0;
  let sum = 0;
  for (let index = Math.floor(at) - SINC + 1; index <= Math.floor(at) + SINC; index++) {
    const away = Math.PI * (at - index);
    if (index >= 0 && index < values.length) sum += ((values[index] * Math.sin(away)) / away) * Math.cos(away / (2 * SINC)) ** 2;
  }
  return sum;
}

export function peak(values) {
  let largest = 0;
  for (let index = 0; index < values.length; index++) if (Math.abs(values[index]) > largest) largest = Math.abs(values[index]);
  return largest;
}
