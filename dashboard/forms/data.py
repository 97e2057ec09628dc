"""The controls of what a network learns from: data set, samples of each class, split, normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.data import catalogue, fit
from core.data.catalogue import Availability, DataSetEntry
from core.data.room import too_large
from core.data.settings import Normalisation
from core.data.splits import quotas
from core.errors import ConvLensError
from core.network import edits
from core.network.presets import PRESETS
from core.runs.recipes import recipe
from dashboard import boot, parts, state
from dashboard.components.samples import images_block, points_block, samples
from dashboard.forms.downloads import downloads
from dashboard.forms.settings import change, give, key, replace, take
from dashboard.live.preview import Preview, augmented, preview

QUICK_COUNTS = (("All", None), ("100 each", 100), ("1,000 each", 1000))


def preset_row() -> None:
    """A preset's network; the button beside it sets the training as its lecture did."""
    names = list(PRESETS)
    current = state.network()
    known = next((name for name in names if PRESETS[name].network == current), None)
    st.session_state[key("preset")] = known
    choose, button = st.columns([1, 0.5], vertical_alignment="bottom")
    choose.selectbox(
        "Network",
        names,
        key=key("preset"),
        format_func=lambda name: PRESETS[name].title,
        placeholder=f"{current.name} (your own)",
        on_change=take_preset,
        help=PRESETS[known].story if known else "The network from Build. Choose a preset to take another one.",
    )
    button.button(
        "Its recipe",
        key="train_recipe",
        on_click=take_recipe,
        disabled=known is None,
        help="Set everything on this page as the lecture trained this network.",
        width="stretch",
    )


def take_preset() -> None:
    name = st.session_state[key("preset")]
    if name is not None:
        state.set_network(PRESETS[name].network)


def take_recipe() -> None:
    name = st.session_state[key("preset")]
    if name is not None:
        replace(recipe(name))


def entry_or_fault() -> tuple[DataSetEntry | None, Availability]:
    """The chosen data set; without an entry the availability's sentence says why."""
    name = state.train().dataset
    try:
        return catalogue.describe(name), catalogue.available(name)
    except ConvLensError as error:
        return None, Availability(False, str(error), False, 0)


def data_set(entry: DataSetEntry | None, here: Availability) -> None:
    """Which data, whether it is here, how much of it, and how its values are scaled."""
    names = catalogue.names()
    chosen = state.train().dataset
    if chosen not in names:
        names = [*names, chosen]
    st.selectbox(
        "Data set",
        names,
        index=names.index(chosen),
        key=give("dataset", chosen),
        format_func=_title,
        on_change=take_data_set,
        accept_new_options=True,
        help="Or type folder:NAME for a folder of images by class in the data folder, or folder:/its/path.",
    )
    if entry is not None:
        shape = "×".join(map(str, entry.input_shape)) if entry.is_image else "Points in the plane"
        st.caption(parts.plain(f"{entry.story} {shape}, {len(entry.classes)} classes; {_sizes(entry)}."))
    if not here.ready:
        _missing(state.train().dataset, here)
    first, second = st.columns(2, gap="medium", vertical_alignment="bottom")
    with first:
        share = state.train().validation
        st.slider(
            "Validation share" if share else "Validation share: none kept apart",
            0.0,
            0.5,
            share,
            key=give("validation", share),
            step=0.01,
            on_change=take,
            args=("validation",),
            help="Of the training samples, kept apart to see how it does on new ones. At 0 the test set validates.",
        )
    with second:
        _class_counts(entry)
    _normalisation(entry is None or entry.is_image)


def _normalisation(image: bool) -> None:
    """How values are scaled; points know no 0..255."""
    chosen = state.train().normalisation
    kinds: tuple[str, ...] = get_args(Normalisation)
    if not image:
        kinds = ("0..255" if chosen == "0..255" else "0..1", "standardised")
    st.segmented_control(
        "Values of the pixels" if image else "Coordinates",
        kinds,
        default=chosen,
        key=give("normalisation", chosen),
        format_func=lambda kind: kind if image or kind == "standardised" else "as they are",
        on_change=take_normalisation,
        help="Standardised: less the mean, divided by the standard deviation of the training samples.",
    )


def _sizes(entry: DataSetEntry) -> str:
    """How many samples learn, validate and test, with the split and the counts that are set."""
    parted = _parted(entry)
    share = state.train().validation
    held = round(entry.train_count * share) if parted is None else int(parted.held.sum())
    learn = entry.train_count - held if parted is None else int(parted.learn.sum())
    if not held:
        return f"{learn:,} to learn from, the {entry.test_count:,} of the test validate, too"
    return f"{learn:,} to learn from, {held:,} validate, {entry.test_count:,} for the test"


