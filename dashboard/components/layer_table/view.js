const PARAMETERS = 3; // the column
const places = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".table");
  const place = places.get(parentElement) ?? { sent: null, selected: null };
  places.set(parentElement, place);
  if (place.sent === null || data.sequence >= place.sent) place.selected = data.selected;
  place.sent ??= data.sequence;
  const focused = root.contains(parentElement.activeElement ?? document.activeElement);

  const cell = (tag, text, name) => {
    const made = document.createElement(tag);
    made.textContent = text ?? "";
    if (name) made.className = name;
    return made;
  };
  const line = (tag, texts) => {
    const row = document.createElement("tr");
    texts.forEach((text) => row.append(cell(tag, text)));
    return row;
  };
  const share = (part) => {
    const made = cell("td");
    if (!part) return made;
    const bar = cell("span", "", "bar");
    bar.style.width = `${Math.max(1.5, part * 32)}px`;
    made.append(bar, cell("span", part >= 0.005 ? `${Math.round(part * 100)} %` : "", "share"));
    made.title = `${(part * 100).toFixed(2)} % of all parameters`;
    return made;
  };

  const table = document.createElement("table");
  table.setAttribute("aria-label", data.alt);
  table.dataset.testid = "layer-table";
  const head = table.createTHead();
  head.append(line("th", data.columns));
  head.querySelectorAll("th").forEach((th) => (th.scope = "col"));
  const body = table.createTBody();
  data.rows.forEach((row) => {
    const made = document.createElement("tr");
    made.dataset.index = row.index;
    made.dataset.testid = `row-${row.index}`;
    const named = cell("td");
    named.append(cell("span", row.label, "full"), cell("span", row.brief, "brief"));
    named.title = row.label;
    made.append(cell("td", row.index + 1), named);
    if (row.fault) {
      made.className = "wrong";
      const sentence = cell("td", row.fault, "sentence");
      sentence.colSpan = data.columns.length - 2;
      made.append(sentence);
    } else {
      if (row.waiting) made.className = "waiting";
      row.cells.forEach((text) => made.append(cell("td", text)));
      made.cells[PARAMETERS].className = "parameters";
      made.cells[PARAMETERS].style.setProperty("--share", row.share ?? 0);
      made.append(share(row.share));
    }
    body.append(made);
  });
  const foot = table.createTFoot();
  const total = line("td", data.total);
  total.dataset.testid = "totals";
  foot.append(total);

  const mark = () =>
    [...body.rows].forEach((row) => {
      const on = Number(row.dataset.index) === place.selected;
      row.setAttribute("aria-selected", on);
      row.tabIndex = on ? 0 : -1;
    });
  const select = (row) => {
    if (!row) return;
    place.selected = Number(row.dataset.index);
    mark();
    row.focus({ preventScroll: true });
    place.sent = Math.max(place.sent, data.sequence) + 1;
    setTriggerValue("act", { type: "select", index: place.selected, revision: data.revision, sequence: place.sent });
  };
  body.onclick = (event) => select(event.target.closest("tr"));
  body.onkeydown = (event) => {
    if (event.key === "Tab") return;
    event.stopPropagation();
    const row = event.target.closest("tr");
    if (event.key === "ArrowDown") select(row.nextElementSibling);
    else if (event.key === "ArrowUp") select(row.previousElementSibling);
    else if (event.key === "Enter" || event.key === " ") select(row);
    else return;
    event.preventDefault();
  };
  mark();

  const top = root.scrollTop;
  root.replaceChildren(table);
  root.scrollTop = top;
  const chosen = body.querySelector('[aria-selected="true"]');
  if (chosen) {
    const least = chosen.offsetTop + chosen.offsetHeight + foot.offsetHeight - root.clientHeight;
    const most = chosen.offsetTop - head.offsetHeight;
    root.scrollTop = Math.max(least, Math.min(most, root.scrollTop));
    if (focused) chosen.focus({ preventScroll: true });
  }
}
