// The pinned images with the network's answers, or the decision surface; and what went wrong, beneath.

import { element, isDark, unpack } from "./packed.js";
import { drawSurface } from "./surface.js";
import { picture } from "./samples.js";

const states = new WeakMap();

function percent(share) {
  const value = 100 * share;
  return value >= 99.95 || value < 0.05 ? `${value.toFixed(0)} %` : value >= 99 || value < 1 ? `${value.toFixed(1)} %` : `${value.toFixed(0)} %`;
}

function buildRow(bytes, head, label) {
  const canvas = picture(bytes, head.shape);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `a validation image of ${head.classes[label]}`);
  const first = { bar: element("div", { class: "answers-bar" }), line: element("div", { class: "answers-line" }) };
  const second = { bar: element("div", { class: "answers-bar" }), line: element("div", { class: "answers-line" }) };
  const node = element(
    "div",
    { class: "answers-row" },
    canvas,
    element("div", {}, first.bar, first.line, element("div", { class: "answers-second" }, second.bar, second.line)),
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
  const sign = element("span", { class: "answers-mark", style: `--colour: ${colour}` }, right ? "✓" : "✗");
  row.first.line.replaceChildren(
    ...(known
      ? [element("b", {}, head.classes[best]), sign, percent(share), ...(right ? [] : [element("span", { class: "quiet" }, `is ${head.classes[label]}`)])]
      : ["no answer: not a number"]),
  );
  row.node.dataset.right = String(known && right);
  const other = known && next !== undefined ? answers[next] : 0;
  row.second.bar.style.width = `${100 * other}%`;
  row.second.bar.style.setProperty("--colour", colours.muted);
  row.second.line.textContent = known && next !== undefined ? `${head.classes[next]}: ${percent(other)}` : "";
}

function note({ sentence, advice, epoch, title, mild }) {
  return element(
    "div",
    { class: `answers-note${mild ? " mild" : ""}`, role: "note" },
    element("b", {}, title, element("small", {}, epoch)),
    `${sentence} `,
    element("span", { class: "quiet" }, advice),
  );
}

export function render({ data, parentElement }) {
  const { head, arrays } = unpack(data);
  let root = parentElement.querySelector(".answers");
  if (!root) parentElement.append((root = element("div", { class: "answers", "data-testid": "answers" })));
  let state = states.get(root);
  const sort = `${head.run}/${head.kind}/${head.labels}`;
  if (!state || state.sort !== sort) {
    state = { sort, rows: [] };
    states.set(root, state);
    state.header = element("header", {}, element("strong", {}, head.title), element("small", {}));
    state.body = element("div", { class: "answers-body" });
    state.notes = element("div", { class: "answers-notes", "aria-live": "polite" });
    root.replaceChildren(state.header, state.body, state.notes);
    if (head.kind === "images") {
      const size = head.shape.reduce((product, side) => product * side, 1);
      state.rows = head.labels.map((label, at) => buildRow(arrays.images.subarray(at * size, (at + 1) * size), head, label));
      state.body.replaceChildren(...state.rows.map((row) => row.node));
    }
  }
  const colours = head.colours[isDark(root) ? "dark" : "light"];
  state.header.lastChild.textContent = head.subtitle;
  root.dataset.epoch = head.epoch ?? "";
  if (head.kind === "images" && arrays.answers) {
    const width = head.classes.length;
    state.rows.forEach((row, at) => fillRow(row, head, arrays.answers.subarray(at * width, (at + 1) * width), head.labels[at], colours));
  } else if (head.kind === "surface") drawSurface(state, head, arrays, colours);
  else if (head.kind === "none") state.body.replaceChildren(element("p", { class: "quiet" }, head.empty));
  const said = JSON.stringify(head.notes);
  if (state.said !== said) {
    state.said = said;
    state.notes.replaceChildren(...head.notes.map(note));
  }
}
