// A drawing pad. Strokes are kept as strokes, in shares of the pad's size: they can be undone, and drawn again for any
// number of cells. A cell's value is the share of it that ink covers.
import { look, make } from "./kit.js";
import { unpack } from "./packed.js";

const FINE = 448; // pixels of the drawing's longer side, at least
const PATIENCE = 3000; // ms after which an unanswered picture no longer holds up the next
const GRID_UP_TO = 40; // cells a side
const KEYS_HELP = "Arrow keys move, space puts the pen down and up, P pen, E eraser, Z undo, Delete clears.";
const pads = new WeakMap();

/** Mean ink of each cell, 0 to 255. ink: RGBA pixels of a drawing that has `fine` pixels a cell and side. */
export function averaged(ink, rows, columns, fine) {
  const cells = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let y = row * fine; y < (row + 1) * fine; y++) {
        for (let x = column * fine; x < (column + 1) * fine; x++) sum += ink[4 * (y * columns * fine + x) + 3];
      }
      cells[row * columns + column] = Math.round(sum / (fine * fine));
    }
  }
  return cells;
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

export function render({ data, parentElement, setStateValue }) {
  if (!data) return;
  const { head, arrays } = unpack(data);
  let pad = pads.get(parentElement);
  if (!pad?.root.isConnected) {
    pad = create(parentElement, head, arrays.start);
    pads.set(parentElement, pad);
  }
  pad.send = setStateValue;
  update(pad, head);
}

function create(parent, head, start) {
  parent.querySelector(".pad")?.remove();
  const canvas = make("canvas", { tabindex: "0", role: "application" });
  const grid = make("div", { class: "grid" });
  const cursor = make("div", { class: "cursor", hidden: "" });
  const surface = make("div", { class: "surface" }, canvas, grid, cursor);
  const told = make("div", { class: "told", "aria-live": "polite" });
  const pad = {
    canvas, grid, cursor, surface, told, strokes: [], stroke: null, eraser: false, size: 0.08, at: null, down: false,
    sent: head.answered, waiting: 0, dirty: false, base: picture(start, head.start), pen: canvas.getContext("2d", { willReadFrequently: true }),
  };
  pad.root = make("div", { class: "pad" }, tools(pad), surface, told);
  for (const [type, act] of Object.entries({ pointerdown: press, pointermove: move, pointerup: lift, pointercancel: lift })) {
    canvas.addEventListener(type, (event) => act(pad, event));
  }
  canvas.addEventListener("keydown", (event) => key(pad, event));
  canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && showCursor(pad));
  canvas.addEventListener("blur", () => Object.assign(pad.cursor, { hidden: true }));
  parent.append(pad.root);
  return pad;
}

