// Copying a text, also on plain http, where the browser offers no clipboard of its own.
import { make } from "./kit.js";

const SHOWN = 1600; // ms that "copied" stays

/** Whether the text is in the clipboard now. Call it from a click. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOldWay(text);
  }
}

function copyOldWay(text) {
  const field = make("textarea", { readonly: "", "aria-hidden": "true", style: "position:fixed;top:0;left:0;opacity:0" });
  field.value = text;
  document.body.append(field);
  const before = document.activeElement;
  field.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    done = false;
  }
  field.remove();
  before?.focus?.();
  return done;
}

/**
 * A button that copies `text()` and says so; where that is impossible, a field with the text selected appears.
 * The button keeps its width, so that nothing moves.
 */
export function copyButton(label, text) {
  const told = make("span", { class: "copy-told", "aria-live": "polite" });
  const button = make("button", { type: "button", class: "copy" }, make("span", { class: "copy-label" }, label), told);
  const field = make("input", { class: "copy-field", readonly: "", hidden: "", "aria-label": "The link, to be copied by hand" });
  const root = make("div", { class: "copy-root" }, button, field);
  let timer;
  button.addEventListener("click", async () => {
    const wanted = text();
    const done = await copyText(wanted);
    field.hidden = done;
    if (!done) {
      field.value = wanted;
      field.focus();
      field.select();
    }
    told.textContent = done ? "Copied" : "Press Ctrl+C";
    button.classList.add("told");
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.classList.remove("told");
      told.textContent = "";
    }, done ? SHOWN : 6000);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Tab") return;
    event.stopPropagation();
    if (event.key === "Escape") field.hidden = true;
  });
  field.addEventListener("blur", () => (field.hidden = true));
  return root;
}

export function render({ data, parentElement }) {
  if (parentElement.querySelector(".copy-root")) return;
  parentElement.append(copyButton(data?.label ?? "Copy link", () => location.href));
}
