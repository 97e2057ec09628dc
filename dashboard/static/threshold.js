// One threshold moves everything: the four counts, the points on both curves, every figure and the cost. All of it is
// counted here, from scores that came once; the server hears of it when the hand has rested.

import { saveMenu } from "./figure_download.js";
import { look, make, percent } from "./kit.js";
import { unpack } from "./packed.js";
import { cost, figures, Ranked } from "./threshold_counts.js";
import { FourCounts } from "./threshold_matrix.js";
import { SharePlot } from "./threshold_plot.js";

const REST = 250; // ms after the last change
const STEPS = { ArrowLeft: -0.01, ArrowDown: -0.01, ArrowRight: 0.01, ArrowUp: 0.01, PageDown: -0.1, PageUp: 0.1, Home: -2, End: 2 };
const ROWS = [
  ["accuracy", "accuracy", "(TP + TN) / all", "Wilson's interval"],
  ["balanced_accuracy", "balanced accuracy", "(sensitivity + specificity) / 2", "from Wilson's intervals of both"],
  ["recall", "sensitivity = recall", "TP / (TP + FN)", "Wilson's interval"],
  ["specificity", "specificity", "TN / (TN + FP)", "Wilson's interval"],
  ["precision", "precision", "TP / (TP + FP)", "Wilson's interval"],
  ["f1", "F1", "2 TP / (2 TP + FP + FN)", "from Wilson's interval of TP / (TP + FP + FN)"],
];
const mounted = new WeakMap();

const digits = (value) => (value === Infinity ? "above 1" : value.toFixed(Math.max(2, Math.min(8, `${value}`.replace(/^.*\.|^\d+$/, "").length))));
const money = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 2 });

class ThresholdView {
  constructor() {
    this.state = null;
    this.build();
    this.watch = new ResizeObserver(() => this.arrange());
    this.watch.observe(this.element);
  }

  build() {
    this.range = make("input", { type: "range", min: 0, max: 1, step: "any", "aria-label": "Threshold", oninput: () => this.move(Number(this.range.value)), onkeydown: (event) => this.key(event) });
    this.said = make("output", { class: "threshold-value" });
    this.chosen = make("select", { "aria-label": "Class", onchange: () => this.choose() });
    this.wanted = make("input", { type: "number", min: 0, max: 100, step: "any", "aria-label": "Wanted sensitivity in per cent", oninput: () => this.want(false), onkeydown: (event) => event.key === "Enter" && this.want(true) });
    this.choices = [];
    const button = (words, title, place) => {
      this.choices.push(make("button", { type: "button", title, onclick: () => this.jump(place()) }, words));
      return this.choices.at(-1);
    };
    const sensitivity = make("span", { class: "threshold-wanted" }, button("sensitivity ≥", "The highest threshold that finds at least this share", () => this.ranked.sensitivity(this.state.wanted)), this.wanted, " %");
    const buttons = [
      button("best F1", "The threshold with the greatest F1", () => this.ranked.bestF1()),
      button("best J", "The threshold with the greatest sensitivity + specificity − 1 (Youden's J)", () => this.ranked.bestYouden()),
      button("lowest cost", "The threshold at which all mistakes together cost least", () => this.ranked.lowestCost(...this.state.costs)),
    ];
    const label = make("div", { class: "threshold-label" }, make("span", {}, "Threshold on P(", this.chosen, ")"), this.said);
    const bar = make("div", { class: "threshold-bar" }, make("div", { class: "threshold-slide" }, label, this.range), ...buttons, sensitivity);
    this.matrix = new FourCounts({ onCost: (name, value) => this.price(name, value), onCell: (name) => this.open(name) });
    this.roc = new SharePlot({ stairs: false, onPick: (x, y, done) => this.pick(x, y, done, (place) => this.rates(place)) });
    this.pr = new SharePlot({ stairs: true, onPick: (x, y, done) => this.pick(x, y, done, (place) => this.shares(place)) });
    this.table = make("div", { class: "threshold-figures", "aria-live": "off" });
    this.always = make("b");
    this.alwaysName = make("span");
    this.total = make("b");
    this.note = make("div", { class: "threshold-note" });
    this.areas = { roc: make("span", { class: "threshold-area" }), pr: make("span", { class: "threshold-area" }) };
    const cards = make("div", { class: "threshold-cards" },
      this.card("Confusion", make("span", { class: "threshold-area" }, "click a cell for its samples"), this.matrix, "confusion", this.table),
      this.card("ROC", this.areas.roc, this.roc, "roc"),
      this.card("Precision and recall", this.areas.pr, this.pr, "precision-recall"));
    this.rows = Object.fromEntries(ROWS.map((row) => [row[0], this.row(...row)]));
    const mistakes = make("span", { title: "FP · cost of one + FN · cost of one" }, "cost of all mistakes");
    this.table.append(make("span", { class: "threshold-always" }, this.alwaysName), this.always, make("span"), mistakes, this.total, make("span"));
    this.element = make("div", { class: "threshold", "data-testid": "threshold" }, bar, cards, this.note);
    this.element.addEventListener("keydown", (event) => event.key === "Tab" || event.key === "Escape" || event.stopPropagation());
  }

