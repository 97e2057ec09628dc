"""Two networks: the same picture through two runs, or through two epochs of one, in step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ConvLensError
from core.runs import folder
from core.training import history
from dashboard import choosing, parts
from dashboard.lens import known, looking, maps_view
from dashboard.lens.pictured import pictured
from dashboard.lens.views import PREFIX, Looked

if TYPE_CHECKING:
    from dashboard.lens.pictured import Maps

OTHER = f"{PREFIX}_other"
OTHER_EPOCH = f"{PREFIX}_other_epoch"
BEST = "best"
HEIGHT = "calc((var(--convlens-maps) - 8.6rem) / 2)"


def show(looked: Looked) -> None:
    """The choice of the second network, and both drawn one above the other."""
    id, epoch = _choose(looked)
    after, strongest, shared = maps_view.chosen()
    first = pictured(looked, after)
    with st.container(gap="small"):
        maps_view.network(looked, f"{PREFIX}_first", first, strongest, shared, _title(looked), HEIGHT, PREFIX)
        try:
            other = second(looked, id, epoch)
        except ConvLensError as error:
            parts.show_error(error)
            return
        maps = in_step(pictured(other, after), first)
        maps_view.network(other, f"{PREFIX}_second", maps, strongest, shared, _title(other), HEIGHT, PREFIX)


def _choose(looked: Looked) -> tuple[str, int | None]:
    """The second network: another run, or this one at another epoch."""
    titles = _titles(looked)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}_pair_controls"):
        st.markdown("beside")
        if st.session_state.get(OTHER) not in titles:
            st.session_state.pop(OTHER, None)
        id = st.selectbox(
            "Second network",
            list(titles),
            format_func=titles.__getitem__,
            key=OTHER,
            persist_state="session",
            label_visibility="collapsed",
            width=380,
        )
        epochs = _epochs(id)
        first = _first_epoch(looked, id, epochs)
        if st.session_state.get(OTHER_EPOCH) not in epochs:
            st.session_state.pop(OTHER_EPOCH, None)
        epoch = st.selectbox(
            "Its epoch",
            epochs,
            index=epochs.index(first),
            format_func=lambda epoch: f"epoch {epoch}" if epoch != BEST else "best weights",
            key=OTHER_EPOCH,
            persist_state="session",
            label_visibility="collapsed",
            width=140,
            disabled=len(epochs) < 2,
        )
    return id, epoch if isinstance(epoch, int) else None


def _titles(looked: Looked) -> dict[str, str]:
    """Every other network, and this one last unless it is the only one with epochs to compare."""
    titles = {**choosing.titles(choosing.trained()), **known.titles()}
    own = titles.pop(looked.run, looked.run)
    return {looked.run: f"{own}, another epoch", **titles}


def _epochs(id: str) -> list[int | str]:
    if known.is_known(id):
        return [BEST]
    try:
        return [BEST, *history.epochs_of(folder.open_run(id))]
    except ConvLensError:
        return [BEST]


def _first_epoch(looked: Looked, id: str, epochs: list[int | str]) -> int | str:
    """Of the same run the network before its first step, of another one its best weights."""
    return 0 if id == looked.run and 0 in epochs else BEST


def second(looked: Looked, id: str, epoch: int | None) -> Looked:
    """The same picture as another network sees it. Raises ConvLensError."""
    eye = looking.eye(id)
    stamp = looking.stamp_of(id, epoch)
    lens = looking.lens_of(id, epoch, stamp)
    seen = eye.see(looked.sample.picture)
    label = looked.sample.label if eye.classes == looked.classes else None
    sample = replace(looked.sample, picture=seen.picture, x=seen.x, label=label)
    return Looked(id, epoch, lens, eye, sample, lens.answer(seen.x)[0].numpy(), (id, epoch, stamp))


def in_step(maps: tuple[Maps, ...], first: tuple[Maps, ...]) -> tuple[Maps, ...]:
    """The strengths of the first network's layers where the second has the same, so that both are sorted alike."""
    strengths = {(each.node.name, each.strength.shape): each.strength for each in first}
    return tuple(
        replace(each, strength=strengths.get((each.node.name, each.strength.shape), each.strength)) for each in maps
    )


def _title(looked: Looked) -> str:
    name = known.title_of(looked.run) if known.is_known(looked.run) else folder.open_run(looked.run).name
    when = "" if known.is_known(looked.run) else ", best weights" if looked.epoch is None else f", epoch {looked.epoch}"
    return f"{name}{when}"
