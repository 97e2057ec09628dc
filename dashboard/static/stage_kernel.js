// The kernel as cells that are edited by typing, by the wheel and by dragging up or down.
//
//   const kernel = new Kernel({ onEdit(values, done) });   parent.append(kernel.element);
//   kernel.update({ values, shape: [1, 3, 3], editable: true, step: null, palette, look });
//   kernel.layout(cell, across);      // CSS pixels of a cell; how many channels stand beside one another
//   kernel.holding                    // a hand is on it: leave its values alone

import { css, ink, make } from "./kit.js";
import { diverging } from "./stage_colours.js";
import { lettering } from "./stage_grid.js";
import { MINUS, largestOf, written } from "./stage_numbers.js";

const DRAG_FROM = 3; // CSS pixels that the pointer moves before a press becomes a drag
const PIXELS = 6; // of dragging that change a cell by one step
const GRAIN = 5; // the parts of a step that dragging goes by, where the numbers are not whole
const SETTLED = 300; // ms after the last notch of the wheel
const LIMIT = 1e6;

/** How much a notch changes: 1 for whole numbers, else a round share of the largest. */
export function stepOf(values) {
  const largest = largestOf(values);
  if (!largest || values.every(Number.isInteger)) return 1;
  return 10 ** Math.floor(Math.log10(largest)) / 2;
}

export class Kernel {
  constructor({ onEdit = () => {}, noun = "Kernel" }) {
    Object.assign(this, { onEdit, noun, values: [], inputs: [], shape: null, drag: null });
    this.element = make("div", { class: "kernel", role: "group", "aria-label": noun });
    this.listen();
  }

  get holding() {
    return Boolean(this.drag?.moving) || this.typing !== undefined || this.turning !== undefined;
  }

  update({ values, shape, editable, step, palette, look, limit = null }) {
    const fresh = String(shape) !== String(this.shape) || editable !== this.editable;
    Object.assign(this, { values: Array.from(values, (value) => Number(value.toPrecision(7))), shape, editable, palette, look, limit });
    this.step = step ?? stepOf(this.values);
    if (fresh) this.build();
    this.draw();
  }

  build() {
    const [channels, rows, columns] = this.shape;
    const cells = Array.from({ length: channels }, (_, channel) => {
      const block = make("div", { class: "kernel-cells" });
      block.style.gridTemplateColumns = `repeat(${columns}, var(--cell))`;
      for (let at = 0; at < rows * columns; at++) {
        const where = `${channels > 1 ? `channel ${channel}, ` : ""}row ${Math.floor(at / columns)}, column ${at % columns}`;
        const input = make("input", { type: "text", inputmode: "decimal", "aria-label": `${this.noun} ${where}`, "data-at": channel * rows * columns + at, spellcheck: "false", autocomplete: "off" });
        input.readOnly = !this.editable;
        block.append(input);
      }
      return block;
    });
    this.element.classList.toggle("kernel-editable", this.editable);
    this.element.replaceChildren(...cells);
    this.inputs = [...this.element.querySelectorAll("input")];
  }

  layout(cell, across) {
    this.cell = cell;
    this.element.style.setProperty("--cell", `${cell}px`);
    this.element.style.gridTemplateColumns = `repeat(${across}, max-content)`;
    if (this.shape) this.draw();
  }

  draw() {
    const scale = diverging(Math.max(this.limit ?? 0, largestOf(this.values)), this.palette.diverging, this.look.dark);
    const letters = lettering(this.values, this.cell ?? 30, this.look.type) ?? { decimals: 1, size: Math.max(6, (this.cell ?? 30) * 0.3) };
    this.element.style.fontSize = `${letters.size}px`;
    this.inputs.forEach((input, at) => {
      const shade = scale.at(this.values[at]);
      input.style.backgroundColor = css(shade);
      input.style.color = ink(shade);
      const text = written(this.values[at], letters.decimals);
      if (this.typing !== at && input.value !== text) input.value = text;
      input.title = written(this.values[at], 6);
    });
  }

  put(at, value, done) {
    const wanted = Number(Math.max(-LIMIT, Math.min(LIMIT, value)).toPrecision(7));
    if (wanted !== this.values[at] || done) {
      this.values[at] = wanted;
      this.draw();
      this.onEdit([...this.values], done);
    }
  }

