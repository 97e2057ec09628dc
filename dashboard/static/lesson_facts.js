// What stands under the channels: order in memory with offsets, parameters, other sizes, and which channels feed which maps.

import { make } from "./kit.js";

const SVG = "http://www.w3.org/2000/svg";

/** at: { filter, row, column, channel, each } of the output that is looked at. */
export function drawFacts(box, head, at, look, count) {
  const rows = [memory(head, at, count), head.facts.parameters, head.facts.size];
  if (box.children.length !== 4) box.replaceChildren(...[0, 1, 2, 3].map(() => make("div", { class: "channels-fact" }, make("b", {}), make("div", {}))));
  rows.forEach(([title, ...lines], index) => {
    const [heading, body] = box.children[index].children;
    heading.textContent = title;
    body.replaceChildren(...lines.map((line) => make("p", line.startsWith("RuntimeError") ? { class: "wrong" } : {}, line)));
  });
  const [heading, body] = box.children[3].children;
  heading.textContent = head.facts.wiring;
  body.replaceChildren(wiring(head, at, look));
}

/** The order of dimensions, and the place of the number that is looked at: input (the window's first), weight, output. */
function memory({ order, channels, filters, size, kernel, out }, { filter, row, column, channel, each }, count) {
  const last = order === "NHWC";
  const lie = (name, names, sides, place) => {
    const offset = place.reduce((sum, index, axis) => sum * sides[axis] + index, 0);
    return `${name} ${names} ${sides.join("×")}: [${place.join(",")}] is number ${count(offset)}`;
  };
  return [
    `${order}: where the numbers lie in memory, from 0`,
    last ? lie("x", "NHWC", [1, size, size, channels], [0, row, column, channel]) : lie("x", "NCHW", [1, channels, size, size], [0, channel, row, column]),
    last ? lie("w", "HWCF", [kernel, kernel, each, filters], [0, 0, 0, filter]) : lie("w", "FCHW", [filters, each, kernel, kernel], [filter, 0, 0, 0]),
    last ? lie("y", "NHWF", [1, out, out, filters], [0, row, column, filter]) : lie("y", "NFHW", [1, filters, out, out], [0, filter, row, column]),
  ];
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
  names.forEach((_, at) => draw("circle", { cx: 8, cy: down(at, channels), r: 4, fill: ["#ff5a4d", "#35c46a", "#4d8dff"][at % 3], opacity: at >= channel && at < channel + each ? 1 : 0.35 }));
  for (let map = 0; map < filters; map++) draw("circle", { cx: width - 8, cy: down(map, filters), r: Math.min(4, height / filters / 2), fill: map === filter ? look.accent : look.muted });
  return picture;
}
