// A hand that holds a canvas and moves it: what was there when it took hold, and how far it has gone since.

/**
 * @param {HTMLCanvasElement} canvas it keeps the pointer while it is held
 * @param {() => any} take what to remember when the hand takes hold
 * @param {(down: number, right: number, taken: any) => void} move CSS pixels since then
 * @param {(taken: any) => void} release the hand let go
 * @returns {() => boolean} whether it is held now
 */
export function onDrag(canvas, take, move, release) {
  let held = null;
  const end = () => {
    if (held) release(held.taken);
    held = null;
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    held = { x: event.clientX, y: event.clientY, taken: take() };
  });
  canvas.addEventListener("pointermove", (event) => held && move(event.clientY - held.y, event.clientX - held.x, held.taken));
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  return () => held !== null;
}
