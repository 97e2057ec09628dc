// The list of runs: sorts, filters and selects in the browser; the selection is kept by id while rows come and go.
import { make } from "./kit.js";

const PAGE = 100;
const COLUMNS = [
  { key: "name", title: "Run" },
  { key: "words", title: "Status" },
  { key: "dataset", title: "Data" },
  { key: "network", title: "Network" },
  { key: "best", title: "Best validation", number: true },
  { key: "test", title: "Test", number: true },
  { key: "seconds", title: "Time", number: true },
  { key: "created", title: "Created", number: true },
];
const places = new WeakMap();

/** Rows in the order of the column, those without a value last. */
export function sorted(rows, { key, down }) {
  const value = (row) => row.sort[key];
  return [...rows].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return (left === null) - (right === null);
    const order = typeof left === "string" ? left.localeCompare(right, "en", { numeric: true }) : left - right;
    return down ? -order : order;
  });
}

const matches = (row, words) => words.every((word) => `${row.name} ${row.words} ${row.dataset} ${row.network}`.toLowerCase().includes(word));

export function render({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!data) return;
  let place = places.get(parentElement);
  if (!place) {
    place = { sort: { key: "created", down: true }, filter: "", shown: PAGE, selected: new Set(data.selected), lines: new Map() };
    places.set(parentElement, place);
    build(place, parentElement);
  }
  Object.assign(place, { data, setStateValue, setTriggerValue });
  if (place.asked !== data.asked) {
    place.asked = data.asked; // the page has chosen anew, after a deletion or an upload
    place.selected = new Set(data.selected);
  }
  draw(place);
}

function build(place, parentElement) {
  parentElement.querySelector(".runs")?.remove();
  const search = make("input", { type: "search", placeholder: "Filter by name, status, data or network", "aria-label": "Filter the runs" });
  search.addEventListener("keydown", (event) => event.stopPropagation());
  search.addEventListener("input", () => {
    Object.assign(place, { filter: search.value, shown: PAGE });
    draw(place);
  });
  place.head = make("tr");
  place.body = make("tbody");
  place.count = make("span", { class: "count", "aria-live": "polite" });
  place.more = make("button", { type: "button", class: "more" }, "Show more");
  place.more.addEventListener("click", () => {
    place.shown += PAGE;
    draw(place);
  });
  place.body.addEventListener("click", (event) => choose(place, event));
  place.body.addEventListener("dblclick", (event) => open(place, event));
  const table = make("table", { "aria-label": "Runs" }, make("thead", {}, place.head), place.body);
  parentElement.append(make("div", { class: "runs" }, make("div", { class: "bar" }, search, place.count),
    make("div", { class: "scroll" }, table, place.more)));
}

function draw(place) {
  const words = place.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found = sorted(place.data.rows.filter((row) => matches(row, words)), place.sort);
  const ids = new Set(place.data.rows.map((row) => row.id));
  place.selected = new Set([...place.selected].filter((id) => ids.has(id)));
  for (const id of place.lines.keys()) if (!ids.has(id)) place.lines.delete(id);
  const order = `${place.sort.key} ${place.sort.down}`;
  if (place.order !== order) {
    place.order = order;
    place.head.replaceChildren(make("th", { class: "tick", scope: "col" }), ...COLUMNS.map((column) => heading(place, column)));
  }
  putIn(place.body, found.slice(0, place.shown).map((row) => line(place, row)));
  place.more.hidden = found.length <= place.shown;
  place.count.textContent = `${found.length} of ${place.data.rows.length} runs` + (place.selected.size ? `, ${place.selected.size} selected` : "");
}

function heading(place, { key, title, number }) {
  const active = place.sort.key === key;
  const arrow = active ? (place.sort.down ? " ↓" : " ↑") : "";
  const button = make("button", { type: "button" }, title + arrow);
  button.addEventListener("click", () => {
    place.sort = { key, down: active ? !place.sort.down : Boolean(number) };
    draw(place);
  });
  const order = active ? (place.sort.down ? "descending" : "ascending") : "none";
  return make("th", { scope: "col", "aria-sort": order, class: number ? "number" : "" }, button);
}

/** The row's element, made once and then only changed: a click or a focus outlives the next refresh. */
function line(place, row) {
  let whole = place.lines.get(row.id);
  if (!whole) {
    const tick = make("input", { type: "checkbox" });
    const cells = COLUMNS.map(({ key, number }) => make("td", { class: number ? "number" : key === "name" ? "name" : "" }));
    cells[1].append(make("span"), make("span", { class: "sentence" }));
    whole = make("tr", { "data-id": row.id }, make("td", { class: "tick" }, tick), ...cells);
    place.lines.set(row.id, whole);
  }
  fill(whole, row, place.selected.has(row.id));
  return whole;
}

function fill(whole, row, chosen) {
  whole.className = chosen ? "chosen" : "";
  const tick = whole.querySelector("input");
  tick.checked = chosen;
  const signature = JSON.stringify(row);
  if (whole.signature === signature) return;
  whole.signature = signature;
  tick.setAttribute("aria-label", `Select ${row.name}`);
  COLUMNS.forEach(({ key }, index) => {
    const cell = whole.cells[index + 1];
    cell.title = key === "words" ? row.sentence : row[key];
    if (key !== "words") {
      cell.textContent = row[key];
      return;
    }
    const [chip, sentence] = cell.children;
    const damaged = row.state === "damaged"; // nothing else is known of it: the sentence takes the other columns' place
    cell.colSpan = damaged ? COLUMNS.length - 1 : 1;
    for (let other = 3; other < whole.cells.length; other++) whole.cells[other].hidden = damaged;
    chip.className = `chip ${row.state}`;
    chip.textContent = row.words;
    sentence.textContent = damaged ? ` ${row.sentence}` : "";
  });
}

/** Put these elements into `parent`, touching nothing where they are there already. */
function putIn(parent, elements) {
  const same = parent.children.length === elements.length && elements.every((element, index) => parent.children[index] === element);
  if (!same) parent.replaceChildren(...elements);
}

function choose(place, event) {
  const id = event.target.closest("tr")?.dataset.id;
  if (!id) return;
  const only = place.selected.size === 1 && place.selected.has(id);
  if (event.target.closest(".tick") || event.ctrlKey || event.metaKey) {
    if (!place.selected.delete(id)) place.selected.add(id);
  } else {
    place.selected = new Set(only ? [] : [id]);
  }
  draw(place);
  place.setStateValue("selected", [...place.selected]);
}

function open(place, event) {
  const id = event.target.closest("tr")?.dataset.id;
  if (id) place.setTriggerValue("opened", id);
}
