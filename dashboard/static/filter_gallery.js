// Filters as small pictures with crisp cells: signed values about zero; three channels as colours about mid grey.
import { look, make } from "./kit.js";
import { unpack } from "./packed.js";
import { diverging } from "./stage_colours.js";

function picture(values, [, channels, height, width], colours, dark) {
  const canvas = make("canvas", { width, height });
  const image = new ImageData(width, height);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const plane = height * width;
  const scale = diverging(largest, colours, dark);
  for (let cell = 0; cell < plane; cell++) {
    const colour = channels === 3
      ? [0, 1, 2].map((channel) => 127.5 * (1 + values[channel * plane + cell] / largest))
      : scale.at(values[cell]);
    colour.forEach((value, channel) => (image.data[4 * cell + channel] = Math.round(value)));
    image.data[4 * cell + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

export function render({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const { head, arrays } = unpack(data);
  const size = head.shape.slice(1).reduce((product, side) => product * side, 1);
  const { dark } = look(parentElement);
  const root = make("div", { class: "gallery", role: "group", "aria-label": head.label });
  for (let index = 0; index < head.shape[0]; index++) {
    const values = arrays.filters.subarray(index * size, (index + 1) * size);
    const button = make("button", { type: "button", title: `Filter ${index}`, "aria-label": `Filter ${index}` }, picture(values, head.shape, head.diverging, dark));
    button.addEventListener("click", () => setTriggerValue("picked", index));
    button.addEventListener("keydown", (event) => event.key !== "Tab" && event.key !== "Escape" && event.stopPropagation());
    root.append(button);
  }
  parentElement.querySelector(".gallery")?.remove();
  parentElement.append(root);
}
