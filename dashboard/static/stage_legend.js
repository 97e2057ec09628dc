// The colour bar of a grid: its ends and, for signed values, its zero.

import { css } from "./kit.js";
import { decimalsFor, decimalsOf, written } from "./stage_numbers.js";

/** box: { left, top, width, height } in CSS pixels; the bar takes the left of it, the numbers stand to its right. */
export function drawLegend(canvas, scale, box, look) {
  const ratio = window.devicePixelRatio || 1;
  const bar = Math.round(0.75 * look.size);
  const margin = Math.round(0.6 * look.size);
  canvas.width = Math.round(box.width * ratio);
  canvas.height = Math.round((box.height + 2 * margin) * ratio);
  Object.assign(canvas.style, { left: `${box.left}px`, top: `${box.top - margin}px`, width: `${box.width}px`, height: `${box.height + 2 * margin}px` });
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  for (let y = 0; y < box.height; y++) {
    pen.fillStyle = css(scale.at(scale.high - (y / Math.max(1, box.height - 1)) * (scale.high - scale.low)));
    pen.fillRect(0, margin + y, bar, 1.5);
  }
  const signed = scale.low < 0 && scale.high > 0;
  const told = signed ? [scale.high, 0, scale.low] : [scale.high, scale.low];
  const decimals = decimalsOf(told, Math.max(0, decimalsFor(Math.max(Math.abs(scale.low), Math.abs(scale.high))) - 1));
  pen.fillStyle = look.muted;
  pen.font = `${Math.round(0.8 * look.size)}px ${look.font}`;
  pen.textBaseline = "middle";
  const texts = told.map((value) => (signed && value > 0 ? "+" : "") + written(value, decimals));
  texts.forEach((text, at) => pen.fillText(text, bar + 5, margin + (box.height * at) / (texts.length - 1)));
  canvas.setAttribute("aria-label", `Colours from ${texts.at(-1)} to ${texts[0]}`);
}

