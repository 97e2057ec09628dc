// One row a treatment, one column a figure: a dot for each seed, the mean and its interval, and blind answers below.
import { draw, make } from "./kit.js";

const NICE = 0.05;

/** The axis of a column: from a round number below all that is shown to a round one above, within 0..1. */
export function domain(cells, whole) {
  const seen = cells.filter((cell) => whole || !cell.blind).flatMap((cell) => [cell.mean, cell.low, cell.high, ...cell.values]);
  const known = seen.filter((value) => value !== null && Number.isFinite(value)).map((value) => Math.max(0, Math.min(1, value)));
  if (!known.length) return [0, 1];
  const low = Math.floor(Math.min(...known) / NICE - 1e-9) * NICE;
  return [Math.max(0, low), Math.min(1, Math.ceil(Math.max(...known) / NICE - 1e-9) * NICE)];
}

function picture(cell, [low, high], colour, theme) {
  const at = (value) => 4 + (92 * (value - low)) / (high - low || 1);
  const place = (value) => `${Math.max(0, Math.min(100, at(Math.max(0, Math.min(1, value)))))}%`;
  const svg = draw("svg", { "aria-hidden": "true" });
  svg.append(draw("line", { x1: "4%", x2: "96%", y1: "50%", y2: "50%", stroke: theme.border }));
  if (cell.mean === null) return svg;
  if (at(cell.mean) < -1) {
    svg.append(draw("text", { x: "0", y: "50%", dy: "0.35em", fill: theme.muted, "font-size": "0.8rem" }, "◂"));
    return svg;
  }
  if (cell.blind) {
    svg.append(draw("line", { x1: place(cell.mean), x2: place(cell.mean), y1: "20%", y2: "80%", stroke: theme.text, "stroke-width": 2 * theme.line }));
    return svg;
  }
  for (const value of cell.values)
    if (value !== null) svg.append(draw("circle", { cx: place(value), cy: "50%", r: 2.8 * theme.line, fill: colour, "fill-opacity": 0.4 }));
  if (cell.low !== null)
    svg.append(draw("line", { x1: place(cell.low), x2: place(cell.high), y1: "50%", y2: "50%", stroke: colour, "stroke-width": 2.5 * theme.line }));
  svg.append(draw("line", { x1: place(cell.mean), x2: place(cell.mean), y1: "18%", y2: "82%", stroke: colour, "stroke-width": 3 * theme.line }));
  return svg;
}

export function scores({ head, theme, kept }) {
  const whole = kept.choice.whole ?? false;
  const grid = make("div", { class: "grid" });
  grid.style.setProperty("--columns", head.columns.length);
  grid.style.setProperty("--row", `clamp(1.55rem, calc((100vh - 27.5rem) / ${head.rows.length + 1}), 3.2rem)`);
  const axis = make("button", { type: "button", "aria-pressed": String(whole), title: "Axes that reach down to the blind answers" }, "Whole axis");
  axis.addEventListener("click", () => {
    kept.choice.whole = !whole;
    kept.again();
  });
  grid.append(make("div", { class: "head" }, axis));
  const domains = head.columns.map((column) => domain(head.rows.map((row) => row.cells[column.at]), whole));
  head.columns.forEach((column, at) => {
    const [low, high] = domains[at].map((value) => Math.round(100 * value));
    grid.append(make("div", { class: "head" }, make("b", {}, column.title), make("small", {}, `${low} to ${high} %`)));
  });
  head.rows.forEach((row, line) => {
    const colour = row.colour ?? theme.text;
    const name = make("div", { class: `name${row.blind ? " blind" : ""}`, "data-told": row.told });
    if (!row.blind) {
      const dot = make("span", { class: "dot" });
      dot.style.setProperty("--own", colour);
      name.append(dot);
    }
    name.append(row.title);
    grid.append(name);
    head.columns.forEach((column, at) => {
      const cell = row.cells[column.at];
      grid.append(
        make("div", { class: `cell${row.blind ? " blind" : ""}`, tabindex: line + at ? -1 : 0, "data-row": line, "data-column": at, "data-told": cell.told, "aria-label": cell.told },
          picture(cell, domains[at], colour, theme), make("b", {}, cell.text)));
    });
  });
  return [grid];
}
