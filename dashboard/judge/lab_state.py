"""What the imbalance lab remembers: every key and bound of its controls, and the study that they describe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.data import catalogue
from core.errors import ConvLensError, DataError
from core.network.presets import PRESETS
from core.studies import folder, scenes
from core.studies.spec import StudySpec, check
from core.studies.treatments import TREATMENTS, TreatmentName
from dashboard import state
from dashboard.components.bars import counts_in, sent
from dashboard.live.preview import preview

if TYPE_CHECKING:
    from core.data.catalogue import DataSetEntry
    from core.network.spec import NetworkSpec

PREFIX = "imbalance"
DATASET, TREATED, NETWORK = "imbalance_dataset", "imbalance_treated", "imbalance_network"
STEPS, BATCH, RATE, SEEDS = "imbalance_steps", "imbalance_batch", "imbalance_rate", "imbalance_seeds"
GAMMA, TEST, BARS = "imbalance_gamma", "imbalance_test", "imbalance_bars"
HELD = "imbalance_held"  # data set, counts and rare class that the bars show
NOTE = "imbalance_note"  # how the last scene differs from what was wanted
FAULT = "imbalance_fault"
STUDY = "study"  # the parameter of the address that names the study
TAKEN = "imbalance_taken"  # the study whose settings the controls took over

DEFAULTS: dict[str, object] = {
    DATASET: "digits",
    TREATED: ["fewest", "repeat", "weights"],
    NETWORK: "fitting",
    STEPS: 150,
    BATCH: 64,
    RATE: 3e-3,
    SEEDS: 5,
    GAMMA: 2.0,
    TEST: "chosen",
}
FITTING, BUILT = "fitting", "built"
FIRST_SCENE = "lecture"
SMALL = 16  # pixels a side, up to which the small network for digits is enough


def value(key: str) -> object:
    """What the control says, or would say if it were there."""
    return st.session_state.get(key, DEFAULTS[key])


def dataset() -> str:
    return str(value(DATASET))


def held() -> tuple[tuple[int, ...], int | None]:
    """Counts and rare class of the bars, for the data set that is chosen. Raises DataError where it is not there."""
    name, available = dataset(), totals()
    kept = st.session_state.get(HELD)
    if not kept or kept[0] != name or len(kept[1]) != len(available):
        take_scene(FIRST_SCENE)
        kept = st.session_state[HELD]
    return kept[1], kept[2]


def hold(counts: tuple[int, ...], rare: int | None) -> None:
    st.session_state[HELD] = (dataset(), counts, rare)


def totals() -> tuple[int, ...]:
    """Samples of each class in all of the data set. Raises DataError."""
    return preview(dataset()).totals


def classes() -> tuple[str, ...]:
    return preview(dataset()).classes


def take_scene(name: str) -> None:
    """Set the bars; a scene that needs a data set goes there where it is. Raises DataError."""
    wanted = scenes.SCENES[name].only
    if wanted and catalogue.available(wanted).ready:
        st.session_state[DATASET] = wanted
    made = scenes.setting(name, dataset(), totals(), _title())
    hold(made.counts, made.rare)
    st.session_state[NOTE] = made.note


def _title() -> str:
    return entry().title


def entry() -> DataSetEntry:
    return catalogue.describe(dataset())


def take_bars() -> None:
    """What the hand did."""
    message = sent(BARS)
    try:
        counts = counts_in(message, totals())
    except DataError:
        return
    rare = message.get("rare")
    if counts is None:
        return
    known = isinstance(rare, int) and not isinstance(rare, bool) and 0 <= rare < len(counts)
    hold(counts, rare if known else None)
    st.session_state[NOTE] = ""
    st.session_state.pop(FAULT, None)


def network() -> NetworkSpec:
    """The network that is chosen, as it was built."""
    name = str(value(NETWORK))
    if name == BUILT:
        return state.network()
    if name in PRESETS:
        return PRESETS[name].network
    shape = entry().input_shape
    if len(shape) == 1:
        return PRESETS["two-layer-sigmoid"].network
    return PRESETS["digits-small" if shape[-1] <= SMALL else "speedrun"].network


def treatments() -> tuple[TreatmentName, ...]:
    wanted = value(TREATED)
    names = wanted if isinstance(wanted, list) else []
    return tuple(name for name in TREATMENTS if name == "none" or name in names)


def described(chosen: tuple[TreatmentName, ...] | None = None, least_seeds: int = 1) -> StudySpec:
    """The study that the controls describe. Raises DataError where it cannot be made."""
    counts, rare = held()
    spec = StudySpec(
        dataset=dataset(),
        counts=counts,
        rare=rare if rare is not None and counts[rare] else None,
        treatments=chosen or treatments(),
        gamma=float(str(value(GAMMA))),
        test="natural" if value(TEST) == "natural" else "chosen",
        network=network(),
        steps=int(str(value(STEPS))),
        batch_size=int(str(value(BATCH))),
        learning_rate=float(str(value(RATE))),
        seeds=max(least_seeds, int(str(value(SEEDS)))),
    )
    check(spec, totals(), classes())
    return spec


def start(chosen: tuple[TreatmentName, ...] | None = None, least_seeds: int = 1) -> None:
    """A click: queue the study that the controls describe, and show it."""
    st.session_state.pop(FAULT, None)
    try:
        spec = described(chosen, least_seeds)
        folder.start(spec)
    except ConvLensError as error:
        st.session_state[FAULT] = str(error)
        return
    st.query_params[STUDY] = spec.id
    st.session_state[TAKEN] = spec.id


def shown() -> str | None:
    """Id of the study whose results are shown: that of the link, else the one of this session."""
    linked = st.query_params.get(STUDY) or st.session_state.get(TAKEN)
    return linked if isinstance(linked, str) else None


def take_link() -> str:
    """Once for each study in the link: its settings become the controls'. Returns a sentence where it is unknown."""
    id = st.query_params.get(STUDY)
    if not id or st.session_state.get(TAKEN) == id:
        if not id and st.session_state.get(TAKEN):
            st.query_params[STUDY] = st.session_state[TAKEN]
        return ""
    try:
        task = folder.task_of(id)
        spec = folder.spec_of(task.parameters)
    except ConvLensError:
        del st.query_params[STUDY]
        return f"There is no study {id[:40]} here."
    st.session_state[TAKEN] = id
    _take(spec)
    return ""


