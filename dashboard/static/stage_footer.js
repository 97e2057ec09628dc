// The line below a stage: the PyTorch line (copied with a click), what running it said, and the size with its numbers.

import { make } from "./kit.js";

const TOLD = 1600; // ms that "copied" stands there

export class Footer {
  constructor() {
    this.code = make("button", { type: "button", class: "foot-code", title: "Copy" });
    this.check = make("span", { class: "foot-check", role: "status" });
    this.formula = make("span", { class: "foot-formula" });
    this.element = make("div", { class: "foot" }, this.code, this.check, this.formula);
    this.code.addEventListener("click", () => this.copy());
  }

  update({ footer, hidden }) {
    this.text = footer.code;
    if (!this.telling) this.code.textContent = footer.code;
    this.code.title = footer.program ? `Copy\n\n${footer.program}` : "Copy";
    this.code.hidden = !footer.code;
    this.check.hidden = !footer.code;
    const told = footer.checked === null ? "… being checked" : footer.checked ? "✓ equals the picture" : "✗ differs from the picture";
    if (this.check.textContent !== told) this.check.textContent = told;
    this.check.classList.toggle("foot-open", footer.checked === null);
    this.check.classList.toggle("foot-wrong", footer.checked === false);
    this.formula.textContent = hidden === "size" ? "" : footer.formula;
    this.element.hidden = !footer.code && !footer.formula;
  }

  async copy() {
    let told = "copied";
    try {
      await navigator.clipboard.writeText(this.text);
    } catch {
      told = selected(this.code) ? "selected: press Ctrl+C" : "cannot be copied here";
    }
    this.code.dataset.told = told;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      delete this.code.dataset.told;
      this.telling = undefined;
    }, TOLD);
  }
}

/** Without a secure page there is no clipboard: the text is selected, to be copied by hand. */
function selected(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  return selection.rangeCount > 0;
}
