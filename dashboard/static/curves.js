// Live curves: a run's loss, accuracy and learning rate, drawn by Plotly.js on one persistent graph.
// What the reader sets (zoom, hidden curves, axes, smoothing) lives here and outlives every update.

import { look, make } from "./kit.js";
import { unpack } from "./packed.js";
import { loadPlotly } from "./plotly_loader.js";
import { buildTraces, fractionOf, xOf } from "./curves_traces.js";
import { buildLayout, focusAccuracy, spreadLoss } from "./curves_layout.js";
import { buildHeadings } from "./curves_headings.js";

const PREFERENCES = "convlens-curves";
const ZOOM = "convlens-zoom";
const DEFAULTS = { x: "epoch", logLoss: false, logX: false, smoothing: 0, rate: false, whole: false, hidden: {} };
const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, scrollZoom: false };
const graphs = new WeakMap();
const NOT_LOADED = "The curves cannot be drawn: their program did not arrive. It is tried again; else reload the page.";

function readPreferences() {
  try {
    return { ...DEFAULTS, ...JSON.parse(sessionStorage.getItem(PREFERENCES) || "{}") };
  } catch {
    return { ...DEFAULTS };
  }
}

/** The zoom that the reader left a run with; kept by the browser's tab, so that a reload has it too. */
function readZoom(run) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(ZOOM) || "{}");
    return kept.run === run ? kept.zoom : {};
  } catch {
    return {};
  }
}

class Curves {
  constructor(root, Plotly) {
    this.root = root;
    this.Plotly = Plotly;
    this.preferences = readPreferences();
    this.zoom = {};
    this.updates = 0;
    this.cards = make("div", { class: "curves-cards", "aria-hidden": "true" });
    this.plot = make("div", { class: "curves-plot", role: "img" });
    this.heads = make("div", { class: "curves-heads" });
    root.replaceChildren(this.cards, this.plot, this.heads);
    this.watchSize = new ResizeObserver(() => this.schedule());
    this.watchSize.observe(root);
    this.ended = new AbortController(); // takes every listener on window and document away
    this.plot.addEventListener("pointerdown", () => (this.held = true), true);
    const release = () => {
      this.held = false;
      if (this.waiting) this.schedule();
    };
    window.addEventListener("pointerup", release, { signal: this.ended.signal });
  }

  close() {
    this.gone = true;
    this.watchSize.disconnect();
    this.ended.abort();
    this.Plotly.purge(this.plot);
  }

  take(data, setStateValue) {
    this.setStateValue = setStateValue;
    const { head, arrays } = unpack(data);
    if (head.run !== this.head?.run) this.zoom = readZoom(head.run);
    this.head = head;
    this.arrays = arrays;
    this.schedule();
  }

  set(change) {
    if ("x" in change || "logX" in change) this.zoom = { ...this.zoom, x: null };
    if ("whole" in change) this.zoom = { ...this.zoom, accuracy: null };
    if ("logLoss" in change) this.zoom = { ...this.zoom, loss: null };
    this.askForWindow();
    Object.assign(this.preferences, change);
    sessionStorage.setItem(PREFERENCES, JSON.stringify(this.preferences));
    this.schedule();
  }

  resetZoom() {
    this.zoom = {};
    this.askForWindow();
    this.schedule();
  }

  schedule() {
    this.waiting = true;
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      if (this.held || !this.head) return;
      if (this.isVisible()) this.draw();
      else if (!this.gone) setTimeout(() => this.waiting && this.schedule(), 250);
    });
  }

  isVisible() {
    const { width, height } = this.root.getBoundingClientRect();
    return this.root.isConnected && width >= 50 && height >= 50;
  }

  draw() {
    const { width, height } = this.root.getBoundingClientRect();
    this.waiting = false;
    const view = {
      head: this.head,
      arrays: this.arrays,
      preferences: this.preferences,
      zoom: this.zoom,
      colours: this.head.colours[look(this.root).dark ? "dark" : "light"],
      style: getComputedStyle(this.root),
      width,
      height,
    };
    const { layout, panels } = buildLayout(view);
    const { traces, chips } = buildTraces(view, panels);
    focusAccuracy(view, panels, layout, traces);
    spreadLoss(view, panels, layout, traces);
    buildHeadings(this, view, panels, chips);
    this.plot.setAttribute("aria-label", this.head.alt);
    const first = !this.updates;
    this.Plotly.react(this.plot, traces, layout, CONFIG);
    if (first) this.listen();
    this.updates += 1;
    this.plot.dataset.updates = this.updates;
    this.plot.dataset.step = this.head.step;
  }

  listen() {
    this.plot.on("plotly_relayout", (event) => this.relayout(event));
    this.plot.on("plotly_doubleclick", () => this.resetZoom());
  }

  /** A drag (or Plotly.relayout) changed a range: remember it as the reader's own. */
  relayout(event) {
    const axes = { xaxis: "x", xaxis2: "x", xaxis3: "x", yaxis: "loss", yaxis2: "accuracy", yaxis3: "rate" };
    let changed = false;
    for (const [axis, name] of Object.entries(axes)) {
      const range = event[`${axis}.range`] ?? [event[`${axis}.range[0]`], event[`${axis}.range[1]`]];
      if (range[0] !== undefined && range[1] !== undefined) {
        this.zoom[name] = range.map(Number);
        changed = true;
      } else if (event[`${axis}.autorange`]) {
        this.zoom[name] = null;
        changed = true;
      }
    }
    if (!changed) return;
    this.askForWindow();
    this.schedule();
  }

  /** Ask Python for finer points of what is visible, in steps; null gives the whole run back. */
  askForWindow() {
    sessionStorage.setItem(ZOOM, JSON.stringify({ run: this.head.run, zoom: this.zoom }));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      let wanted = null;
      if (this.zoom.x) {
        const range = this.preferences.logX ? this.zoom.x.map((value) => 10 ** value) : this.zoom.x;
        const steps = this.arrays["0/step"];
        const xs = xOf(this.arrays, "0/", this.preferences.x);
        wanted = range.map((value) => Math.round(fractionOf(xs, steps, value)));
        wanted = [Math.max(0, wanted[0]), Math.max(wanted[0] + 1, wanted[1])];
      }
      if (JSON.stringify(wanted) !== JSON.stringify(this.asked ?? null)) this.setStateValue("window", wanted);
      this.asked = wanted;
    }, 250);
  }
}

function rootIn(parent) {
  let root = parent.querySelector(".curves-root");
  if (!root) parent.append((root = make("div", { class: "curves-root", "data-testid": "curves" })));
  return root;
}

/** Called at the first mount and at every change of the data or the theme. */
export async function render({ data, parentElement, setStateValue }) {
  const root = rootIn(parentElement);
  let Plotly;
  try {
    Plotly = await loadPlotly();
  } catch {
    root.replaceChildren(make("p", { class: "curves-fault", role: "alert" }, NOT_LOADED));
    return;
  }
  if (!graphs.has(root)) graphs.set(root, new Curves(root, Plotly));
  graphs.get(root).take(data, setStateValue);
}

/** Streamlit also says goodbye before it merely calls again: only a graph that has left the page is given up. */
export function close({ parentElement }) {
  const root = parentElement.querySelector(".curves-root");
  setTimeout(() => {
    if (!root || root.isConnected) return;
    graphs.get(root)?.close();
    graphs.delete(root);
  }, 1000);
}