  card(title, area, part, name, ...more) {
    const saves = saveMenu({ name: () => `${this.head.file}-${name}`, svg: () => part.picture, paper: () => this.look.paper });
    return make("section", { class: `threshold-card ${name}` }, make("h3", {}, title, area, saves), part.element, ...more);
  }

  row(name, words, formula, method) {
    const parts = { value: make("b", { "data-figure": name }), bounds: make("small", { title: `95 %: ${method}` }) };
    this.table.append(make("span", { title: formula }, words), parts.value, parts.bounds);
    return parts;
  }

  take(block, send, ask, theme) {
    const { head, arrays } = unpack(block);
    const other = head.name !== this.head?.name || head.rest !== this.head?.rest;
    const drawn = JSON.stringify([head.about, head.name, theme]);
    const same = drawn === this.drawn; // only what was sent from here has come back
    Object.assign(this, { head, arrays, send, ask, look: theme, drawn });
    if (same) return;
    this.ranked = new Ranked(arrays, head.positives, head.negatives);
    if (!this.state || (other && head.sequence >= this.state.sequence)) {
      this.state = { sequence: head.sequence, class: head.at, threshold: head.threshold === "inf" ? Infinity : head.threshold, costs: head.costs, wanted: head.wanted };
      this.wanted.value = Math.round(1e6 * head.wanted) / 1e4;
    }
    if (this.chosen.children.length !== head.classes.length || head.classes.some((name, at) => this.chosen.children[at].textContent !== name)) {
      this.chosen.replaceChildren(...head.classes.map((name, at) => make("option", { value: at }, name)));
    }
    this.chosen.value = this.state.class;
    this.alwaysName.textContent = `always “${head.positives > head.negatives ? head.name : head.rest}” scores`;
    this.always.textContent = percent(Math.max(head.positives, head.negatives) / (head.positives + head.negatives));
    this.areas.roc.replaceChildren(...(head.auc ? ["AUC ", make("b", {}, head.auc.value), ` ${head.auc.bounds}`] : []));
    this.areas.pr.replaceChildren(...(head.ap ? ["AP ", make("b", {}, head.ap.value), ` ${head.ap.bounds}`] : []));
    this.note.textContent = head.note;
    for (const choice of this.choices) choice.disabled = Boolean(head.reason); // nothing to choose among
    this.arrange();
  }

  /** Lay everything out for the size that there is. */
  arrange() {
    if (!this.head || !this.element.isConnected) return;
    const { head, arrays, look: theme } = this;
    const box = (part) => [part.element.clientWidth, part.element.clientHeight];
    if (box(this.roc)[0] < 40) return;
    const colours = (at) => (at ? theme.muted : theme.training);
    const curves = (x, y) => [...head.others, null].map((other, at) => {
      const prefix = other === null ? "" : `${at}/`;
      return { x: arrays[`${prefix}${x}`], y: arrays[`${prefix}${y}`], colour: colours(other === null ? 0 : 1), width: other === null ? 2.4 : 1.5 };
    });
    const words = `${head.name} against ${head.rest}`;
    this.matrix.load(head, theme, ...box(this.matrix));
    this.roc.load({ titles: { x: `false alarms among ${head.rest} (FPR)`, y: `found of ${head.name} (TPR)` }, level: null, level_words: "guessing", curves: head.reason ? [] : curves("roc_x", "roc_y"), reason: head.reason, words: `ROC curve, ${words}` }, theme, ...box(this.roc));
    this.pr.load({ titles: { x: `found of ${head.name} (recall)`, y: `right when it says ${head.name} (precision)` }, level: head.no_skill, level_words: `no skill ${head.no_skill?.toFixed(3)}`, curves: head.reason ? [] : curves("pr_x", "pr_y"), reason: head.reason, words: `Precision-recall curve, ${words}` }, theme, ...box(this.pr));
    this.show();
  }

  rates(place) {
    const { tp, fp } = this.ranked.at(place);
    return [fp / this.head.negatives, tp / this.head.positives];
  }

  shares(place) {
    const { tp, fp } = this.ranked.at(place);
    return [tp / this.head.positives, tp + fp ? tp / (tp + fp) : null];
  }