def take_normalisation() -> None:
    if st.session_state[key("normalisation")] is None:  # a second click on the same one
        st.session_state[key("normalisation")] = state.train().normalisation
    take("normalisation")


def take_data_set() -> None:
    typed = str(st.session_state[key("dataset")] or "").strip()
    if typed:
        words = typed.casefold()
        name = next((known for known in catalogue.DATASETS if words in (known, _title(known).casefold())), typed)
        st.session_state[key("dataset")] = name
        change(dataset=name, class_counts=None, resize=False)


def _title(name: str) -> str:
    return catalogue.DATASETS[name].title if name in catalogue.DATASETS else name.replace("folder:", "Folder ", 1)


@st.fragment(run_every=0.5)
def _downloading(name: str) -> None:
    job = downloads().of(name)
    if job is None or job.over:
        st.rerun()
    bar, button = st.columns([1, 0.3], vertical_alignment="bottom")
    bar.progress(job.share, text=parts.plain(job.text))
    button.button("Stop", key="train_download_stop", on_click=job.stop, width="stretch")


def _missing(name: str, here: Availability) -> None:
    job = downloads().of(name)
    if job is not None and not job.over:
        _downloading(name)
        return
    if job is not None and job.fault:
        parts.show_error(job.fault)
    else:
        st.warning(parts.plain(here.sentence))
    if here.downloadable:
        label = f"Download {here.bytes / 1e6:.0f} MB"
        if st.button(label, key="train_download", icon=":material/download:", on_click=_download, args=(name,)):
            st.rerun()


def _download(name: str) -> None:
    downloads().start(name)


def _class_counts(entry: DataSetEntry | None) -> None:
    counts = state.train().class_counts
    # Another label would be another popover: this one would shut under the hand.
    box = st.popover("Samples of each class", width="stretch", key="train_counts", on_change="rerun")
    if not box.open:
        return
    with box:
        if entry is None:
            st.caption("Choose a data set first.")
            return
        quick = st.columns(3)
        for column, (words, wanted) in zip(quick, QUICK_COUNTS, strict=True):
            name = f"train_counts_{wanted or 'all'}"
            column.button(words, key=name, on_click=_all_counts, args=(entry, wanted), width="stretch")
        known = _most(entry)
        columns = st.columns(2)
        for label, words in enumerate(entry.classes):
            most = known[label] if known else entry.train_count
            value = counts[label] if counts is not None and label < len(counts) else None
            columns[label % 2].number_input(
                parts.plain(words),
                0,
                most,
                None if value is None else min(value, most),
                key=_give_count(entry, label, value, most),
                placeholder=f"all {most:,}" if known else "all",
                on_change=_take_counts,
                args=(entry,),
            )
        st.caption("Empty: all of them. Try 1,000 of one class and 100 of another.")


def _count_key(entry: DataSetEntry, label: int) -> str:
    return f"{key('class_counts')}_{entry.name}_{label}"


def _give_count(entry: DataSetEntry, label: int, value: int | None, most: int) -> str:
    name = _count_key(entry, label)
    st.session_state.setdefault(name, None if value is None else min(value, most))
    return name


def _take_counts(entry: DataSetEntry) -> None:
    values = tuple(st.session_state.get(_count_key(entry, label)) for label in range(len(entry.classes)))
    change(class_counts=None if all(value is None for value in values) else values)


def _all_counts(entry: DataSetEntry, value: int | None) -> None:
    known = _most(entry)
    for label in range(len(entry.classes)):
        fitting = min(value, known[label]) if value is not None and known else value
        st.session_state[_count_key(entry, label)] = fitting
    _take_counts(entry)


def _counted(entry: DataSetEntry) -> tuple[int, ...] | None:
    """Samples of each class where they can be had at once."""
    try:
        return preview(entry.name).counts if catalogue.available(entry.name).ready else None
    except ConvLensError:
        return None


@dataclass(frozen=True)
class Parted:
    """Samples of each class, (K,) each: most that could learn beside those that validate, learn, held to validate."""

    most: NDArray[np.int64]
    learn: NDArray[np.int64]
    held: NDArray[np.int64]


def _parted(entry: DataSetEntry) -> Parted | None:
    """The training samples as they will be split; None where they cannot be counted at once."""
    have = _counted(entry)
    return None if have is None else parted(have)


