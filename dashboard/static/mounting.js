// Views that take turns in one place on a page: the block of data says which. Each is a class with element, update and close.
//
//   export const { render, close } = mounting({ channels: ChannelsView, clip: ClipView });

import { look } from "./kit.js";
import { unpack } from "./packed.js";

export function mounting(kinds) {
  const mounted = new WeakMap();

  function render({ data, parentElement, setStateValue }) {
    if (!data) return;
    const { head, arrays } = unpack(data);
    let view = mounted.get(parentElement);
    if (view?.kind !== head.kind) {
      view?.close();
      view?.element.remove();
      view = new kinds[head.kind]((message) => setStateValue("sent", message));
      view.kind = head.kind;
      view.element.addEventListener("keydown", (event) => event.key === "Tab" || event.key === "Escape" || event.stopPropagation());
      mounted.set(parentElement, view);
    }
    if (!view.element.isConnected) parentElement.append(view.element);
    view.send = (message) => setStateValue("sent", message);
    view.element.style.setProperty("--height", head.height);
    view.update(head, arrays, look(parentElement));
  }

  function close({ parentElement }) {
    if (parentElement.isConnected) return;
    mounted.get(parentElement)?.close();
    mounted.delete(parentElement);
  }

  return { render, close };
}
