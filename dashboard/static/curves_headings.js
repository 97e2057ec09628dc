// The cards' headings: title, legend that hides and shows, what was best, and the view's own settings.

import { element } from "./packed.js";

const TITLES = { loss: "Loss", accuracy: "Accuracy", rate: "Learning rate" };

function chip(curves, { id, text, colour, mark }) {
  const hidden = Boolean(curves.preferences.hidden[id]);
  const swatch = element("span", { class: `curves-swatch curves-${mark}`, style: `--colour: ${colour}` });
  return element(
    "button",
    {
      type: "button",
      class: "curves-chip",
      "aria-pressed": String(!hidden),
      title: hidden ? `Show ${text}` : `Hide ${text}`,
      "data-curve": id,
      onclick: () => curves.set({ hidden: { ...curves.preferences.hidden, [id]: !hidden } }),
    },
    swatch,
    text,
  );
}

function toggle(curves, name, text) {
  const box = element("input", { type: "checkbox", "data-set": name });
  box.checked = curves.preferences[name];
  box.addEventListener("change", () => curves.set({ [name]: box.checked }));
  return element("label", {}, box, text);
}

function settings(curves) {
  const axis = element("div", { class: "curves-choice", role: "group", "aria-label": "Horizontal axis" });
  for (const kind of ["epoch", "step"]) {
    const button = element("button", { type: "button", "data-x": kind }, `by ${kind}`);
    button.addEventListener("click", () => {
      curves.set({ x: kind });
      for (const other of axis.children) other.setAttribute("aria-pressed", String(other === button));
    });
    button.setAttribute("aria-pressed", String(curves.preferences.x === kind));
    axis.append(button);
  }
  const slider = element("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": "Smoothing" });
  slider.value = curves.preferences.smoothing;
  slider.addEventListener("input", () => curves.set({ smoothing: Number(slider.value) }));
  const panel = element(
    "div",
    { class: "curves-settings" },
    axis,
    element("label", { class: "curves-smoothing" }, "Smoothing", slider),
    toggle(curves, "logLoss", "Logarithmic loss"),
    toggle(curves, "whole", "Whole accuracy axis"),
    toggle(curves, "logX", "Logarithmic horizontal axis"),
    toggle(curves, "rate", "Learning rate"),
    element("button", { type: "button", class: "curves-reset", onclick: () => curves.resetZoom() }, "Show all again"),
    element("small", {}, "Drag on a curve to zoom, double-click to come back."),
  );
  const box = element("details", { class: "curves-view" }, element("summary", {}, "View"), panel);
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

function percent(value) {
  return `${(100 * value).toFixed(2)} %`;
}

function facts({ head }, name) {
  const box = element("span", { class: "curves-facts" });
  if (name !== "accuracy") return box;
  if (head.best) {
    box.append("best ", element("b", {}, percent(head.best.accuracy)), ` at epoch ${head.best.epoch}`);
  }
  if (head.reported) box.append(head.best ? " · " : "", `lecture ${head.reported.text}`);
  return box;
}

/** Draw the cards and headings; their nodes are touched only where something changed. */
export function buildHeadings(curves, view, panels, chips) {
  const { cards, heads } = curves;
  const places = JSON.stringify(panels.map(({ name, top, size }) => [name, top, size]));
  if (curves.places !== places) {
    curves.places = places;
    cards.replaceChildren(
      ...panels.map(({ top, size }) => element("div", { class: "curves-card", style: `top: ${top}px; height: ${size}px` })),
    );
    curves.settingsBox ??= settings(curves);
    heads.replaceChildren(
      ...panels.map(({ name, top }, at) =>
        element(
          "div",
          { class: "curves-head", style: `top: ${top}px`, "data-panel": name },
          element("strong", {}, TITLES[name]),
          element("span", { class: "curves-space" }),
          element("span", { class: at ? "curves-facts" : "curves-chips" }),
          ...(at ? [] : [curves.settingsBox]),
        ),
      ),
    );
    curves.drawn = {};
  }
  const legend = JSON.stringify([chips, view.preferences.hidden]);
  if (curves.drawn.legend !== legend) {
    curves.drawn.legend = legend;
    heads.querySelector(".curves-chips").replaceChildren(...chips.map((each) => chip(curves, each)));
  }
  const said = JSON.stringify([view.head.best, view.head.reported]);
  if (curves.drawn.facts !== said) {
    curves.drawn.facts = said;
    const place = heads.querySelector('[data-panel="accuracy"] .curves-facts');
    place.replaceChildren(...facts(view, "accuracy").childNodes);
    place.style.setProperty("--colour", view.colours.validation);
  }
}
