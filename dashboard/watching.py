"""The live half of Train: one run as it goes, and what can be done with it."""

from __future__ import annotations

import html
from typing import Any

import streamlit as st

from core.errors import ConvLensError
from core.network.shapes import trace
from core.runs import folder, queue
from dashboard import listing, navigation, parts, state
from dashboard.components.answers import answers
from dashboard.components.curves import curves, window_of
from dashboard.forms.settings import replace
from dashboard.forms.training import RATES, number
from dashboard.live.answers import answers_block
from dashboard.live.checked import sendable
from dashboard.live.curves import MOST_OTHERS, Overlay, curves_block
from dashboard.live.look import Look
from dashboard.live.reader import reader

REFRESH = 0.6  # seconds; an event is on the screen well within one
RESTING = 2.0  # where only another page or process can change something
CURVES = "train_curves"
COLOURS = "train_colours"
FAULT = "train_control_fault"
RATE = "train_live_rate"
# A browser that has missed the slider's value (two clicks led here) answers with the first choice: it changes nothing.
LIVE_RATES = (None, *RATES)
PARAMETER = "run"
PROMPTS = (
    "Pause, then take one step at a time.",
    "Move the learning rate up tenfold while it learns.",
    "Compare it with the same run from another seed.",
)
PROMPTS_AFTERWARDS = (
    "Change and train again with another seed: how far apart do they end?",
    "Evaluate it: which two classes does it mix up?",
)


def runs_in_link() -> tuple[str, ...]:
    """The watched runs that the address names, the main one first."""
    return tuple(part for part in st.query_params.get(PARAMETER, "").split(",") if part)


def keep_in_link(runs: tuple[str, ...]) -> None:
    """Put the watched runs into the address; a reload comes back to them."""
    wanted = ",".join(runs)
    if wanted and st.query_params.get(PARAMETER) != wanted:
        st.query_params[PARAMETER] = wanted
    elif not wanted and PARAMETER in st.query_params:
        del st.query_params[PARAMETER]


def leave() -> None:
    """Back to setting up: the next click on Train starts another run."""
    state.watch()
    state.renew_token()
    if PARAMETER in st.query_params:
        del st.query_params[PARAMETER]


def change_and_train_again(look: Look) -> None:
    """Set up another training like this one."""
    state.set_network(look.spec.network)
    replace(look.spec.train)
    leave()


def command(run_id: str, name: str, **fields: Any) -> None:
    """Tell the run; what cannot be done is told on the page."""
    try:
        queue.control(folder.open_run(run_id), name, **fields)
        st.session_state.pop(FAULT, None)
    except ConvLensError as error:
        st.session_state[FAULT] = str(error)


def watch(run_id: str, going: bool) -> None:
    """Show the run, refreshed about twice a second while it goes."""
    st.fragment(_watch, run_every=REFRESH if going else RESTING)(run_id, going)


def _watch(run_id: str, going: bool) -> None:
    if state.watched()[:1] != (run_id,):
        st.rerun()  # a button here led away from this run
    try:
        look = reader().look(run_id)
    except ConvLensError as error:
        with parts.page_header("Train", "Watch a run, and steer it."):
            st.button("Set up a training", key="train_gone", type="primary", on_click=leave)
        parts.show_error(error)
        return
    if look.going != going:
        st.rerun()
    header(look)
    progress(look)
    try:
        block = curves_block(reader(), look, overlays(), window_of(CURVES), state.projector())
        answered = answers_block(reader(), look)
    except ConvLensError as error:
        parts.show_error(error)
        return
    left, right = st.columns([1, 0.335], gap="small")
    with left:
        curves(block, key=CURVES)
    with right:
        answers(answered, key="train_answers")
    parts.try_this(*(PROMPTS if look.going else PROMPTS_AFTERWARDS))


def header(look: Look) -> None:
    """What runs, and the buttons that steer it."""
    with parts.page_header("Train", parts.plain(parts.chips(facts(look)))):
        controls(look)
        compare(look)
    with st.container(key="train_fault"):  # always there, so that the curves below keep their place
        fault = st.session_state.get(FAULT)
        if fault:
            parts.show_error(fault)


