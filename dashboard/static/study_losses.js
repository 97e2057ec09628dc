// Mean cross-entropy of each class, one row a treatment, on a logarithmic axis: the rare class stands out.
import { draw, make } from "./kit.js";

const SHARED = "display:grid;grid-template:100%/minmax(0,1fr) 6.6rem"; // the axis above the rows, numbers beside both

/** Powers of ten around all losses. */
export function decades(values) {
  const known = values.filter((value) => value !== null && value > 0);
  if (!known.length) return [-2, 0];
  const low = Math.floor(Math.log10(Math.min(...known)));
  return [Math.max(-5, low), Math.max(low + 1, Math.ceil(Math.log10(Math.max(...known))))];
}

export function losses({ head, theme }) {
  const [low, high] = decades(head.lines.flatMap((line) => [line.mean, ...line.classes]));
  const place = (value) => `${3 + (94 * (Math.log10(Math.max(value, 10 ** low)) - low)) / (high - low)}%`;
  const grid = make("div", { class: "grid" });
  grid.style.setProperty("--columns", 1);
  grid.style.setProperty("--row", `clamp(1.55rem, calc((100vh - 26rem) / ${head.lines.length + 1}), 3.4rem)`);
  const axis = draw("svg", { style: "height:1.1rem", "aria-hidden": "true" });
  for (let power = low; power <= high; power++)
    axis.append(draw("text", { x: place(10 ** power), y: "80%", "text-anchor": "middle", fill: theme.muted, "font-size": "0.8rem" }, power < -3 ? `1e${power}` : String(+(10 ** power).toPrecision(1))));
  grid.append(make("div", { class: "head" }, make("small", {}, "logarithmic →")), make("div", { class: "head" }, make("b", {}, "Mean cross-entropy of each class's test samples"), make("div", { style: SHARED }, axis, make("small", { style: "text-align:right" }, head.numbers))));
  head.lines.forEach((line, row) => {
    const dot = make("span", { class: "dot" });
    dot.style.setProperty("--own", line.colour ?? theme.text);
    const svg = draw("svg", { "aria-hidden": "true" }, draw("line", { x1: "3%", x2: "97%", y1: "50%", y2: "50%", stroke: theme.border }));
    line.classes.forEach((value, at) => {
      if (value === null || at === head.rare) return;
      svg.append(draw("circle", { cx: place(value), cy: "50%", r: 5 * theme.line, fill: theme.muted, "fill-opacity": 0.55 }));
    });
    if (line.mean !== null) svg.append(draw("line", { x1: place(line.mean), x2: place(line.mean), y1: "12%", y2: "88%", stroke: theme.text, "stroke-width": 3 * theme.line }));
    const rare = line.classes[head.rare];
    if (rare !== null) svg.append(draw("circle", { cx: place(rare), cy: "50%", r: 7 * theme.line, fill: theme.bad, stroke: theme.paper, "stroke-width": 1.5 }));
    grid.append(make("div", { class: "name" }, dot, line.title),
      make("div", { class: "cell", style: SHARED, "data-row": row, "data-column": 0, tabindex: row ? -1 : 0, "data-told": line.told, "aria-label": line.told }, svg, make("b", {}, line.text)));
  });
  return [grid];
}
