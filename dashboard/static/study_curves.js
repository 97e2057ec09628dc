// ROC and precision-recall of every treatment in one picture each; a point shows what the treatment answers.
import { draw, make, percent } from "./kit.js";

const STEPS = 200;

function frame(plot, head, arrays, theme, kept) {
  const svg = draw("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  const line = (points, attributes) =>
    svg.append(draw("polyline", { points: points.map(([x, y]) => `${100 * x},${100 - 100 * y}`).join(" "), fill: "none", "vector-effect": "non-scaling-stroke", ...attributes }));
  for (const at of [0.25, 0.5, 0.75]) {
    line([[at, 0], [at, 1]], { stroke: theme.border, "stroke-width": 0.7 });
    line([[0, at], [1, at]], { stroke: theme.border, "stroke-width": 0.7 });
  }
  line(plot.blind, { stroke: theme.muted, "stroke-dasharray": "5 4", "stroke-width": 1.2 * theme.line });
  const hidden = kept.choice.hidden ?? new Set();
  const drawn = head.lines.map((entry, at) => ({ entry, values: arrays[`${plot.name}-${at}`] })).filter(({ entry, values }) => values.length && !hidden.has(entry.title));
  for (const { entry, values } of drawn)
    line(Array.from(values, (value, step) => [step / STEPS, value]), { stroke: entry.colour ?? theme.text, "stroke-width": 2.2 * theme.line, "stroke-opacity": 0.9 });
  const marks = draw("svg", { style: "position:absolute;inset:0", "aria-hidden": "true" });
  for (const { entry } of drawn) {
    const [x, y] = entry[plot.point] ?? [];
    if (x !== undefined) marks.append(draw("circle", { cx: `${100 * x}%`, cy: `${100 - 100 * y}%`, r: 4.5 * theme.line, fill: entry.colour ?? theme.text, stroke: theme.paper, "stroke-width": 1.5 }));
  }
  const box = make("div", { class: "frame" }, svg, marks);
  for (const [text, style] of [["0", "left:-0.2rem;top:100%"], ["1", "right:-0.2rem;top:100%"], ["0", "right:calc(100% + 0.3rem);bottom:-0.3rem"], ["1", "right:calc(100% + 0.3rem);top:-0.3rem"]])
    box.append(make("span", { class: "ticks", style, "aria-hidden": "true" }, text));
  box.append(make("span", { class: "ticks", style: "right:calc(100% + 0.25rem);top:50%;writing-mode:vertical-rl;transform:translateY(-50%) rotate(180deg);font-size:0.8rem" }, plot.y));
  box.addEventListener("pointermove", (event) => {
    const area = box.getBoundingClientRect();
    const [x, y] = [(event.clientX - area.left) / area.width, 1 - (event.clientY - area.top) / area.height];
    const step = Math.max(0, Math.min(STEPS, Math.round(x * STEPS)));
    const best = drawn.reduce((found, each) => (found && Math.abs(found.values[step] - y) <= Math.abs(each.values[step] - y) ? found : each), null);
    if (best) kept.tell(`${best.entry.title}: at ${plot.x.toLowerCase()} ${percent(step / STEPS, 0)}, ${plot.y.toLowerCase()} ${percent(best.values[step])} (mean over the seeds).`);
  });
  box.addEventListener("pointerleave", () => kept.tell(""));
  return make("figure", { role: "img", "aria-label": plot.alt }, make("figcaption", {}, plot.title), box, make("div", { class: "axis" }, `${plot.x} →`));
}

export function curves({ head, arrays, theme, kept }) {
  kept.choice.hidden ??= new Set();
  const { hidden } = kept.choice;
  const key = make("div", { class: "key" });
  for (const entry of head.lines) {
    const dot = make("span", { class: "dot" });
    dot.style.setProperty("--own", entry.colour ?? theme.text);
    const button = make("button", { type: "button", "aria-pressed": String(!hidden.has(entry.title)), "data-told": entry.told }, dot, entry.title, make("small", {}, `${entry.auc} · ${entry.ap}`));
    button.addEventListener("click", () => {
      if (!hidden.delete(entry.title)) hidden.add(entry.title);
      kept.again();
    });
    key.append(button);
  }
  return [make("div", { class: "plots" }, ...head.plots.map((plot) => frame(plot, head, arrays, theme, kept))), key];
}