def facts(look: Look) -> tuple[str, ...]:
    """Name, network and data, size, seed, and where it trains; empty words for what is not known."""
    spec, start = look.spec, look.start or {}
    what = f"{spec.network.name} on {spec.train.dataset}"
    named = "" if look.name == what else look.name
    place = ", ".join(word for word in (start.get("device", "").upper(), start.get("precision", "")) if word)
    return (named, what, f"{trace(spec.network).parameters:,} parameters", f"seed {spec.train.seed}", place)


def controls(look: Look) -> None:
    """Pause, resume, one step, one epoch, stop; afterwards what can follow."""
    run, status = look.id, look.status
    if status.state in ("finished", "diverged", "damaged") or (status.ended and not status.resumable):
        _afterwards(look)
        return
    paused = status.state == "paused" or status.ended
    word, icon = ("Resume", "play_arrow") if paused else ("Pause", "pause")
    st.button(
        word,
        key="train_toggle",
        icon=f":material/{icon}:",
        type="primary" if paused else "secondary",
        on_click=command,
        args=(run, "resume" if paused else "pause"),
    )
    st.button("One step", key="train_step", icon=":material/skip_next:", on_click=command, args=(run, "step"))
    st.button("One epoch", key="train_epoch", icon=":material/fast_forward:", on_click=command, args=(run, "epoch"))
    if status.ended:
        _afterwards(look)
    else:
        st.button("Stop", key="train_stop", icon=":material/stop:", on_click=command, args=(run, "stop"))


def _afterwards(look: Look) -> None:
    st.button(
        "Change and train again",
        key="train_again",
        icon=":material/tune:",
        on_click=change_and_train_again,
        args=(look,),
        help="Set up a new run that starts from these settings.",
    )
    if look.epochs and st.button("Evaluate", key="train_evaluate", type="primary", icon=":material/grid_on:"):
        state.choose_run(look.id)
        navigation.go("evaluate")


def compare(look: Look) -> None:
    """Other runs on the same curves."""
    box = st.popover("Compare", icon=":material/stacked_line_chart:", key="train_compare", on_change="rerun")
    if not box.open:
        return
    with box:
        try:
            others = {line.id: line.name for line in listing.runs()[:200] if line.id != look.id}
        except ConvLensError as error:
            parts.show_error(error)
            return
        chosen = [run for run in state.watched()[1:] if run in others]
        st.session_state["train_others"] = chosen
        st.multiselect(
            "Compare with",
            list(others),
            key="train_others",
            format_func=lambda run: f"{others[run]} ({run[9:11]}:{run[11:13]})",
            max_selections=MOST_OTHERS,
            on_change=_take_others,
            args=(look.id,),
            placeholder="other runs" if others else "there is no other run yet",
        )
        if st.button("Set up another training", key="train_new", icon=":material/add:", on_click=leave):
            st.rerun()


def _take_others(main: str) -> None:
    state.watch(main, *st.session_state["train_others"])
    keep_in_link(state.watched())  # the address counts at the next full rerun


def overlays() -> list[Overlay]:
    """The runs beside the main one; each keeps its colour for as long as the session lasts."""
    given: dict[str, int] = st.session_state.setdefault(COLOURS, {})
    found = []
    for run in state.watched()[1:]:
        try:
            look = reader().look(run)
        except ConvLensError:
            continue  # deleted meanwhile
        given.setdefault(run, len(given))
        found.append(Overlay(look, given[run]))
    return found


def progress(look: Look) -> None:
    """How far it is, how fast, and the learning rate that can be changed; afterwards how it ended."""
    with parts.card("train_progress"):
        if not look.going:
            st.session_state.pop(f"{RATE}_sent", None)  # whoever resumes it moves the slider anew
            st.html(bar(look))
            return
        left, right = st.columns([1, 0.3], gap="medium", vertical_alignment="center")
        left.html(bar(look))
        with right:
            live_rate(look)


