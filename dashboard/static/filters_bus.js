// What the parts of the Filters page tell each other in the browser, so that the film needs no server between them.
//
//   say("place", { layer, filter, epoch, unit });     hear("place", (place) => ...) -> a function that stops hearing
//   last("place")                                     what was said last

const bus = new EventTarget();
const said = new Map();

export function say(name, detail) {
  said.set(name, detail);
  bus.dispatchEvent(new CustomEvent(name, { detail }));
}

export function hear(name, act) {
  const listener = (event) => act(event.detail);
  bus.addEventListener(name, listener);
  if (said.has(name)) act(said.get(name));
  return () => bus.removeEventListener(name, listener);
}

export const last = (name) => said.get(name);
