const drawing = await import(new URL("app/static/network_drawing.js", document.baseURI).href);

const LEAST_HEIGHT = 200;
const SHARE_OF_SCREEN = { usual: 0.322, projected: 0.28 }; // large type in the form and the table takes the rest
const PATIENCE = 3000; // ms after which an unanswered edit no longer holds up the next
const DRAG_FROM = 5; // pixels that the pointer moves before a press becomes a drag
const stages = new WeakMap();

export default function (component) {
  const { parentElement } = component;
  let stage = stages.get(parentElement);
  if (!stage?.root.isConnected) {
    stage?.destroy();
    stage = create(parentElement);
    stages.set(parentElement, stage);
  }
  stage.update(component);
  return () => {
    if (stage.root.isConnected) return; // only this call is superseded: the next one goes on with the same stage
    stage.destroy();
    stages.delete(parentElement);
  };
}

function create(parent) {
  const root = parent.querySelector(".stage");
  const scroll = root.querySelector(".scroll");
  const menu = root.querySelector(".menu");
  const tip = root.querySelector(".tip");
  const listening = new AbortController();
  const { signal } = listening;
  const on = (target, type, act) => target.addEventListener(type, act, { signal });
  const s = { data: null, selected: -1, sent: 0, awaited: null, queue: [], drag: null, picture: null, send: null, menuAt: 0 };

  const measures = () => {
    const style = getComputedStyle(root);
    const type = parseFloat(style.getPropertyValue("--convlens-type")) || 1; // larger in projector mode
    const fonts = { strong: `600 ${13 * type}px ${style.fontFamily}`, plain: `${13 * type}px ${style.fontFamily}` };
    const share = type > 1 ? SHARE_OF_SCREEN.projected : SHARE_OF_SCREEN.usual;
    const height = Math.round(Math.max(LEAST_HEIGHT, share * window.innerHeight));
    return { width: Math.max(320, root.clientWidth - 2), height, type, fonts };
  };
  const blockAt = (index) => scroll.querySelector(`.block[data-index="${index}"]`);
  const last = () => s.data.blocks.length - 2; // index of the last layer; the input is -1

  function act(type, fields = {}) {
    s.sent += 1;
    s.send("act", { type, ...fields, revision: s.data.revision, sequence: s.sent });
  }

  // Edits name layers by their index: each waits for the picture that the one before it makes.
  function edit(make) {
    s.queue.push(make);
    if (s.awaited === null) nextEdit();
  }
  function nextEdit() {
    s.awaited = null;
    const wanted = s.queue.shift()?.();
    if (!wanted) return s.queue.length ? nextEdit() : undefined;
    act(wanted.type, wanted);
    const mine = (s.awaited = s.sent);
    setTimeout(() => s.awaited === mine && nextEdit(), PATIENCE);
  }
  function moveSelected(step) {
    edit(() => {
      const [from, to] = [s.selected, s.selected + step];
      return from >= 0 && to >= 0 && to <= last() && { type: "move", from, to };
    });
  }

  function render() {
    const focused = scroll.contains(parent.activeElement ?? document.activeElement) && !s.drag;
    const onAdd = focused && (parent.activeElement ?? document.activeElement).classList.contains("add");
    s.picture = drawing.draw(s.data.blocks, s.selected, measures(), s.data.alt);
    scroll.innerHTML = s.picture.svg;
    emphasise(s.selected);
    if (focused) (onAdd ? scroll.querySelector(".add") : blockAt(s.selected))?.focus({ preventScroll: true });
  }

  function emphasise(index) {
    scroll.querySelectorAll(".window").forEach((w) => w.classList.toggle("shown", Number(w.dataset.of) === index));
  }

  function reveal(index) {
    const place = s.picture.places[index + 1];
    if (!place) return;
    if (place.slot < scroll.scrollLeft) scroll.scrollLeft = place.slot - 30;
    const right = place.slot + place.slotWidth;
    if (right > scroll.scrollLeft + scroll.clientWidth) scroll.scrollLeft = right - scroll.clientWidth + 30;
  }

  function select(index, focus) {
    const wanted = Math.max(-1, Math.min(last(), index));
    if (wanted !== s.selected) {
      s.selected = wanted;
      act("select", { index: wanted });
      render();
    }
    reveal(wanted);
    if (focus) blockAt(wanted)?.focus({ preventScroll: true });
  }

  // ---- the menu of kinds ----
  function openMenu(at, x) {
    s.menuAt = at;
    menu.innerHTML = s.data.menu
      .map((m) => `<button type="button" role="menuitem" class="tone-${m.tone}" data-kind="${m.kind}" title="${drawing.escape(m.hint)}"><i></i>${drawing.escape(m.title)}</button>`)
      .join("");
    menu.hidden = false;
    menu.style.left = `${Math.max(4, Math.min(x - 186, root.clientWidth - 378))}px`;
    menu.style.top = "28px";
    hideTip();
    menu.querySelector("button").focus();
  }
  function closeMenu(refocus) {
    if (menu.hidden) return;
    menu.hidden = true;
    if (refocus) blockAt(s.selected)?.focus({ preventScroll: true });
  }
  on(menu, "click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    closeMenu(true);
    const at = s.menuAt;
    edit(() => ({ type: "insert", at, kind: button.dataset.kind }));
  });
  on(menu, "keydown", (event) => {
    event.stopPropagation();
    const buttons = [...menu.querySelectorAll("button")];
    const now = buttons.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 2, ArrowUp: -2 }[event.key];
    if (event.key === "Escape") closeMenu(true);
    else if (step) buttons[Math.max(0, Math.min(buttons.length - 1, now + step))].focus();
    else return;
    event.preventDefault();
  });
  on(menu, "focusout", (event) => {
    if (!menu.contains(event.relatedTarget)) menu.hidden = true;
  });

  // ---- what is under the pointer ----
  function showTip(index) {
    const place = s.picture.places[index + 1];
    const { block } = place;
    if (s.drag || !menu.hidden || (index === s.selected && !block.fault)) return;
    const lines = block.tip.map(drawing.escape).join("\n");
    const wrong = block.fault ? `\n<span class="wrong">${drawing.escape(block.fault)}</span>` : "";
    tip.innerHTML = `<b>${drawing.escape(block.label)}</b>${lines}${wrong}`;
    tip.hidden = false;
    const x = place.middle - scroll.scrollLeft - tip.offsetWidth / 2;
    tip.style.left = `${Math.max(4, Math.min(x, root.clientWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = `${scroll.offsetHeight - 4}px`;
  }
  function hideTip() {
    tip.hidden = true;
  }
  on(scroll, "pointerover", (event) => {
    const block = event.target.closest(".block");
    if (!block) return hideTip();
    emphasise(Number(block.dataset.index));
    showTip(Number(block.dataset.index));
  });
  on(scroll, "pointerleave", () => {
    hideTip();
    emphasise(s.selected);
  });
  on(scroll, "scroll", hideTip);

  // ---- press, drag, drop ----
  on(scroll, "pointerdown", (event) => {
    const block = event.target.closest(".block");
    if (!block || event.button !== 0) return;
    s.drag = { index: Number(block.dataset.index), from: event.clientX, moving: false, to: null, id: event.pointerId };
  });
  const dropAt = (clientX) => {
    const x = clientX - scroll.getBoundingClientRect().left + scroll.scrollLeft;
    const gaps = s.picture.gapAt;
    return gaps.reduce((best, gap, i) => (Math.abs(gap - x) < Math.abs(gaps[best] - x) ? i : best), 0);
  };
  on(scroll, "pointermove", (event) => {
    const drag = s.drag;
    if (!drag || drag.index < 0) return;
    const shift = event.clientX - drag.from;
    if (!drag.moving && Math.abs(shift) < DRAG_FROM) return;
    if (!drag.moving) {
      drag.moving = true;
      scroll.setPointerCapture(drag.id);
      hideTip();
      blockAt(drag.index).classList.add("dragging");
    }
    blockAt(drag.index).setAttribute("transform", `translate(${shift} 0)`);
    const gap = dropAt(event.clientX);
    drag.to = gap > drag.index ? gap - 1 : gap;
    const mark = scroll.querySelector(".drop");
    mark.setAttribute("transform", `translate(${s.picture.gapAt[gap]} 0)`);
    mark.style.visibility = drag.to === drag.index ? "hidden" : "visible";
  });
  function release(event, dropped) {
    const drag = s.drag;
    s.drag = null;
    if (!drag) return;
    if (drag.moving) {
      const moved = dropped && drag.to !== null && drag.to !== drag.index;
      render();
      if (moved) edit(() => ({ type: "move", from: drag.index, to: drag.to }));
    } else if (dropped) select(drag.index, true);
  }
  on(scroll, "pointerup", (event) => release(event, true));
  on(scroll, "pointercancel", (event) => release(event, false));
  on(scroll, "click", (event) => {
    const adder = event.target.closest(".plus, .add");
    if (adder) openMenu(Number(adder.dataset.at), event.clientX - root.getBoundingClientRect().left);
  });

  // ---- keys; none may reach Streamlit, which has its own meaning for r and c ----
  on(scroll, "keydown", (event) => {
    if (event.key === "Tab") return;
    event.stopPropagation();
    const { key } = event;
    const onAdd = event.target.closest(".add");
    const control = event.ctrlKey || event.metaKey;
    const at = s.selected;
    if (control && key.toLowerCase() === "z") edit(() => ({ type: event.shiftKey ? "redo" : "undo" }));
    else if (control && key.toLowerCase() === "y") edit(() => ({ type: "redo" }));
    else if (control && key.toLowerCase() === "d") edit(() => s.selected >= 0 && { type: "duplicate", index: s.selected });
    else if (control) return;
    else if (onAdd && (key === "Enter" || key === " ")) openMenu(last() + 1, root.clientWidth - 60);
    else if (event.altKey && key === "ArrowLeft") moveSelected(-1);
    else if (event.altKey && key === "ArrowRight") moveSelected(1);
    else if (event.altKey) return;
    else if (key === "ArrowLeft" || key === "ArrowUp") select(at - 1, true);
    else if (key === "ArrowRight" || key === "ArrowDown") select(at + 1, true);
    else if (key === "Home") select(-1, true);
    else if (key === "End") select(last(), true);
    else if ((key === "Enter" || key === " ") && !onAdd) select(Number(event.target.closest(".block")?.dataset.index ?? at), true);
    else if (key === "Delete" || key === "Backspace") edit(() => s.selected >= 0 && { type: "remove", index: s.selected });
    else if (key === "+" || key === "Insert") openMenu(at + 1, s.picture.gapAt[at + 1] - scroll.scrollLeft);
    else if (key === "Escape" && s.drag) release(event, false);
    else return;
    event.preventDefault();
  });
  on(scroll, "focusin", (event) => {
    const block = event.target.closest(".block");
    if (block?.matches(":focus-visible")) showTip(Number(block.dataset.index));
  });
  on(scroll, "focusout", hideTip);

  const watcher = new ResizeObserver(() => s.data && !s.drag && render());
  watcher.observe(root);

  return {
    root,
    update({ data, setTriggerValue }) {
      s.send = setTriggerValue;
      const first = s.data === null;
      s.data = data;
      // An answer to an older click must not take back a newer selection.
      if (first || data.sequence >= s.sent) s.selected = data.selected;
      if (first) s.sent = data.sequence;
      s.selected = Math.max(-1, Math.min(last(), s.selected));
      hideTip();
      render();
      reveal(s.selected);
      if (s.awaited !== null && data.sequence >= s.awaited) nextEdit();
    },
    destroy() {
      watcher.disconnect();
      listening.abort();
    },
  };
}
