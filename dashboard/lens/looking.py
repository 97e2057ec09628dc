"""Networks and data as all sessions share them: read once, kept while they are looked at, and not for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn
from zlib import crc32

import streamlit as st

from core.data import sources
from core.data.catalogue import describe
from core.data.raw import RawData, reading
from core.errors import DataError
from core.runs import folder
from core.training import history
from dashboard import navigation, state
from dashboard.lens import known
from dashboard.live.preview import stamp as data_stamp

if TYPE_CHECKING:
    from core.data.normalise import Normaliser
    from core.lens.capture import Lens
    from core.lens.inputs import Eye
    from core.runs.folder import Run

KEPT_SECONDS = 1800


def stamp_of(run_id: str, epoch: int | None) -> history.Stamp:
    """Changes when the weights of that epoch do. Raises RunError where there is no such run."""
    if known.is_known(run_id):
        return ((crc32(run_id.encode()), 0),)
    return history.stamp(folder.open_run(run_id), epoch)


@st.cache_resource(max_entries=16, ttl=KEPT_SECONDS, show_spinner=False)
def lens_of(run_id: str, epoch: int | None, stamp: history.Stamp) -> Lens:
    """The network of a run after an epoch (None: its best weights so far), shared: nobody may change it.

    run_id: also that of a known network, `known.id_of`.
    stamp: what `stamp_of` says. Raises ConvLensError where the weights are not recorded, or damaged.
    """
    from core.lens.capture import Lens  # brings torch

    if known.is_known(run_id):
        return known.lens_of(run_id)
    run = folder.open_run(run_id)
    return Lens(history.network_at(run, epoch), classes_of(run))


@st.cache_resource(max_entries=32, ttl=KEPT_SECONDS, show_spinner=False)
def eye(run_id: str) -> Eye:
    """How the network of a run is shown pictures.

    Raises DataError where its weights do not tell what its training measured of its data, which is not here (any more);
    ConvLensError for points.
    """
    from core.lens.inputs import Eye

    if known.is_known(run_id):
        return known.eye_of(run_id)
    run = folder.open_run(run_id)
    return Eye(normaliser_of(run), run.spec.network.input_shape, classes_of(run))


def normaliser_of(run: Run) -> Normaliser:
    """As the weights tell it; where they do not, only the standardised one needs to see the data. Raises DataError."""
    from core.training import seeing  # brings torch

    return seeing.normaliser_of(run, raw)


def classes_of(run: Run) -> tuple[str, ...]:
    """Names of what the run's network tells apart, as its training told them; else the catalogue's."""
    told = [event["classes"] for event in run.events()[0] if isinstance(event.get("classes"), list)]
    if told:
        return tuple(map(str, told[-1]))
    try:
        return tuple(describe(run.spec.train.dataset).classes)
    except DataError:
        return ()


def raw(dataset: str) -> RawData:
    """A data set as it was read, one for all sessions. Raises DataError where it is not there or damaged."""
    with reading(dataset):
        found = _raw_or_fault(dataset, data_stamp(dataset))
    if isinstance(found, str):
        raise DataError(found)
    return found


@st.cache_resource(max_entries=2, ttl=KEPT_SECONDS, show_spinner="Reading the data")
def _raw_or_fault(dataset: str, stamp: tuple[str, int, int, int]) -> RawData | str:
    """The sentence where it cannot be read: the cache keeps values, but no exceptions."""
    try:
        return sources.load(dataset)
    except DataError as error:
        return str(error)


def open_image(run_id: str, part: str, index: int) -> NoReturn:
    """Leave for Feature maps, to look at one image of the run's data set. part: `train` or `test`."""
    state.choose_run(run_id)
    navigation.go("maps", run=run_id, maps_part=part, maps_image=str(index))


def trained_on(run_id: str, label: int) -> bool:
    """Whether the run's training had images of this class."""
    counts = folder.open_run(run_id).spec.train.class_counts
    return counts is None or label >= len(counts) or counts[label] != 0
