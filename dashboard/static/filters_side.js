// Beside the pictures: histograms of weights and gradients, the norms, what is known of the chosen filter, and which
// filters are dead or alike.

import { make } from "./kit.js";
import { Histogram, NormBars, short } from "./filters_charts.js";
import { diverging } from "./stage_colours.js";

const MOST = 6; // names in a line

const topOf = (values) => values.reduce((most, value) => (value > most ? value : most), 0);

export class Side {
  constructor({ pick, say }) {
    this.pick = pick;
    this.weights = new Histogram("Weights");
    this.gradient = new Histogram("Gradient");
    this.norms = new NormBars(pick);
    for (const chart of [this.weights, this.gradient, this.norms]) chart.say = say;
    this.facts = make("div", { class: "side-facts" });
    this.notes = make("div", { class: "side-notes" });
    this.element = make("div", { class: "filters-side" }, this.weights.element, this.gradient.element, this.norms.element, this.facts, this.notes);
  }

  draw({ data, epoch, filter, each, probe, look }) {
    const unit = look.size;
    const values = data.values(epoch, filter);
    const own = values ? Math.max(1e-12, values.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0)) : data.limit;
    const scale = diverging(each ? own : data.limit, data.colours, look.dark);
    const spread = `mean ${short(data.arrays.means[epoch])}, deviation ${short(data.arrays.deviations[epoch])}`;
    this.weights.draw({ counts: data.histogram(epoch), limit: data.limit, top: topOf(data.arrays.histograms), scale, note: spread, look, height: 5.2 * unit });
    this.drawGradient(data, epoch, probe, look);
    this.drawNorms(data, epoch, filter, look);
    this.drawFacts(data, epoch, filter, values, probe);
    this.drawNotes(data, epoch, probe);
  }

  drawGradient(data, epoch, probe, look) {
    const place = probe?.gradients ? probe.nearest(data.epochs[epoch]) : -1;
    this.gradient.element.hidden = !probe || (place < 0 && !probe.why);
    if (place < 0) {
      this.gradient.canvas.hidden = true;
      if (probe?.why) this.gradient.note.textContent = probe.why;
      return;
    }
    this.gradient.canvas.hidden = false;
    const bins = probe.arrays.gradients.length / probe.epochs.length;
    const counts = probe.arrays.gradients.subarray(place * bins, (place + 1) * bins);
    const scale = diverging(probe.limits[place], data.colours, look.dark);
    const near = probe.epochs[place] === data.epochs[epoch] || data.epochs[epoch] < 0 ? "" : `, epoch ${probe.epochs[place]}`;
    const note = `of the loss on ${probe.samples} pinned samples${near}`;
    this.gradient.draw({ counts, limit: probe.limits[place], top: topOf(counts), scale, note, look, height: 4.4 * look.size });
  }

  drawNorms(data, epoch, filter, look) {
    const moved = data.moved(epoch);
    const title = moved ? "Norm of the difference" : `Norm of each ${data.unit}`;
    const top = topOf(moved ? data.arrays.moved : data.arrays.norms);
    this.norms.element.hidden = data.kind === "norm" && !moved;
    this.norms.draw({ values: moved ?? data.norms(epoch), top, chosen: filter, dead: data.dead[epoch], title, unit: data.unit, look, height: 2.6 * look.size });
  }

  drawFacts(data, epoch, filter, values, probe) {
    const told = [`norm ${short(data.norm(epoch, filter))}`];
    const bias = data.bias(epoch, filter);
    if (bias !== null) told.push(`bias ${short(bias)}`);
    if (values) told.push(`${short(values.reduce((low, value) => Math.min(low, value), Infinity))} to ${short(values.reduce((high, value) => Math.max(high, value), -Infinity))}`);
    const moved = data.moved(epoch);
    if (moved) told.push(`differs by ${short(moved[filter])}`);
    const place = probe?.gradients ? probe.nearest(data.epochs[epoch]) : -1;
    if (place >= 0) told.push(`gradient's norm ${short(probe.arrays.lengths[place * data.count + filter])}`);
    const text = `${data.unit} ${filter}: ${told.join(" · ")}`;
    if (this.facts.textContent !== text) this.facts.textContent = text;
  }

  drawNotes(data, epoch, probe) {
    const place = probe?.silent ? probe.nearest(data.epochs[epoch]) : -1;
    const silent = place >= 0 ? probe.silent[place] : [];
    const heard = probe?.heard ? `${probe.heard} test samples` : `the ${probe?.samples} pinned samples`;
    const pairs = data.alike[epoch];
    const wish = JSON.stringify([data.layer, data.dead[epoch], silent, pairs, probe?.heard]);
    if (wish === this.noted) return;
    this.noted = wish;
    const go = (filter) => {
      const button = make("button", { type: "button", class: "go", title: `Show ${data.unit} ${filter}` }, String(filter));
      button.addEventListener("click", () => this.pick(filter));
      return button;
    };
    const line = (name, rule, items) => make("div", { class: `note note-${name}`, title: rule }, make("b", {}, `${rule}: `), ...items);
    const many = (filters) => filters.slice(0, MOST).map(go).concat(filters.length > MOST ? [`and ${filters.length - MOST} more`] : []);
    const lines = [];
    if (data.dead[epoch].length) lines.push(line("dead", `${data.dead[epoch].length} dead, norm below a thousandth of the median`, many(data.dead[epoch])));
    if (silent.length) lines.push(line("silent", `${silent.length} silent, never above zero on ${heard}`, many(silent)));
    if (pairs.length) {
      const items = pairs.slice(0, 3).flatMap(([first, second, cosine]) => [go(first), " and ", go(second), `(${cosine.toFixed(3)}) `]);
      lines.push(line("alike", `Alike, cosine at least 0.98`, items));
    }
    if (!lines.length) lines.push(make("div", { class: "note quiet" }, data.compared ? `No dead ${data.unit}, no duplicates.` : `No dead ${data.unit}; duplicates are not looked for here.`));
    this.notes.replaceChildren(...lines);
  }
}
