// The cells of a confusion matrix: their words and colours, as a table. Rows are the true class, columns the answer.
import { count, css, hex, ink, make, percent } from "./kit.js";

const RIGHT = "#2166ac";
const WRONG = "#e08214";
const FAINT = 0.03;

const blend = (from, to, share) => from.map((value, channel) => value + (to[channel] - value) * share);

/** { head, counts } -> counts and sums by class, and what each cell is a share of. */
export function numbers(head, counts) {
  const size = head.classes.length;
  const at = (truth, answer) => counts[truth * size + answer];
  const rows = Array(size).fill(0);
  const columns = Array(size).fill(0);
  for (let truth = 0; truth < size; truth++) {
    for (let answer = 0; answer < size; answer++) {
      rows[truth] += at(truth, answer);
      columns[answer] += at(truth, answer);
    }
  }
  const total = rows.reduce((sum, value) => sum + value, 0);
  const whole = { row: (truth) => rows[truth], column: (_, answer) => columns[answer], all: () => total }[head.shares];
  const share = (truth, answer) => (whole(truth, answer) ? at(truth, answer) / whole(truth, answer) : 0);
  let most = 0;
  for (let truth = 0; truth < size; truth++) {
    for (let answer = 0; answer < size; answer++) most = Math.max(most, share(truth, answer));
  }
  return { size, at, rows, columns, total, share, most: head.shares === "all" ? most || 1 : 1 };
}

/** Blue where the answer is right, orange where it is wrong; rare mistakes are seen too. */
export function colour(theme, right, share) {
  const paper = hex(/^#[0-9a-f]{6}$/i.test(theme.paper) ? theme.paper : theme.dark ? "#12161c" : "#ffffff");
  const strength = share > 0 ? 0.1 + 0.9 * (right ? share : Math.min(1, Math.sqrt(share))) : FAINT;
  return blend(paper, hex(right ? RIGHT : WRONG), strength);
}

/** What is said of one cell. */
export function readout(head, known, truth, answer) {
  const [said, meant] = [head.classes[answer], head.classes[truth]];
  const number = known.at(truth, answer);
  const one = number === 1;
  const share = (whole) => (whole ? ` (${percent(number / whole)})` : "");
  if (head.shares === "column") {
    const rest = truth === answer ? `${one ? "is" : "are"} rightly so` : `${one ? "is" : "are"} truly ${meant}`;
    return `Of ${count(known.columns[answer])} ${head.samples} called ${said}, ${count(number)} ${rest}${share(known.columns[answer])}.`;
  }
  if (head.shares === "all") {
    const rest = truth === answer ? `rightly called ${said}` : `of class ${meant} and called ${said}`;
    return `Of all ${count(known.total)} ${head.samples}, ${count(number)} ${one ? "is" : "are"} ${rest}${share(known.total)}.`;
  }
  const rest = truth === answer ? `rightly called ${said}` : `called ${said}`;
  return `Of ${count(known.rows[truth])} ${head.samples} of class ${meant}, ${count(number)} ${one ? "was" : "were"} ${rest}${share(known.rows[truth])}.`;
}

/** The empty table: classes in the order of head.order; `paint` fills it. */
export function build(head) {
  const heading = make("tr", {}, make("th", { class: "corner", scope: "col" }, `${head.y} ↓`));
  const rows = make("tbody");
  for (const answer of head.order) heading.append(name(head, "column", answer, `called ${head.classes[answer]}`));
  for (const truth of head.order) {
    const line = make("tr", {}, name(head, "row", truth, `truly ${head.classes[truth]}`));
    for (const answer of head.order) line.append(make("td", { "data-row": truth, "data-column": answer, tabindex: -1 }));
    rows.append(line);
  }
  rows.querySelector("td")?.setAttribute("tabindex", 0);
  return make("table", { "aria-label": head.alt }, make("thead", {}, heading), rows);
}

function name(head, axis, index, title) {
  const text = head.classes[index];
  const all = axis === "row" ? `all samples of class ${text}` : `all samples ${title}`;
  const content = head.clickable ? make("button", { type: "button", title: `Show ${all}`, "aria-label": `Show ${all}` }, text) : make("span", {}, text);
  return make("th", { scope: axis === "row" ? "row" : "col", [`data-${axis}`]: index, title }, content);
}

/** Numbers and colours of all cells; `room`: pixels of a cell (width, height). */
export function paint(table, head, known, theme, room) {
  const counted = room.width >= 15 && room.height >= 11;
  const shared = room.width >= 34 && room.height >= 25;
  const sign = head.projector && room.width < 54 ? "" : " %"; // larger type leaves no room for it
  table.closest(".matrix").classList.toggle("shared", shared);
  for (const cell of table.querySelectorAll("td")) {
    const [truth, answer] = [Number(cell.dataset.row), Number(cell.dataset.column)];
    const number = known.at(truth, answer);
    const share = known.share(truth, answer);
    const fill = colour(theme, truth === answer, share / known.most);
    cell.style.background = css(fill);
    cell.style.color = ink(fill);
    cell.classList.toggle("chosen", chosen(head, truth, answer));
    const words = [];
    if (counted && (number || known.size <= 4)) words.push(make("b", {}, count(number)));
    if (shared && number) words.push(make("small", {}, `${(100 * share).toFixed(1)}${sign}`));
    cell.replaceChildren(...words);
  }
}

function chosen({ chosen: cell }, truth, answer) {
  return Boolean(cell) && (cell[0] === null || cell[0] === truth) && (cell[1] === null || cell[1] === answer);
}
