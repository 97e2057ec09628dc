"""The left half of the imbalance lab: data, scenes, bars, treatments, budget, start."""

from __future__ import annotations

import html

import streamlit as st

from core.data import catalogue
from core.errors import ConvLensError, DataError
from core.network.presets import PRESETS
from core.studies import scenes
from core.studies.parts import parts_of
from core.studies.treatments import TREATMENTS
from dashboard import parts, state
from dashboard.components.bars import bars
from dashboard.judge import lab_state as lab

MOST_NOTES = 2


def controls() -> None:
    """All of it; a change here reruns nothing else."""
    for key, value in lab.DEFAULTS.items():
        st.session_state.setdefault(key, value)
    with st.container(key="imbalance_source", horizontal=True, vertical_alignment="bottom", gap="small"):
        _data_set()
        _budget()
    _scenes()
    try:
        _bars()
    except ConvLensError as error:
        parts.show_error(error)
        return
    st.pills(
        "Treatments",
        [name for name in TREATMENTS if name != "none"],
        selection_mode="multi",
        format_func=lambda name: TREATMENTS[name].title,
        key=lab.TREATED,
        label_visibility="collapsed",
        persist_state="session",
    )
    _start()


def _data_set() -> None:
    names = catalogue.names()
    if st.session_state[lab.DATASET] not in names:
        names = [st.session_state[lab.DATASET], *names]
    st.selectbox(
        "Data set",
        names,
        format_func=_title,
        key=lab.DATASET,
        label_visibility="collapsed",
        persist_state="session",
    )


def _title(name: str) -> str:
    return catalogue.DATASETS[name].title if name in catalogue.DATASETS else name


def _budget() -> None:
    with st.popover("Settings", icon=":material/tune:", width="content"):
        names = [lab.FITTING, lab.BUILT, *PRESETS]
        titles = {lab.FITTING: "Small and quick, to fit the data", lab.BUILT: f"From Build: {state.network().name}"}
        st.selectbox(
            "Network",
            names,
            format_func=lambda name: titles.get(name) or PRESETS[name].title,
            key=lab.NETWORK,
            help="Fitted to the images and classes of the data; all treatments train the same one.",
            persist_state="session",
        )
        first, second = st.columns(2)
        with first:
            st.number_input("Steps each", 1, 20_000, step=50, key=lab.STEPS, persist_state="session")
            st.number_input("Seeds", 1, 30, step=1, key=lab.SEEDS, persist_state="session")
        with second:
            st.number_input("Samples a step", 1, 1024, step=16, key=lab.BATCH, persist_state="session")
            st.number_input(
                "Learning rate",
                1e-5,
                10.0,
                step=1e-3,
                format="%g",
                key=lab.RATE,
                help="Adam, one cycle: the highest rate.",
                persist_state="session",
            )
        st.slider("Focal loss: gamma", 0.0, 5.0, step=0.5, key=lab.GAMMA, persist_state="session")
        st.segmented_control(
            "Test samples have the proportions of",
            ["chosen", "natural"],
            format_func=lambda name: {"chosen": "the bars", "natural": "the data set"}[name],
            required=True,
            key=lab.TEST,
            persist_state="session",
        )


def _scenes() -> None:
    with st.container(key="imbalance_scenes", horizontal=True, gap="small"):
        for name, scene in scenes.SCENES.items():
            st.button(scene.title, key=f"imbalance_scene_{name}", help=scene.story, on_click=_take_scene, args=(name,))


def _take_scene(name: str) -> None:
    try:
        lab.take_scene(name)
        st.session_state.pop(lab.FAULT, None)
    except DataError as error:
        st.session_state[lab.FAULT] = str(error)


def _bars() -> None:
    counts, rare = lab.held()
    names, available = lab.classes(), lab.totals()
    kept = [label for label, count in enumerate(counts) if count]
    marked = rare if rare in kept else min(reversed(kept), key=lambda label: counts[label]) if kept else None
    bars(lab.BARS, names, counts, available, marked, lab.take_bars)
    st.html(f'<div class="convlens-source imbalance-facts">{" ".join(_facts(counts, available, names, marked))}</div>')


def _facts(counts: tuple[int, ...], available: tuple[int, ...], names: tuple[str, ...], rare: int | None) -> list[str]:
    """How the samples are dealt out, and what always the commonest class would score."""
    if rare is None or sum(1 for count in counts if count) < 2:
        return ["Raise the bars of two classes or more."]
    dealt = parts_of(counts, available, "natural" if lab.value(lab.TEST) == "natural" else "chosen", names)
    common = max(range(len(counts)), key=lambda label: dealt.train[label])
    always = dealt.test[common] / max(1, sum(dealt.test))
    texts = [
        f"<b>{html.escape(names[rare])}</b>: {dealt.train[rare]:,} of {sum(dealt.train):,} train, "
        f"{dealt.validation[rare]:,} of {sum(dealt.validation):,} validate, "
        f"{dealt.test[rare]:,} of {sum(dealt.test):,} test.",
        f"Always {html.escape(names[common])}: {100 * always:.1f} % right.",
    ]
    note = st.session_state.get(lab.NOTE)
    return [*texts, *map(html.escape, [note] if note else dealt.notes[:MOST_NOTES])]


def _start() -> None:
    names = lab.treatments()
    trainings = sum(name != "threshold" for name in names) * int(str(lab.value(lab.SEEDS)))
    with st.container(key="imbalance_start_row", horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Train and compare", key="imbalance_start", type="primary", icon=":material/play_arrow:"):
            lab.start()
            if lab.FAULT not in st.session_state:
                st.rerun()
        st.caption(f"{trainings} trainings of {lab.value(lab.STEPS)} steps")
    fault = st.session_state.get(lab.FAULT)
    if fault:
        parts.show_error(fault)
