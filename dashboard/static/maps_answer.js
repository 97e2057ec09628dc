// The network's answer as bars: all classes in their order, or of many the most probable ones.
import { make, percent } from "./kit.js";

const MOST = 12;
const SHOWN_OF_MANY = 10;

/** Bring the bars up to date; rows stay where they are while the classes do. */
export function answer(root, head, probabilities) {
  const { classes, label } = head;
  const many = classes.length > MOST;
  const name = (index) => classes[index] ?? String(index);
  const ranked = Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
  const shown = many ? ranked.slice(0, SHOWN_OF_MANY) : Array.from(probabilities.keys());
  const lost = !probabilities.every(Number.isFinite);
  const best = lost ? -1 : ranked[0];
  if (root.childElementCount !== shown.length + 1) {
    root.replaceChildren(make("h4", {}), ...shown.map(() => make("div", { class: "bar" }, make("span", { class: "name" }), make("span", { class: "track" }, make("i", {})), make("span", { class: "share" }))));
  }
  root.firstChild.textContent = lost ? "no answer" : "answer";
  shown.forEach((index, at) => {
    const row = root.children[at + 1];
    const [title, track, share] = row.children;
    const value = Number.isFinite(probabilities[index]) ? probabilities[index] : 0;
    title.textContent = name(index);
    title.title = name(index);
    track.firstChild.style.width = `${100 * value}%`;
    share.textContent = lost ? "?" : percent(value);
    row.classList.toggle("best", index === best);
    row.classList.toggle("true", index === label);
    row.classList.toggle("wrong", index === best && label !== null && index !== label);
  });
  const truth = label === null ? "" : ` It is ${name(label)}.`;
  root.setAttribute("aria-label", lost ? "The network gives no answer: its numbers are lost." : `The answer is ${name(best)}, ${percent(probabilities[best])}.${truth}`);
}
