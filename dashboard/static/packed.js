// One component's data as one block of bytes: see dashboard/components/packed.py for the layout.

const KINDS = { f4: Float32Array, u1: Uint8Array };

/** bytes -> { head, arrays: { name: typed array } } */
export function unpack(bytes) {
  const block = bytes.slice();
  const length = new DataView(block.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(block.subarray(4, 4 + length)));
  const arrays = {};
  let at = 4 + length;
  for (const [name, kind, count] of head.arrays) {
    const Kind = KINDS[kind];
    arrays[name] = new Kind(block.buffer, at, count);
    at += Math.ceil((count * Kind.BYTES_PER_ELEMENT) / 4) * 4;
  }
  return { head, arrays };
}

/** Whether the page is dark now, from the theme's own variables. */
export function isDark(element) {
  const colour = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = colour || "#ffffff";
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(pen.fillStyle.slice(at, at + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b < 128;
}

/** element("div", { class: "x" }, child, "text") */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}