/** What was drawn before, as a canvas whose alpha is ink. */
function picture(values, [rows, columns]) {
  const canvas = make("canvas", { width: columns, height: rows });
  const image = new ImageData(columns, rows);
  values.forEach((ink, cell) => (image.data[4 * cell + 3] = ink));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function tools(pad) {
  const button = (name, title, act) => {
    const element = make("button", { type: "button", title }, name);
    element.addEventListener("click", () => act());
    return element;
  };
  pad.penButton = button("Pen", "Draw ink (P)", () => choose(pad, false));
  pad.eraserButton = button("Eraser", "Take ink away (E)", () => choose(pad, true));
  pad.undoButton = button("Undo", "Take the last stroke back (Z)", () => undo(pad));
  pad.clearButton = button("Clear", "Empty the pad (Delete)", () => clear(pad));
  const size = make("input", { type: "range", min: "2", max: "30", value: String(100 * pad.size), "aria-label": "Size of pen and eraser" });
  size.addEventListener("input", () => (pad.size = size.value / 100));
  const row = make("div", { class: "tools" }, pad.penButton, pad.eraserButton, make("label", {}, "Size", size), pad.undoButton, pad.clearButton);
  row.addEventListener("keydown", (event) => event.key !== "Tab" && event.key !== "Escape" && event.stopPropagation());
  return row;
}

function update(pad, head) {
  const { rows, columns } = head;
  const resized = pad.head && (pad.head.rows !== rows || pad.head.columns !== columns);
  const colour = look(pad.root).text;
  pad.paper = look(pad.root).paper;
  const drawAgain = !pad.head || resized || colour !== pad.colour;
  Object.assign(pad, { head, colour });
  if (drawAgain) {
    pad.fine = Math.max(1, Math.ceil(FINE / Math.max(rows, columns)));
    Object.assign(pad.canvas, { width: columns * pad.fine, height: rows * pad.fine });
    pad.surface.style.height = `min(${head.height}, ${head.height} * ${rows / Math.max(rows, columns)})`;
    pad.surface.style.aspectRatio = `${columns} / ${rows}`;
    pad.canvas.style.background = pad.paper;
    pad.grid.style.display = Math.max(rows, columns) <= GRID_UP_TO ? "" : "none";
    pad.grid.style.backgroundSize = `${100 / columns}% ${100 / rows}%`;
    redraw(pad);
  }
  if (head.answered >= pad.sent) answered(pad);
  if (resized && pad.strokes.length) emit(pad);
}

// ---- ink ----
function redraw(pad) {
  const { pen, canvas } = pad;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const from = pad.strokes.findLastIndex((stroke) => stroke.clear) + 1;
  if (!from) {
    pen.drawImage(pad.base, 0, 0, canvas.width, canvas.height);
    pen.globalCompositeOperation = "source-in";
    pen.fillStyle = pad.colour;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.globalCompositeOperation = "source-over";
  }
  for (const stroke of pad.strokes.slice(from)) stroke.points.forEach((_, at) => segment(pad, stroke, at));
  pad.undoButton.disabled = !pad.strokes.length;
  choose(pad, pad.eraser);
  tell(pad);
}

/** The piece of a stroke that ends in its point `at`. */
function segment(pad, stroke, at) {
  const { pen, canvas } = pad;
  const [from, to] = [stroke.points[Math.max(0, at - 1)], stroke.points[at]];
  const longer = Math.max(canvas.width, canvas.height);
  pen.globalCompositeOperation = stroke.eraser ? "destination-out" : "source-over";
  Object.assign(pen, { lineCap: "round", lineJoin: "round", lineWidth: stroke.size * longer, strokeStyle: pad.colour });
  pen.beginPath();
  pen.moveTo(from[0] * canvas.width, from[1] * canvas.height);
  pen.lineTo(to[0] * canvas.width, to[1] * canvas.height);
  pen.stroke();
  pen.globalCompositeOperation = "source-over";
}

function cells(pad) {
  const { rows, columns } = pad.head;
  const ink = pad.pen.getImageData(0, 0, pad.canvas.width, pad.canvas.height).data;
  return averaged(ink, rows, columns, pad.fine);
}

function tell(pad, values = cells(pad)) {
  const inked = values.reduce((sum, value) => sum + (value > 0), 0);
  const { rows, columns, label } = pad.head;
  const counted = rows <= GRID_UP_TO ? `${inked} of ${rows * columns} cells have ink.` : "";
  const words = inked ? counted : "Draw here.";
  pad.told.textContent = words;
  pad.canvas.setAttribute("aria-label", `${label}, ${rows} by ${columns} cells. ${words} ${KEYS_HELP}`);
}

// ---- to the server: one picture at a time, the newest next ----
function emit(pad) {
  pad.dirty = true;
  if (pad.frame) return;
  pad.frame = requestAnimationFrame(() => {
    pad.frame = 0;
    if (pad.waiting || !pad.dirty) return;
    pad.dirty = false;
    const values = cells(pad);
    const { rows, columns } = pad.head;
    const sequence = ++pad.sent;
    pad.waiting = setTimeout(() => pad.sent === sequence && answered(pad), PATIENCE);
    pad.send("drawing", { sequence, rows, columns, pixels: base64(values), down: pad.stroke !== null });
    tell(pad, values);
  });
}

function answered(pad) {
  clearTimeout(pad.waiting);
  pad.waiting = 0;
  if (pad.dirty) emit(pad);
}

// ---- what the hand does ----
function begin(pad, point) {
  pad.stroke = { points: [point], eraser: pad.eraser, size: pad.size };
  pad.strokes.push(pad.stroke);
  pad.undoButton.disabled = false;
  segment(pad, pad.stroke, 0);
  emit(pad);
}

function extend(pad, point) {
  pad.stroke.points.push(point);
  segment(pad, pad.stroke, pad.stroke.points.length - 1);
  emit(pad);
}

function place(pad, event) {
  const box = pad.canvas.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

function press(pad, event) {
  if (event.button > 0 && event.button !== 5) return; // 5: a pen's own eraser
  pad.canvas.focus({ preventScroll: true });
  pad.cursor.hidden = true; // it belongs to the keyboard; a browser may call this focus visible, too
  pad.canvas.setPointerCapture(event.pointerId);
  pad.down = false;
  pad.pointer = event.pointerId;
  if (event.button === 5) choose(pad, true);
  begin(pad, place(pad, event));
}

function move(pad, event) {
  if (event.pointerId !== pad.pointer || !pad.stroke) return;
  const steps = event.getCoalescedEvents?.() ?? [];
  for (const step of steps.length ? steps : [event]) extend(pad, place(pad, step));
}

function lift(pad, event) {
  if (event.pointerId !== pad.pointer) return;
  pad.pointer = pad.stroke = null;
  emit(pad);
}

function choose(pad, eraser) {
  pad.eraser = eraser;
  pad.penButton.setAttribute("aria-pressed", String(!eraser));
  pad.eraserButton.setAttribute("aria-pressed", String(eraser));
}

function undo(pad) {
  if (!pad.strokes.length) return;
  pad.strokes.pop();
  pad.stroke = null;
  redraw(pad);
  emit(pad);
}

function clear(pad) {
  pad.strokes.push({ clear: true, points: [] });
  pad.stroke = null;
  redraw(pad);
  emit(pad);
}

// ---- keys ----
function showCursor(pad) {
  const { rows, columns } = pad.head;
  pad.at ??= [Math.floor(columns / 2), Math.floor(rows / 2)];
  const share = (value) => `${100 * value}%`;
  Object.assign(pad.cursor.style, { left: share(pad.at[0] / columns), top: share(pad.at[1] / rows), width: share(1 / columns), height: share(1 / rows) });
  pad.cursor.hidden = false;
  pad.cursor.classList.toggle("down", pad.down);
}

function key(pad, event) {
  if (event.key === "Tab" || event.key === "Escape") return;
  event.stopPropagation();
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const { rows, columns } = pad.head;
  const middle = () => [(pad.at[0] + 0.5) / columns, (pad.at[1] + 0.5) / rows];
  pad.at = [Math.min(columns - 1, pad.at?.[0] ?? columns >> 1), Math.min(rows - 1, pad.at?.[1] ?? rows >> 1)];
  if (step) {
    pad.at = [Math.min(columns - 1, Math.max(0, pad.at[0] + step[0])), Math.min(rows - 1, Math.max(0, pad.at[1] + step[1]))];
    if (pad.down && pad.stroke) extend(pad, middle());
  } else if (event.key === " ") {
    pad.down = !pad.down;
    if (pad.down) begin(pad, middle());
    else {
      pad.stroke = null;
      emit(pad);
    }
  } else if (event.key.toLowerCase() === "z") undo(pad);
  else if (event.key.toLowerCase() === "e") choose(pad, true);
  else if (event.key.toLowerCase() === "p") choose(pad, false);
  else if (event.key === "Delete") clear(pad);
  else return;
  if (!pad.stroke) pad.down = false;
  event.preventDefault();
  showCursor(pad);
}
