// A small confusion matrix for each treatment, all seeds added: rows the true class, columns the answer.
import { count, css, hex, ink, make, percent } from "./kit.js";

const [RIGHT, WRONG] = [hex("#2166ac"), hex("#e08214")];

function colour(theme, right, share) {
  const paper = hex(theme.dark ? "#12161c" : "#ffffff");
  const strength = share > 0 ? 0.1 + 0.9 * (right ? share : Math.sqrt(share)) : 0.03;
  return css(paper.map((value, at) => value + ((right ? RIGHT : WRONG)[at] - value) * strength));
}

function matrix(line, counts, head, theme, part, open) {
  const size = head.classes.length;
  const box = make("div", { class: "matrix", role: "group", "aria-label": `Confusion matrix: ${line.title}` });
  box.style.setProperty("--classes", size);
  box.style.setProperty("--gap", size > 4 ? "1px" : "2px");
  for (let row = 0; row < size; row++) {
    const total = counts.slice(row * size, (row + 1) * size).reduce((sum, value) => sum + value, 0);
    for (let column = 0; column < size; column++) {
      const value = counts[row * size + column];
      const share = total ? value / total : 0;
      const fill = colour(theme, row === column, share);
      const told = `${line.title}: of ${count(total)} test samples of class ${head.classes[row]}, ${count(value)} ${value === 1 ? "was" : "were"} called ${head.classes[column]}${total ? ` (${percent(share)})` : ""}.`;
      const cell = make("div", { "data-told": told, "data-part": part, "data-row": row, "data-column": column, tabindex: row + column ? -1 : 0, "aria-label": told });
      cell.style.background = fill;
      cell.style.color = ink(fill);
      if (value) {
        const asked = () => open({ treatment: line.treatment, truth: row, answer: column });
        cell.setAttribute("role", "button");
        cell.addEventListener("click", asked);
        cell.addEventListener("keydown", (event) => event.key === "Enter" && asked());
      }
      if (size <= 3) cell.append(make("b", {}, count(value)), make("small", {}, total ? percent(share, 0) : "–"));
      box.append(cell);
    }
  }
  return box;
}

export function matrices({ head, arrays, theme, kept }) {
  const row = make("div", { class: "row" });
  const many = head.lines.length > 4;
  row.style.setProperty("--across", many ? Math.ceil(head.lines.length / 2) : head.lines.length);
  row.style.setProperty("--most", many ? "max(6rem, calc((100vh - 30rem) / 2))" : "max(9rem, calc(100vh - 30rem))");
  head.lines.forEach((line, part) => {
    const dot = make("span", { class: "dot" });
    dot.style.setProperty("--own", line.colour ?? theme.text);
    row.append(make("div", {}, make("div", { class: "title" }, dot, line.title), matrix(line, Array.from(arrays[`counts-${part}`]), head, theme, part, (cell) => kept.open(cell))));
  });
  return [row];
}