def _take(spec: StudySpec) -> None:
    networks = {preset.network: name for name, preset in PRESETS.items()}
    st.session_state.update(
        {
            DATASET: spec.dataset,
            TREATED: [name for name in spec.chosen if name != "none"],
            STEPS: spec.steps,
            BATCH: spec.batch_size,
            RATE: spec.learning_rate,
            SEEDS: spec.seeds,
            GAMMA: spec.gamma,
            TEST: spec.test,
            HELD: (spec.dataset, spec.counts, spec.rare),
            NOTE: "",
        }
    )
    st.session_state[NETWORK] = FITTING
    try:
        if network() != spec.network:
            st.session_state[NETWORK] = networks.get(spec.network, BUILT)
    except ConvLensError:  # the data set is not here any more: its own sentence says so
        st.session_state[NETWORK] = networks.get(spec.network, BUILT)
    if st.session_state[NETWORK] == BUILT:
        state.set_network(spec.network)


def try_claim(needs: tuple[TreatmentName, ...], seeds: int) -> None:
    """Start what a claim needs on the bars as they are; equal bars become those of a scene. Raises nothing."""
    try:
        counts, _ = held()
        if len({count for count in counts if count}) < 2:
            take_scene(FIRST_SCENE)
    except ConvLensError as error:
        st.session_state[FAULT] = str(error)
        return
    start(needs, seeds)
