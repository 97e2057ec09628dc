// Plotly figures side by side, on graphs that stay: see dashboard/components/plots.

import { saveMenu } from "./figure_download.js";
import { look, make } from "./kit.js";
import { unpack } from "./packed.js";
import { loadPlotly } from "./plotly_loader.js";

const CONFIG = { displayModeBar: false, responsive: false, scrollZoom: false };
const NOT_LOADED = "The figures cannot be drawn: their program did not arrive. Reload the page.";
const mounted = new WeakMap();

class Plots {
  constructor(Plotly) {
    this.Plotly = Plotly;
    this.element = make("div", { class: "plots", "data-testid": "plots" });
    this.cards = [];
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.element);
    this.element.addEventListener("keydown", (event) => event.key === "Tab" || event.key === "Escape" || event.stopPropagation());
  }

  card(at) {
    const plot = make("div", { class: "plots-plot", role: "img" });
    const source = () => ({ Plotly: this.Plotly, element: plot });
    const saves = saveMenu({ name: () => this.head.names[at].file, plot: source, paper: () => this.look.paper });
    const element = make("div", { class: "plots-card" }, plot, saves);
    return { element, plot };
  }

  take(block, theme) {
    const { head, arrays } = unpack(block);
    Object.assign(this, { head, look: theme });
    const put = (value) => (typeof value === "string" && value in arrays ? arrays[value] : value);
    this.figures = head.figures.map(({ data, layout }) => ({
      data: data.map((trace) => ({ ...trace, x: put(trace.x), y: put(trace.y), customdata: put(trace.customdata) })),
      layout: { ...layout, uirevision: head.about },
    }));
    while (this.cards.length > this.figures.length) {
      const { element, plot } = this.cards.pop();
      this.Plotly.purge(plot);
      element.remove();
    }
    while (this.cards.length < this.figures.length) {
      this.cards.push(this.card(this.cards.length));
      this.element.append(this.cards.at(-1).element);
    }
    this.element.style.height = head.height;
    this.draw();
  }

  draw() {
    if (!this.figures || !this.element.isConnected) return;
    this.cards.forEach(({ plot }, at) => {
      const { width, height } = plot.getBoundingClientRect();
      if (width < 50 || height < 50) return;
      plot.setAttribute("aria-label", this.head.names[at].words);
      this.Plotly.react(plot, this.figures[at].data, { ...this.figures[at].layout, width, height }, CONFIG);
    });
    this.element.dataset.drawn = Number(this.element.dataset.drawn ?? 0) + 1;
  }

  close() {
    this.watch.disconnect();
    for (const { plot } of this.cards) this.Plotly.purge(plot);
  }
}

export async function render({ data, parentElement }) {
  if (!data) return;
  let Plotly;
  try {
    Plotly = await loadPlotly();
  } catch {
    parentElement.replaceChildren(make("p", { role: "alert" }, NOT_LOADED));
    return;
  }
  let view = mounted.get(parentElement);
  if (!view) mounted.set(parentElement, (view = new Plots(Plotly)));
  if (!view.element.isConnected) parentElement.append(view.element);
  view.take(data, look(parentElement));
}

/** Streamlit also says goodbye before it merely calls again: only what has left the page is given up. */
export function close({ parentElement }) {
  setTimeout(() => {
    if (parentElement.isConnected) return;
    mounted.get(parentElement)?.close();
    mounted.delete(parentElement);
  }, 1000);
}
