// The results of a study: one picture of several kinds, each drawn by its own script.
import { look, make } from "./kit.js";
import { unpack } from "./packed.js";
import { curves } from "./study_curves.js";
import { losses } from "./study_losses.js";
import { matrices } from "./study_matrices.js";
import { scores } from "./study_scores.js";

const KINDS = { curves, losses, matrices, scores };
const shown = new WeakMap();

/** Arrow keys walk over the elements that carry data-row and data-column. */
function walk(root, event) {
  event.stopPropagation();
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  const { row, column, part } = event.target.dataset ?? {};
  if (!step || column === undefined) return;
  event.preventDefault();
  const place = part === undefined ? "" : `[data-part="${part}"]`;
  root.querySelector(`${place}[data-row="${+row + step[0]}"][data-column="${+column + step[1]}"]`)?.focus();
}

export function render({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const { head, arrays } = unpack(data);
  let kept = shown.get(parentElement);
  if (!kept || kept.kind !== head.kind) {
    kept?.root.remove();
    kept = { kind: head.kind, choice: {}, body: make("div"), readout: make("p", { class: "readout", "aria-live": "polite" }) };
    kept.root = make("div", { class: "study", role: "group" }, kept.body, kept.readout);
    kept.root.addEventListener("keydown", (event) => walk(kept.root, event));
    kept.tell = (text) => {
      kept.told = text;
      kept.readout.textContent = text || kept.hint;
    };
    for (const name of ["pointerover", "focusin"])
      kept.root.addEventListener(name, (event) => kept.tell(event.target.closest?.("[data-told]")?.dataset.told));
    kept.root.addEventListener("pointerleave", () => kept.tell(""));
    parentElement.append(kept.root);
    shown.set(parentElement, kept);
  }
  kept.hint = head.hint;
  kept.open = (cell) => setTriggerValue("cell", cell);
  kept.root.setAttribute("aria-label", head.alt);
  kept.again = () => {
    const at = kept.root.getRootNode().activeElement?.dataset;
    const place = at?.column === undefined ? null : `[data-row="${at.row}"][data-column="${at.column}"]`;
    kept.body.replaceChildren(...KINDS[head.kind]({ head, arrays, theme: look(parentElement), kept }));
    if (place) kept.body.querySelector(place)?.focus({ preventScroll: true });
  };
  kept.again();
  if (!kept.told) kept.tell("");
}
