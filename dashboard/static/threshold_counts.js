// Hits and mistakes at every threshold, and what follows from them. No DOM. The same arithmetic, in the same order, as
// core/evaluation/counts.py and thresholds.py, so that the browser and Python show the same numbers.

const Z = 1.959963984540054; // of a 95 % interval

export class Ranked {
  /** threshold: falling scores; found, alarms: samples of the class, and of the rest, with at least that score. */
  constructor({ threshold, found, alarms }, positives, negatives) {
    Object.assign(this, { threshold, found, alarms, positives, negatives, length: threshold.length });
  }

  /** How many of the thresholds are at least t. */
  place(t) {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.threshold[middle] >= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The four counts after the first `place` thresholds. */
  at(place) {
    const [tp, fp] = place ? [this.found[place - 1], this.alarms[place - 1]] : [0, 0];
    return { tp, fp, fn: this.positives - tp, tn: this.negatives - fp };
  }

  /** The place with the greatest value of `figure(tp, fp)`; the highest threshold of several. */
  best(figure) {
    let best = 0;
    let value = figure(0, 0);
    for (let place = 1; place <= this.length; place++) {
      const now = figure(this.found[place - 1], this.alarms[place - 1]);
      if (now > value) [best, value] = [place, now];
    }
    return best;
  }

  bestF1() {
    return this.best((tp, fp) => (2 * tp) / (tp + fp + this.positives));
  }

  bestYouden() {
    return this.best((tp, fp) => tp / this.positives - fp / this.negatives);
  }

  lowestCost(falsePositive, falseNegative) {
    return this.best((tp, fp) => -(fp * falsePositive + (this.positives - tp) * falseNegative));
  }

  /** The fewest false alarms that find the share `wanted` of the class; null where nothing is of the class. */
  sensitivity(wanted) {
    if (!this.positives) return null;
    for (let place = 0; place <= this.length; place++) if (this.at(place).tp / this.positives >= wanted) return place;
    return this.length;
  }

  /** The threshold of a place with the fewest decimals that still parts it from the next lower score. */
  thresholdOf(place) {
    if (!place) return this.length && this.threshold[0] < 1 ? 1 : Infinity;
    const upper = this.threshold[place - 1];
    const lower = place < this.length ? this.threshold[place] : -Infinity;
    for (let digits = 2; digits < 12; digits++) {
      const scale = 10 ** digits;
      const rounded = Math.floor(upper * scale) / scale;
      if (rounded > lower && rounded <= upper) return rounded;
    }
    return upper;
  }
}

const share = (part, whole) => (whole ? part / whole : null);

/** Wilson's 95 % interval of a share: [low, high], or null without samples. */
export function wilson(hits, total) {
  if (!total) return null;
  const part = hits / total;
  const centre = part + (Z * Z) / (2 * total);
  const spread = Z * Math.sqrt((part * (1 - part)) / total + (Z * Z) / (4 * total * total));
  const scale = 1 + (Z * Z) / total;
  return [Math.max(0, Math.min((centre - spread) / scale, part)), Math.min(1, Math.max((centre + spread) / scale, part))];
}

function balanced(recall, specificity, found, left) {
  const middle = (recall + specificity) / 2;
  const down = Math.sqrt((recall - found[0]) ** 2 + (specificity - left[0]) ** 2) / 2;
  const up = Math.sqrt((found[1] - recall) ** 2 + (left[1] - specificity) ** 2) / 2;
  return [Math.max(0, middle - down), Math.min(1, middle + up)];
}

/** { name: { value, bounds } }; null where a figure is undefined. */
export function figures({ tp, fp, fn, tn }) {
  const [positives, negatives] = [tp + fn, fp + tn];
  const [found, left] = [wilson(tp, positives), wilson(tn, negatives)];
  const [recall, specificity] = [share(tp, positives), share(tn, negatives)];
  const both = found && left;
  return {
    accuracy: { value: share(tp + tn, positives + negatives), bounds: wilson(tp + tn, positives + negatives) },
    balanced_accuracy: { value: both ? (recall + specificity) / 2 : null, bounds: both ? balanced(recall, specificity, found, left) : null },
    recall: { value: recall, bounds: found },
    specificity: { value: specificity, bounds: left },
    precision: { value: share(tp, tp + fp), bounds: wilson(tp, tp + fp) },
    f1: { value: share(2 * tp, 2 * tp + fp + fn), bounds: wilson(tp, tp + fp + fn)?.map((bound) => (2 * bound) / (1 + bound)) ?? null },
  };
}

/** What all mistakes cost together. */
export const cost = ({ fp, fn }, falsePositive, falseNegative) => fp * falsePositive + fn * falseNegative;
