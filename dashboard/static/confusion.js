// A confusion matrix as a table: rows the true class, columns the answer; colour is the share of the row.
import { count, css, hex, ink, look, make, percent } from "./kit.js";

const RIGHT = "#2166ac";
const WRONG = "#e08214";

const blend = (from, to, share) => from.map((value, channel) => value + (to[channel] - value) * share);

function cellColour(theme, right, share) {
  const paper = hex(/^#[0-9a-f]{6}$/i.test(theme.paper) ? theme.paper : theme.dark ? "#12161c" : "#ffffff");
  const strength = share > 0 ? 0.1 + 0.9 * (right ? share : Math.min(1, Math.sqrt(share))) : 0.03;
  return blend(paper, hex(right ? RIGHT : WRONG), strength);
}

function readout(data, row, column) {
  const [number, total] = [data.counts[row][column], data.support[row]];
  const [truth, answer] = [data.classes[row], data.classes[column]];
  const share = total ? ` (${percent(number / total)})` : "";
  const rest = row === column ? `rightly called ${answer}` : `called ${answer}`;
  return `Of ${count(total)} ${data.samples} of class ${truth}, ${count(number)} ${number === 1 ? "was" : "were"} ${rest}${share}.`;
}

function headings(data) {
  const row = make("tr", {}, make("th", { class: "corner", scope: "col" }, `${data.y} ↓`));
  data.classes.forEach((name, column) =>
    row.append(make("th", { scope: "col", "data-column": column, title: `answered ${name}` }, make("span", {}, name))));
  return row;
}

function body(data, theme) {
  const rows = make("tbody");
  data.counts.forEach((counts, row) => {
    const line = make("tr", {}, make("th", { scope: "row", "data-row": row, title: `truly ${data.classes[row]}` }, data.classes[row]));
    counts.forEach((number, column) => {
      const share = data.support[row] ? number / data.support[row] : 0;
      const fill = cellColour(theme, row === column, share);
      const cell = make("td", { "data-row": row, "data-column": column, tabindex: row + column ? -1 : 0 });
      cell.style.background = css(fill);
      cell.style.color = ink(fill);
      if (data.classes.length <= 30) {
        if (number || data.classes.length <= 4) cell.append(make("b", {}, count(number)));
        if (number && data.classes.length <= (data.projector ? 4 : 12)) cell.append(make("small", {}, percent(share)));
      }
      line.append(cell);
    });
    rows.append(line);
  });
  return rows;
}

function point(root, data, cell) {
  root.querySelectorAll(".at").forEach((element) => element.classList.remove("at"));
  const line = root.querySelector(".readout");
  if (!cell) {
    line.textContent = data.hint;
    return;
  }
  const { row, column } = cell.dataset;
  for (const place of [`th[data-row="${row}"]`, `th[data-column="${column}"]`]) root.querySelector(place).classList.add("at");
  cell.classList.add("at");
  line.textContent = readout(data, Number(row), Number(column));
}

function walk(root, event) {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  const { row, column } = event.target.dataset;
  if (!step || column === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  root.querySelector(`td[data-row="${+row + step[0]}"][data-column="${+column + step[1]}"]`)?.focus();
}

export function render({ data, parentElement }) {
  if (!data) return undefined;
  const theme = look(parentElement);
  parentElement.querySelector(".matrix")?.remove();
  const size = data.classes.length;
  const table = make("table", { "aria-label": data.alt }, make("thead", {}, headings(data)), body(data, theme));
  const root = make("div", { class: "matrix" }, make("h3", {}, data.title), make("div", { class: "x", "aria-hidden": "true" }, `${data.x} →`), table,
    make("p", { class: "readout", "aria-live": "polite" }, data.hint));
  const longest = Math.max(...data.classes.map((name) => name.length));
  root.style.setProperty("--classes", size);
  root.style.setProperty("--names", `${Math.min(9, Math.max(4.6, 0.52 * longest + 0.9))}rem`);
  root.classList.toggle("few", size <= 4);
  root.classList.toggle("large", data.projector);
  root.addEventListener("pointerover", (event) => point(root, data, event.target.closest("td")));
  root.addEventListener("pointerleave", () => point(root, data, null));
  root.addEventListener("focusin", (event) => point(root, data, event.target.closest("td")));
  root.addEventListener("keydown", (event) => walk(root, event));
  parentElement.append(root);
  return undefined;
}
