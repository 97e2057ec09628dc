"""Samples of a result as a gallery: pictures or points, each with its true label, answer and probability."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.errors import DataError
from core.evaluation.mistakes import confidence
from dashboard import parts
from dashboard.components.gallery import Card, Ground, Pictures, gallery
from dashboard.judge.views import PREFIX
from dashboard.lens import looking
from dashboard.live.thumbnails import small

if TYPE_CHECKING:
    from core.data.raw import RawData
    from core.evaluation.mistakes import Places
    from core.evaluation.result import Result

Describe = Callable[[int], Card]  # of a place in the result's arrays


def show_samples(result: Result, places: Places, key: str, *, height: str, describe: Describe | None = None) -> None:
    """The samples at these places, in this order; a click opens one on Feature maps.

    describe: the card of a place, where it is not the usual one.
    """
    try:
        raw = looking.raw(result.dataset)
        _check(result, raw)
    except DataError as error:
        parts.show_error(error)
        return
    st.fragment(_show)(result, places, raw, key, height, describe or describer(result, raw), _choices())


def describer(result: Result, raw: RawData) -> Describe:
    """The usual card: true class, answer and its probability."""
    sure = confidence(result)
    files = raw.train_files if result.part == "train" else raw.test_files
    kind = "image" if raw.is_image else "point"

    def card(place: int) -> Card:
        index, truth, answer = int(result.index[place]), int(result.labels[place]), int(result.answers[place])
        named, said = result.classes[truth], result.classes[answer]
        file = f" ({files[index]})" if files else ""
        words = (
            f"{result.split} {kind} {index:,}{file}: truly {named}, called {said} with {parts.percent(sure[place], 1)}"
        )
        if truth != answer:
            words += f", {named} with {parts.percent(float(result.probabilities[place, truth]), 1)}"
        head = said if truth == answer else f"{named} → {said}"
        return Card(place, head, parts.percent(float(sure[place]), 1), words, truth == answer)

    return card


def _choices() -> dict[str, object]:
    """What is chosen on the page. What components send is not: their callbacks keep what counts of it."""
    return {
        str(name): value
        for name, value in st.session_state.items()
        if str(name).startswith(PREFIX) and isinstance(value, str | int | tuple | list | None)
    }


def _show(
    result: Result,
    places: Places,
    raw: RawData,
    key: str,
    height: str,
    describe: Describe,
    choices: dict[str, object],
) -> None:
    """The gallery, which asks for more by itself. choices: what the page around it was drawn for.

    The browser sends what changes in one moment together, and reruns only the fragment of the first of them: where a
    click came with the gallery's question, nothing else would ever answer it.
    """
    now = _choices()
    if any(now.get(name) != value for name, value in choices.items()):
        st.rerun()
    x = raw.train_x if result.part == "train" else raw.test_x

    def page(some: slice) -> Pictures:
        chosen = places[some]
        cards = [describe(int(place)) for place in chosen]
        samples = x[result.index[chosen]]
        if raw.is_image:
            return Pictures(cards, images=small(samples))
        return Pictures([_placed(card, *point) for card, point in zip(cards, samples, strict=True)], points=samples)

    ground = None
    if not raw.is_image:
        ground = Ground(x, raw.train_y if result.part == "train" else raw.test_y)
    opened = gallery(
        key,
        f"{result.run_id} {result.split} {result.epoch} {hashlib.sha1(places.tobytes()).hexdigest()}",
        len(places),
        page,
        ground=ground,
        height=height,
        opens="open it on Feature maps" if raw.is_image else "",
    )
    if opened is not None and 0 <= opened < result.total:
        looking.open_image(result.run_id, result.part, int(result.index[opened]))


def _placed(card: Card, x: float, y: float) -> Card:
    """A point's card tells where it lies."""
    where = f"({x:.2f}, {y:.2f})"
    return Card(card.index, card.head, f"{card.note} · {where}", f"{card.words}, at {where}", card.right)


def _check(result: Result, raw: RawData) -> None:
    """Raises DataError where the data set is another one than at the training."""
    labels = raw.train_y if result.part == "train" else raw.test_y
    inside = not result.total or int(result.index.max()) < len(labels)
    if not inside or not np.array_equal(labels[result.index], result.labels):
        raise DataError(f"{raw.title} has other samples now than when {result.run_name} was trained: train it again.")
