// The component 'sound': what it holds stays while its data changes, so that zoom, hover and what plays stay too.

import { look } from "./kit.js";
import { unpack } from "./packed.js";
import { FilterView } from "./sound_filter.js";
import { MatrixView } from "./sound_matrix.js";

const VIEWS = { filter: FilterView, matrix: MatrixView };
const mounted = new WeakMap();

export function render({ data, parentElement, setStateValue }) {
  if (!data) return;
  const block = unpack(data);
  let here = mounted.get(parentElement);
  if (!here || here.name !== block.head.name || !here.view.element.isConnected) {
    close({ parentElement });
    const send = (name, value) => setStateValue(name, value);
    here = { name: block.head.name, view: new VIEWS[block.head.kind](send) };
    parentElement.append(here.view.element);
    mounted.set(parentElement, here);
  }
  here.view.send = (name, value) => setStateValue(name, value);
  const theme = look(parentElement);
  const [negative, positive] = [block.head.colours[1], block.head.colours.at(-2)];
  here.view.element.classList.toggle("dark", theme.dark);
  here.view.set(block, { ...theme, negative, positive });
}

export function close({ parentElement }) {
  const here = mounted.get(parentElement);
  here?.view.close();
  here?.view.element.remove();
  mounted.delete(parentElement);
}