  listen() {
    const at = (event) => (event.target.matches?.("input") && this.editable ? Number(event.target.dataset.at) : null);
    this.element.addEventListener("pointerdown", (event) => this.press(event, at(event)));
    this.element.addEventListener("pointermove", (event) => this.pull(event));
    this.element.addEventListener("pointerup", (event) => this.release(event));
    this.element.addEventListener("pointercancel", (event) => this.release(event));
    this.element.addEventListener("wheel", (event) => this.wheel(event, at(event)), { passive: false });
    this.element.addEventListener("input", (event) => this.type(event.target, at(event)));
    this.element.addEventListener("focusin", (event) => this.enter(event.target, at(event)));
    this.element.addEventListener("focusout", (event) => this.leave(event.target, at(event)));
    this.element.addEventListener("keydown", (event) => this.key(event, at(event)));
  }

  press(event, at) {
    if (at === null || event.button !== 0) return;
    this.drag = { at, from: event.clientY, value: this.values[at], moving: false, id: event.pointerId };
    if (event.target !== this.element.getRootNode().activeElement) event.preventDefault(); // a press is a drag until it proves a click
  }

  pull(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.id) return;
    const up = drag.from - event.clientY;
    if (!drag.moving && Math.abs(up) < DRAG_FROM) return;
    if (!drag.moving) {
      drag.moving = true;
      this.inputs[drag.at].blur();
      this.inputs[drag.at].classList.add("kernel-held");
      this.element.setPointerCapture(drag.id);
    }
    const fine = event.shiftKey ? 0.1 : 1;
    const grain = Number.isInteger(this.step) ? 1 : GRAIN; // of a step: round numbers, and still fluid
    const moved = (Math.round((up * grain) / PIXELS) / grain) * this.step * fine;
    this.put(drag.at, Number((drag.value + moved).toFixed(decimals(this.step * fine))), false);
  }

  release(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.id) return;
    this.drag = null;
    const input = this.inputs[drag.at];
    input?.classList.remove("kernel-held");
    if (drag.moving) return this.put(drag.at, this.values[drag.at], true);
    input?.focus();
    return input?.select();
  }

  wheel(event, at) {
    if (at === null || this.drag) return;
    event.preventDefault();
    clearTimeout(this.turning);
    this.turning = setTimeout(() => {
      this.turning = undefined;
      this.put(at, this.values[at], true);
    }, SETTLED);
    this.put(at, this.values[at] - Math.sign(event.deltaY) * this.step * (event.shiftKey ? 0.1 : 1), false);
  }

  type(input, at) {
    if (at === null) return;
    this.typing = at;
    const value = numberOf(input.value);
    input.setAttribute("aria-invalid", String(value === null));
    if (value !== null) this.put(at, value, false);
  }

  enter(input, at) {
    if (at !== null) this.before = this.values[at];
  }

  leave(input, at) {
    if (at === null || this.typing !== at) return;
    this.typing = undefined;
    input.removeAttribute("aria-invalid");
    this.put(at, this.values[at], true);
  }

  key(event, at) {
    if (event.key === "Tab") return;
    event.stopPropagation();
    if (at === null) return;
    const columns = this.shape[2];
    const input = event.target;
    const end = input.selectionStart === input.value.length;
    const start = input.selectionEnd === 0;
    const all = start === false && input.selectionStart === 0 && input.selectionEnd === input.value.length;
    const go = (step) => {
      const next = this.inputs[at + step];
      event.preventDefault();
      next?.focus();
      next?.select();
    };
    if (event.key === "ArrowUp" && event.altKey) go(-columns);
    else if (event.key === "ArrowDown" && event.altKey) go(columns);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      this.leave(input, at);
      this.put(at, this.values[at] + (event.key === "ArrowUp" ? 1 : -1) * this.step * (event.shiftKey ? 0.1 : 1), true);
      input.select();
    } else if (event.key === "ArrowLeft" && (start || all)) go(-1);
    else if (event.key === "ArrowRight" && (end || all)) go(1);
    else if (event.key === "Enter") {
      this.leave(input, at);
      this.draw();
      input.select();
    } else if (event.key === "Escape") {
      this.typing = undefined;
      if (this.before !== undefined && this.before !== this.values[at]) this.put(at, this.before, true);
      this.draw();
      input.blur();
    }
  }
}

/** The number that a text writes, with a comma or a true minus sign as well; null where it writes none. */
function numberOf(text) {
  const plain = text.trim().replace(MINUS, "-").replace(",", ".");
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : null;
}

const decimals = (step) => Math.max(0, Math.min(9, 2 - Math.floor(Math.log10(step))));