def parted(have: tuple[int, ...]) -> Parted:
    """have: training samples of each class. What validates is split off first, then the counts choose."""
    train = state.train()
    held = quotas(np.array(have, dtype=np.int64), train.validation)
    most = np.array(have, dtype=np.int64) - held
    wanted = train.class_counts
    if wanted is None or len(wanted) != len(have):
        return Parted(most, most, held)
    asked = np.array([there if want is None else want for want, there in zip(wanted, most, strict=True)])
    return Parted(most, np.minimum(asked, most), np.where(asked == 0, 0, held))


def _most(entry: DataSetEntry) -> list[int] | None:
    """How many of each class could be learned from; None where that is not known."""
    found = _parted(entry)
    return None if found is None else [int(count) for count in found.most]


def too_few_classes(entry: DataSetEntry | None) -> str | None:
    """Why the samples that are chosen teach nothing: fewer than two classes are left; None where there are enough."""
    found = _parted(entry) if entry is not None and state.train().class_counts is not None else None
    if found is None or np.count_nonzero(found.learn) >= 2:
        return None
    return "Fewer than two classes have samples to learn from: raise the number of samples of another class."


def _used(entry: DataSetEntry) -> int:
    """About how many samples a training uses: of each class what is wanted, what validates, its share of the test."""
    found = _parted(entry) if state.train().class_counts is not None else None
    if found is None:
        return entry.train_count + entry.test_count
    there = found.most + found.held
    tested = entry.test_count * there[found.learn > 0].sum() / max(1, there.sum())
    return int(found.learn.sum() + found.held.sum() + tested)


@dataclass(frozen=True)
class Misfit:
    """Where data and network differ. resizable: resizing would mend it. solved: it is resized, which is said."""

    sentence: str
    resizable: bool = False
    solved: bool = False


def misfit(entry: DataSetEntry | None) -> Misfit | None:
    """What does not fit of the data and the network that are chosen; None where all does."""
    if entry is None:
        return None
    train, network = state.train(), state.network()
    found = fit.mismatch(entry, network)
    if found is None:
        return None
    if not (found.resize_helps and train.resize):
        return Misfit(found.sentence, resizable=found.resize_helps)
    excess = too_large(_used(entry), network.input_shape)
    if excess:
        return Misfit(
            f"{entry.title} is too large for this network ({excess}): use fewer samples of each class, or fit the "
            "network to the data."
        )
    sizes = ["×".join(map(str, shape)) for shape in (entry.input_shape, network.input_shape)]
    return Misfit(f"The images are resized from {sizes[0]} to {sizes[1]} for this network.", solved=True)


def tell_misfit(found: Misfit, entry: DataSetEntry) -> None:
    """Say it, and offer what would mend it."""
    if found.solved:
        st.info(found.sentence, icon=":material/aspect_ratio:")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="train_misfit", border=True):
        st.markdown(f":material/warning: {parts.plain(found.sentence)}")
        if found.resizable:
            st.button("Resize the images", key="train_resize", on_click=change, kwargs={"resize": True})
        st.button("Fit the network", key="train_fit", type="primary", on_click=_fit_network, args=(entry,))


def _fit_network(entry: DataSetEntry) -> None:
    try:
        spec, notes = edits.fit_to(state.network(), entry.input_shape, len(entry.classes))
    except ConvLensError as error:
        state.say(str(error))
        return
    state.set_network(spec)
    change(resize=False)
    if notes:
        told = "; ".join(notes)
        state.say(f"{told[:1].upper()}{told[1:]}.")


def gallery(entry: DataSetEntry | None, here: Availability) -> None:
    """What the data looks like, changed at random where the training will change it."""
    if entry is None or not here.ready:
        st.caption("Its samples show here once the data is there.")
        return
    try:
        found = preview(entry.name)
    except ConvLensError as error:
        parts.show_error(error)
        return
    counts = _told_counts(found)
    if found.points is not None and found.labels is not None:
        block = points_block(found.classes, counts, found.points, found.labels)
    else:
        settings = state.train().augmentation
        changes = settings != type(settings)() and boot.start_once().ready.is_set()
        images = augmented(found.images, settings, state.train().seed) if changes else found.images
        block = images_block(found.classes, counts, images, changes)
    samples(block, key="train_samples")


def _told_counts(found: Preview) -> list[str]:
    """How many of each class will be learned from."""
    split = parted(found.counts)
    return [
        f"{learn:,}" if learn == most else f"{learn:,} of {most:,}"
        for learn, most in zip(split.learn, split.most, strict=True)
    ]
