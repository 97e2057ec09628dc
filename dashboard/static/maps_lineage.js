// Where a cell came from: what it saw, lit over the maps, and below them the equation that made it.
import { make } from "./kit.js";

export class Lineage {
  constructor(view) {
    this.view = view;
    this.root = make("section", { class: "lineage", "aria-label": "Where the chosen cell came from", hidden: "" });
  }

  take(lit) {
    this.lit = lit?.cell ? lit : null;
    this.root.hidden = !lit;
  }

  follow() {}

  light() {}
}
