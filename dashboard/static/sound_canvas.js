// A canvas that fills its box, sharp on every screen, drawn at most once a frame.
//
//   const canvas = new Canvas("alternative text", (pen, width, height) => ...);
//   parent.append(canvas.element);  canvas.redraw();

export class Canvas {
  constructor(label, paint, attributes = {}) {
    this.paint = paint;
    this.element = document.createElement("canvas");
    this.element.setAttribute("role", "img");
    for (const [name, value] of Object.entries(attributes)) this.element.setAttribute(name, value);
    this.say(label);
    this.watcher = new ResizeObserver(() => this.redraw());
    this.watcher.observe(this.element);
  }

  say(label) {
    if (label) this.element.setAttribute("aria-label", label);
  }

  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw() {
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.element.width !== wide) this.element.width = wide;
    if (this.element.height !== high) this.element.height = high;
    const pen = this.element.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    this.paint(pen, width, height);
  }

  close() {
    this.watcher.disconnect();
    cancelAnimationFrame(this.frame);
  }
}

/** Round steps, at most `most` of them, that cover low..high: [0, 500, 1000, ...]. */
export function ticks(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at++) found.push(at * step || 0);
  return { step, at: found };
}

export const typeOf = (look, share = 0.8) => `${share * look.size}px ${look.font}`;
