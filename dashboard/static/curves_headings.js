// The cards' headings: title, legend that hides and shows, what was best, and the view's own settings.

import { make, percent } from "./kit.js";
import { isMixed } from "./curves_layout.js";

const TITLES = { loss: "Loss", accuracy: "Accuracy", rate: "Learning rate" };

function chip(curves, { id, text, colour, mark }) {
  const hidden = Boolean(curves.preferences.hidden[id]);
  return make(
    "button",
    {
      type: "button",
      class: "curves-chip",
      "aria-pressed": String(!hidden),
      title: hidden ? `Show ${text}` : `Hide ${text}`,
      "data-curve": id,
      onclick: () => curves.set({ hidden: { ...curves.preferences.hidden, [id]: !hidden } }),
    },
    swatch(colour, mark),
    text,
  );
}

function swatch(colour, mark) {
  return make("span", { class: `curves-swatch curves-${mark}`, style: `--colour: ${colour}` });
}

/** The runs on these curves, the steered one first: name, best validation and test accuracy; a click hides one. */
function runs(curves, view) {
  const { head, colours } = view;
  const mixed = isMixed(head);
  const words = ({ loss, validation, test }) =>
    [mixed ? loss : "", validation === null ? "" : `best ${percent(validation, 2)}`, test === null || test === undefined ? "" : `test ${percent(test, 2)}`]
      .filter(Boolean)
      .join(", ");
  const main = make("span", { class: "curves-chip curves-run" }, swatch(colours.training, "line"), make("b", {}, head.name), make("small", {}, words(head)));
  const others = head.others.map((other) => {
    const colour = colours.others[other.colour % colours.others.length];
    const made = chip(curves, { id: other.id, text: other.name, colour, mark: "line" });
    made.append(make("small", {}, words(other)));
    return made;
  });
  const key = make("small", { class: "curves-key" }, "solid: training, dashed: validation");
  const warning = make("small", { class: "curves-mixed", role: "note" }, "⚠ two kinds of loss: their heights do not compare");
  return [main, ...others, ...(mixed ? [warning] : []), key];
}

function kind({ head, preferences }) {
  return [isMixed(head) ? "" : head.loss, preferences.logLoss ? "logarithmic" : ""].filter(Boolean).join(", ");
}

function toggle(curves, name, text) {
  const box = make("input", { type: "checkbox", "data-set": name });
  box.checked = curves.preferences[name];
  box.addEventListener("change", () => curves.set({ [name]: box.checked }));
  return make("label", {}, box, text);
}

function settings(curves) {
  const axis = make("div", { class: "curves-choice", role: "group", "aria-label": "Horizontal axis" });
  for (const kind of ["epoch", "step"]) {
    const button = make("button", { type: "button", "data-x": kind }, `by ${kind}`);
    button.addEventListener("click", () => {
      curves.set({ x: kind });
      for (const other of axis.children) other.setAttribute("aria-pressed", String(other === button));
    });
    button.setAttribute("aria-pressed", String(curves.preferences.x === kind));
    axis.append(button);
  }
  const slider = make("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": "Smoothing" });
  slider.value = curves.preferences.smoothing;
  slider.addEventListener("input", () => curves.set({ smoothing: Number(slider.value) }));
  const panel = make(
    "div",
    { class: "curves-settings" },
    axis,
    make("label", { class: "curves-smoothing" }, "Smoothing", slider),
    toggle(curves, "logLoss", "Logarithmic loss"),
    toggle(curves, "whole", "Whole accuracy axis"),
    toggle(curves, "logX", "Logarithmic horizontal axis"),
    toggle(curves, "rate", "Learning rate"),
    make("button", { type: "button", class: "curves-reset", onclick: () => curves.resetZoom() }, "Show all again"),
    make("small", {}, "Drag on a curve to zoom, double-click to come back."),
  );
  const box = make("details", { class: "curves-view" }, make("summary", {}, "View"), panel);
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") box.open = false;
  });
  const closeOutside = (event) => {
    if (!box.contains(event.target)) box.open = false;
  };
  document.addEventListener("pointerdown", closeOutside, { signal: curves.ended.signal });
  return box;
}

function facts({ head }, name) {
  const box = make("span", { class: "curves-facts" });
  if (name !== "accuracy") return box;
  if (head.best) {
    box.append("best ", make("b", {}, percent(head.best.accuracy, 2)), ` at epoch ${head.best.epoch}`);
  }
  if (head.reported) box.append(head.best ? " · " : "", `lecture ${head.reported.text}`);
  return box;
}

const told = ({ name, validation, test, colour }) => [name, validation, test, colour];

/** Draw the cards and headings; their nodes are touched only where something changed. */
export function buildHeadings(curves, view, panels, chips) {
  const { cards, heads } = curves;
  const places = JSON.stringify(panels.map(({ name, top, size }) => [name, top, size]));
  if (curves.places !== places) {
    curves.places = places;
    cards.replaceChildren(
      ...panels.map(({ top, size }) => make("div", { class: "curves-card", style: `top: ${top}px; height: ${size}px` })),
    );
    curves.settingsBox ??= settings(curves);
    heads.replaceChildren(
      ...panels.map(({ name, top }, at) =>
        make(
          "div",
          { class: "curves-head", style: `top: ${top}px`, "data-panel": name },
          make("strong", {}, TITLES[name]),
          ...(at ? [] : [make("small", { class: "curves-kind" })]),
          make("span", { class: "curves-space" }),
          make("span", { class: at ? "curves-facts" : "curves-chips" }),
          ...(at ? [] : [curves.settingsBox]),
        ),
      ),
      make("div", { class: "curves-runs" }),
    );
    curves.drawn = {};
  }
  const legend = JSON.stringify([chips, view.preferences.hidden]);
  if (curves.drawn.legend !== legend) {
    curves.drawn.legend = legend;
    heads.querySelector(".curves-chips").replaceChildren(...chips.map((each) => chip(curves, each)));
  }
  const compared = JSON.stringify([told(view.head), view.head.others.map(told), view.preferences.hidden, view.colours.training]);
  if (curves.drawn.compared !== compared) {
    curves.drawn.compared = compared;
    heads.querySelector(".curves-runs").replaceChildren(...(view.head.others.length ? runs(curves, view) : []));
  }
  const kindNow = kind(view);
  if (curves.drawn.kind !== kindNow) heads.querySelector(".curves-kind").textContent = curves.drawn.kind = kindNow;
  const said = JSON.stringify([view.head.best, view.head.reported]);
  if (curves.drawn.facts !== said) {
    curves.drawn.facts = said;
    const place = heads.querySelector('[data-panel="accuracy"] .curves-facts');
    place.replaceChildren(...facts(view, "accuracy").childNodes);
    place.style.setProperty("--colour", view.colours.validation);
  }
}
