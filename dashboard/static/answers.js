// The pinned images with the network's answers, or the decision surface; and what went wrong, beneath.

import { look, make, percent } from "./kit.js";
import { unpack } from "./packed.js";
import { drawSurface } from "./surface.js";
import { picture } from "./samples.js";

const states = new WeakMap();

/** A probability with as many digits as its nearness to none or to certainty asks for. */
function sure(share) {
  const value = 100 * share;
  const near = value >= 99 || value < 1;
  return percent(share, near && value < 99.95 && value >= 0.05 ? 1 : 0);
}

function buildRow(bytes, head, label) {
  const canvas = picture(bytes, head.shape);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `a validation image of ${head.classes[label]}`);
  const first = { bar: make("div", { class: "answers-bar" }), line: make("div", { class: "answers-line" }) };
  const second = { bar: make("div", { class: "answers-bar" }), line: make("div", { class: "answers-line" }) };
  const node = make(
    "div",
    { class: "answers-row" },
    canvas,
    make("div", {}, first.bar, first.line, make("div", { class: "answers-second" }, second.bar, second.line)),
  );
  return { node, first, second };
}

function fillRow(row, head, answers, label, colours) {
  const order = Array.from(answers.keys()).sort((a, b) => answers[b] - answers[a]);
  const [best, next] = order;
  const known = Number.isFinite(answers[best]);
  const right = best === label;
  const colour = right ? colours.good : colours.bad;
  const share = known ? answers[best] : 0;
  row.first.bar.style.width = `${100 * share}%`;
  row.first.bar.style.setProperty("--colour", colour);
  row.first.bar.style.opacity = 0.4 + 0.6 * Math.min(1, Math.max(0, (share - 0.3) / 0.5));
  const sign = make("span", { class: "answers-mark", style: `--colour: ${colour}` }, right ? "✓" : "✗");
  row.first.line.replaceChildren(
    ...(known
      ? [make("b", {}, head.classes[best]), sign, sure(share), ...(right ? [] : [make("span", { class: "quiet" }, `is ${head.classes[label]}`)])]
      : ["no answer: not a number"]),
  );
  row.node.dataset.right = String(known && right);
  const other = known && next !== undefined ? answers[next] : 0;
  row.second.bar.style.width = `${100 * other}%`;
  row.second.bar.style.setProperty("--colour", colours.muted);
  row.second.line.textContent = known && next !== undefined ? `${head.classes[next]}: ${sure(other)}` : "";
}

function note({ sentence, advice, epoch, title, mild }) {
  return make(
    "div",
    { class: `answers-note${mild ? " mild" : ""}`, role: "note" },
    make("b", {}, title, make("small", {}, epoch)),
    `${sentence} `,
    make("span", { class: "quiet" }, advice),
  );
}

const LEAST_ROW = 60; // CSS pixels
const GAP = 9;

/** As many rows as fit are seen whole; the others are scrolled to. */
function fitRows(state) {
  if (!state.body.isConnected) return state.watchRows.disconnect();
  const room = state.body.clientHeight;
  const shown = Math.min(state.rows.length, Math.max(1, Math.floor((room + GAP) / (LEAST_ROW + GAP))));
  const side = Math.floor((room + GAP) / shown - GAP);
  if (room > 0) state.body.style.setProperty("--row", `${Math.min(84, Math.max(LEAST_ROW, side))}px`);
}

export function render({ data, parentElement }) {
  const { head, arrays } = unpack(data);
  let root = parentElement.querySelector(".answers");
  if (!root) parentElement.append((root = make("div", { class: "answers", "data-testid": "answers" })));
  let state = states.get(root);
  const sort = `${head.run}/${head.kind}/${head.labels}`;
  if (!state || state.sort !== sort) {
    state = { sort, rows: [] };
    states.set(root, state);
    state.header = make("header", {}, make("strong", {}, head.title), make("small", {}));
    state.body = make("div", { class: "answers-body" });
    state.notes = make("div", { class: "answers-notes", "aria-live": "polite" });
    root.replaceChildren(state.header, state.body, state.notes);
    if (head.kind === "images") {
      const size = head.shape.reduce((product, side) => product * side, 1);
      state.rows = head.labels.map((label, at) => buildRow(arrays.images.subarray(at * size, (at + 1) * size), head, label));
      state.body.replaceChildren(...state.rows.map((row) => row.node));
      state.watchRows = new ResizeObserver(() => fitRows(state));
      state.watchRows.observe(state.body);
    }
  }
  const colours = head.colours[look(root).dark ? "dark" : "light"];
  state.header.lastChild.textContent = head.subtitle;
  root.dataset.epoch = head.epoch ?? "";
  if (head.kind === "images" && arrays.answers) {
    const width = head.classes.length;
    state.rows.forEach((row, at) => fillRow(row, head, arrays.answers.subarray(at * width, (at + 1) * width), head.labels[at], colours));
  } else if (head.kind === "surface") drawSurface(state, head, arrays, colours);
  else if (head.kind === "none") state.body.replaceChildren(make("p", { class: "quiet" }, head.empty));
  const said = JSON.stringify(head.notes);
  if (state.said !== said) {
    state.said = said;
    state.notes.replaceChildren(...head.notes.map(note));
  }
}
