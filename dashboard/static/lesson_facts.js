// What stands under the channels: the order in memory, parameters, other sizes, and which channels feed which maps.

import { make } from "./kit.js";
import { LIGHTS } from "./lesson_lights.js";
import { drawMemory } from "./lesson_memory.js";

const SVG = "http://www.w3.org/2000/svg";

/** at: { filter, row, column, channel, each } of the output that is looked at. */
export function drawFacts(box, head, at, look, count, values) {
  if (box.children.length !== 4) box.replaceChildren(...[0, 1, 2, 3].map(() => make("div", { class: "channels-fact" }, make("b", {}), make("div", {}))));
  [head.facts.parameters, head.facts.size].forEach(([title, ...lines], index) => {
    const [heading, body] = box.children[index + 1].children;
    heading.textContent = title;
    body.replaceChildren(...lines.map((line) => make("p", line.startsWith("RuntimeError") ? { class: "wrong" } : {}, line)));
  });
  drawOrder(box, head, { ...at, side: head.kernel }, count, values);
  const [heading, body] = box.children[3].children;
  heading.textContent = head.facts.wiring;
  body.replaceChildren(wiring(head, at, look));
}

/** at: { channel, row, column, each, side } of what is looked at in the input. */
export function drawOrder(box, head, at, count, values) {
  const [heading, body] = box.children[0].children;
  heading.textContent = `${head.order}: where the input lies in memory`;
  drawMemory(body, head, values, at, count);
}

function wiring({ channels, filters, groups, names, facts }, { filter, channel, each }, look) {
  const [width, height] = [150, 62];
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", facts.wired);
  const draw = (name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    picture.append(element);
  };
  const down = (at, number) => ((at + 0.5) * height) / number;
  const perGroup = filters / groups;
  for (const lit of [false, true]) {
    for (let map = 0; map < filters; map++) {
      if ((map === filter) !== lit) continue;
      for (let step = 0; step < each; step++) {
        const from = Math.floor(map / perGroup) * each + step;
        draw("line", { x1: 12, y1: down(from, channels), x2: width - 12, y2: down(map, filters), stroke: lit ? look.accent : look.muted, "stroke-width": lit ? 2 : 0.7, "stroke-opacity": lit ? 1 : 0.4 });
      }
    }
  }
  names.forEach((_, at) => draw("circle", { cx: 8, cy: down(at, channels), r: 4, fill: LIGHTS[at % 3], opacity: at >= channel && at < channel + each ? 1 : 0.35 }));
  for (let map = 0; map < filters; map++) draw("circle", { cx: width - 8, cy: down(map, filters), r: Math.min(4, height / filters / 2), fill: map === filter ? look.accent : look.muted });
  return picture;
}
