// One step of the chain as a row of controls: its kind, and sliders for size, stride and padding.

import { make } from "./kit.js";

const NAMES = { size: 1, stride: 1, padding: 0 }; // with their least values

export class StepRow {
  constructor(at, most, { onChange, onRemove }) {
    const label = `Step ${at + 1}`;
    this.kind = make("select", { class: "player-speed", "aria-label": `${label}, kind` }, make("option", { value: "convolution" }, "convolution"), make("option", { value: "pooling" }, "pooling"));
    this.kind.addEventListener("change", () => {
      this.step = { ...this.step, kind: this.kind.value };
      onChange(true);
    });
    this.ranges = {};
    const sliders = Object.entries(NAMES).map(([name, low]) => this.slider(name, low, most[name], label, onChange));
    this.texts = ["size", "jump", "field"].map((name) => make("output", { class: "pool-formula", "data-formula": `${name}-${at + 1}` }));
    const remove = make("button", { type: "button", "aria-label": `Remove step ${at + 1}`, title: "Remove" }, "×");
    remove.addEventListener("click", onRemove);
    this.number = make("b", {}, String(at + 1));
    this.cells = [this.number, this.kind, ...sliders, ...this.texts, remove];
    for (const cell of this.cells) cell.addEventListener("keydown", (event) => event.key !== "Tab" && event.stopPropagation());
  }

  slider(name, low, high, label, onChange) {
    const range = make("input", { type: "range", min: low, max: high, step: 1, class: "player-range", "aria-label": `${label}, ${name}` });
    const told = make("output");
    range.addEventListener("input", () => {
      this.held = true;
      this.step = { ...this.step, [name]: Number(range.value) };
      this.draw();
      onChange(false);
    });
    range.addEventListener("change", () => {
      this.held = false;
      onChange(true);
    });
    this.ranges[name] = { range, told, low, high };
    return make("label", { class: "pool-slider" }, range, told);
  }

  update(step, formulas, settled) {
    if (settled || !this.step) this.step = step;
    this.draw();
    this.texts.forEach((text, at) => {
      if (text.textContent !== formulas[at]) text.textContent = formulas[at];
    });
  }

  draw() {
    this.kind.value = this.step.kind;
    for (const [name, { range, told, low, high }] of Object.entries(this.ranges)) {
      range.value = this.step[name];
      range.style.setProperty("--share", `${(100 * (this.step[name] - low)) / (high - low)}%`);
      told.textContent = this.step[name];
    }
  }
}
