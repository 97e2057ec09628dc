// One of the views that move in its place on the page: the block of data says which. Each is a class with element, update and close.

import { look } from "./kit.js";
import { ChannelsView } from "./lesson_channels.js";
import { ClipView } from "./lesson_clip.js";
import { ShiftView } from "./lesson_shift.js";
import { unpack } from "./packed.js";
import { PoolBackwardView } from "./pool_backward.js";
import { PoolChainView } from "./pool_chain.js";
import { PoolShiftView } from "./pool_shift.js";

const KINDS = { channels: ChannelsView, clip: ClipView, shift: ShiftView, "pool-shift": PoolShiftView, "pool-backward": PoolBackwardView, "pool-chain": PoolChainView };
const mounted = new WeakMap();

export function render({ data, parentElement, setStateValue }) {
  if (!data) return;
  const { head, arrays } = unpack(data);
  let view = mounted.get(parentElement);
  if (view?.kind !== head.kind) {
    view?.close();
    view?.element.remove();
    view = new KINDS[head.kind]((message) => setStateValue("sent", message));
    view.kind = head.kind;
    view.element.addEventListener("keydown", (event) => event.key === "Tab" || event.key === "Escape" || event.stopPropagation());
    mounted.set(parentElement, view);
  }
  if (!view.element.isConnected) parentElement.append(view.element);
  view.send = (message) => setStateValue("sent", message);
  view.element.style.setProperty("--height", head.height);
  view.update(head, arrays, look(parentElement));
}

export function close({ parentElement }) {
  if (parentElement.isConnected) return;
  mounted.get(parentElement)?.close();
  mounted.delete(parentElement);
}