  /** Where the threshold stands; between the thresholds that were sent there is none. */
  place() {
    return this.ranked.place(this.state.threshold);
  }

  show() {
    const { state, head } = this;
    const place = this.place();
    const counts = this.ranked.at(place);
    const values = figures(counts);
    this.range.value = Math.min(1, state.threshold);
    this.range.style.setProperty("--share", Math.min(1, state.threshold));
    const words = digits(state.threshold);
    this.said.textContent = words;
    this.range.setAttribute("aria-valuetext", words);
    this.matrix.set(counts, { fp: state.costs[0], fn: state.costs[1] });
    for (const [name, parts] of Object.entries(this.rows)) {
      const { value, bounds } = values[name];
      parts.value.textContent = value === null ? "–" : percent(value);
      parts.bounds.textContent = bounds ? `${(100 * bounds[0]).toFixed(1)} – ${(100 * bounds[1]).toFixed(1)}` : "undefined";
    }
    this.total.textContent = money(cost(counts, ...state.costs));
    const better = values.accuracy.value > Math.max(head.positives, head.negatives) / (head.positives + head.negatives);
    this.always.classList.toggle("worse", !better);
    if (!head.reason) {
      const precision = values.precision.value;
      this.roc.mark(...this.rates(place), `threshold ${words}`);
      this.pr.mark(...this.shares(place), precision === null ? "" : `precision ${precision.toFixed(3)}`);
    }
  }

  /** Draw with the next picture, however many changes come before it. */
  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.show();
    });
  }

  move(value, done = false) {
    this.state.threshold = this.snapped(value);
    this.soon();
    this.tell(done);
  }

  /** Of so many samples that not every threshold was sent: the nearest that was. */
  snapped(value) {
    const { threshold } = this.arrays;
    if (this.head.whole || !threshold.length) return value;
    const place = this.ranked.place(value);
    const [above, below] = [threshold[Math.max(0, place - 1)], threshold[Math.min(place, threshold.length - 1)]];
    return above - value < value - below ? above : below;
  }

  key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const moved = this.state.threshold + step * (event.shiftKey ? 0.1 : 1);
    this.move(Math.max(0, Math.min(1, Math.round(1e6 * moved) / 1e6)));
  }

  jump(place) {
    if (place === null) return;
    this.state.threshold = this.head.whole ? this.ranked.thresholdOf(place) : place ? this.arrays.threshold[place - 1] : Infinity;
    this.soon();
    this.tell(true);
  }

  /** The threshold whose point lies nearest to the hand. */
  pick(x, y, done, where) {
    if (this.head.reason) return;
    let [best, least] = [0, Infinity];
    for (let place = 0; place <= this.ranked.length; place++) {
      const [right, up] = where(place);
      const away = up === null ? Infinity : (right - x) ** 2 + (up - y) ** 2;
      if (away < least) [best, least] = [place, away];
    }
    if (!done || least < Infinity) this.jump(best);
  }

  price(name, value) {
    this.state.costs = name === "fp" ? [value, this.state.costs[1]] : [this.state.costs[0], value];
    this.soon();
    this.tell(false);
  }

  want(go) {
    const value = Number(this.wanted.value);
    const right = this.wanted.value !== "" && value >= 0 && value <= 100;
    this.wanted.setAttribute("aria-invalid", !right);
    if (!right) return;
    this.state.wanted = value / 100;
    if (go) this.jump(this.ranked.sensitivity(this.state.wanted));
    this.tell(false);
  }

  /** The samples of a cell, at this threshold. */
  open(name) {
    this.ask({ name, threshold: this.state.threshold === Infinity ? "inf" : this.state.threshold });
  }

  choose() {
    this.state.class = Number(this.chosen.value);
    this.state.threshold = 0.5;
    this.tell(true);
  }

  /** The server keeps class, threshold and costs in the link. */
  tell(done) {
    clearTimeout(this.timer);
    const send = () => {
      this.state.sequence += 1;
      const { threshold, ...rest } = this.state;
      this.send({ ...rest, threshold: threshold === Infinity ? "inf" : threshold });
    };
    this.timer = setTimeout(send, done ? 0 : REST);
  }

  close() {
    this.watch.disconnect();
    clearTimeout(this.timer);
  }
}

export function render({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!data) return;
  let view = mounted.get(parentElement);
  if (!view) mounted.set(parentElement, (view = new ThresholdView()));
  if (!view.element.isConnected) parentElement.append(view.element);
  view.take(data, (message) => setStateValue("sent", message), (cell) => setTriggerValue("cell", cell), look(parentElement));
}

export function close({ parentElement }) {
  if (parentElement.isConnected) return;
  mounted.get(parentElement)?.close();
  mounted.delete(parentElement);
}