def live_rate(look: Look) -> None:
    """A logarithmic slider that follows the run until it is moved; what it sent is acknowledged beside it."""
    place = look.place
    base = base_rate(look)
    stamp = (look.id, len(look.changes), base)
    if st.session_state.get(f"{RATE}_seen") != stamp:  # the run's own word counts, whoever changed it
        st.session_state[f"{RATE}_seen"] = stamp
        st.session_state[RATE] = nearest(base)
        st.session_state.pop(f"{RATE}_sent", None)
    now = "" if place.learning_rate is None else f" {number(float(f'{place.learning_rate:.3g}'))}"
    sent = f"{RATE}_sent" in st.session_state
    label = "Learning rate: sent …" if sent else f"Learning rate, live: **{now.strip() or '–'}**"
    st.session_state.setdefault(RATE, nearest(base))
    st.select_slider(label, LIVE_RATES, key=RATE, format_func=_rate_words, on_change=_take_rate, args=(look.id,))


def _rate_words(rate: float | None) -> str:
    return "as it is" if rate is None else number(rate)


def base_rate(look: Look) -> float:
    """The learning rate that was last set, before any schedule."""
    changed = (event["learning_rate"] for event in reversed(look.changes) if event.get("learning_rate"))
    return float(next(changed, look.spec.train.learning_rate))


def nearest(rate: float) -> float:
    """The slider's value that is nearest on a logarithmic scale."""
    return min(RATES, key=lambda known: max(known / rate, rate / known))


def _take_rate(run_id: str) -> None:
    rate = st.session_state[RATE]
    if rate is None:
        st.session_state.pop(f"{RATE}_seen", None)  # back to the rate that the run has
        return
    command(run_id, "learning-rate", learning_rate=rate)
    if FAULT in st.session_state:
        st.session_state.pop(f"{RATE}_seen", None)  # back to the rate that the run has
    else:
        st.session_state[f"{RATE}_sent"] = True


def bar(look: Look) -> str:
    """Epoch, step, speed, time left over a bar; or the sentence on how it ended."""
    place, status = look.place, look.status
    words = parts.state_words(status.state, status.place)
    chip = f'<span class="convlens-chip {status.state}">{html.escape(words)}</span>'
    where = f"<b>epoch {place.current_epoch} of {place.epochs}</b>"
    steps = f"step {place.step:,}" + (f" of {place.steps:,}" if place.steps else "")
    speed = [] if place.images_per_second is None else [f"{place.images_per_second:,.0f} {unit(look)}/s"]
    if status.state == "running" and place.seconds_left is not None:
        speed.append(f"{parts.span(max(1.0, round(place.seconds_left)))} left".replace(".0 s", " s"))
    said = html.escape(look.message if status.state in ("running", "queued") else ending(look))
    sentence = f'<p class="train-said" role="status">{said}</p>'
    percent = 100 * place.share
    inside = place.epoch % 1 if percent < 100 else 1
    return (
        f'<div class="train-progress"><div class="train-line">{chip}<span>{where} <i>{steps}</i></span>'
        f'<span class="train-speed">{html.escape(" · ".join(speed))}</span></div>'
        f'<div class="train-track" role="progressbar" aria-label="Training" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent:.0f}">'
        f'<div class="train-fill {status.state}" style="width: {percent:.2f}%"></div></div>'
        f'<div class="train-epoch"><div style="width: {100 * inside if look.going else 0:.1f}%"></div></div>'
        f"{sentence}</div>"
    )


def unit(look: Look) -> str:
    return "images" if len(look.spec.network.input_shape) == 3 else "points"


def ending(look: Look) -> str:
    """The sentence of the state; of a finished run how good it is."""
    sentence = sendable(look.status.sentence)
    sentence = sentence[:1].upper() + sentence[1:]
    end = look.end or {}
    told = []
    if end.get("test_accuracy") is not None:
        told.append(f"test accuracy {parts.percent(end['test_accuracy'])}")
    if end.get("test_loss") is not None:
        told.append(f"test loss {end['test_loss']:.4f}")
    best = look.best
    if best:
        told.append(f"best validation accuracy {parts.percent(best['validation_accuracy'])} at epoch {best['epoch']:g}")
    if end.get("train_seconds") is not None:
        told.append(f"trained {parts.span(end['train_seconds'])}")
    good = ", ".join(told)
    if look.status.state == "finished":
        return f"{good[:1].upper()}{good[1:]}." if good else "Finished."
    advice = end.get("advice", "")
    return " ".join(
        part for part in (sentence.rstrip(".") + ".", advice, f"{good[:1].upper()}{good[1:]}." if good else "") if part
    )
