"""The controls of what a network learns from: data set, samples of each class, split, normalisation."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from core.data import catalogue, fit
from core.data.catalogue import Availability, DataSetEntry
from core.data.room import too_large
from core.data.settings import Normalisation
from core.errors import ConvLensError
from core.network import edits
from core.network.presets import PRESETS
from core.runs.recipes import recipe
from dashboard import boot, parts, state
from dashboard.components.samples import images_block, points_block, samples
from dashboard.forms.downloads import downloads
from dashboard.forms.settings import change, give, key, replace, take
from dashboard.live.preview import Preview, augmented, preview

GALLERY_HEIGHT = 452  # CSS pixels: what 1280x720 leaves
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
        key=give("dataset", chosen),
        format_func=_title,
        on_change=take_data_set,
        accept_new_options=True,
        help="Or type folder:NAME for a folder of images by class in the data folder, or folder:/its/path.",
    )
    if entry is not None:
        sizes = f"{entry.train_count:,} to learn from, {entry.test_count:,} for the test"
        shape = "×".join(map(str, entry.input_shape)) if entry.is_image else "Points in the plane"
        st.caption(parts.plain(f"{entry.story} {shape}, {len(entry.classes)} classes; {sizes}."))
    if not here.ready:
        _missing(state.train().dataset, here)
    first, second = st.columns(2, gap="medium", vertical_alignment="bottom")
    with first:
        share = state.train().validation
        st.slider(
            "Validation share",
            0.0,
            0.5,
            key=give("validation", share),
            step=0.01,
            on_change=take,
            args=("validation",),
            help="Of the training samples, kept apart to see how it does on new ones. At 0 the test set validates.",
        )
    with second:
        _class_counts(entry)
    st.segmented_control(
        "Values of the pixels",
        get_args(Normalisation),
        key=give("normalisation", state.train().normalisation),
        on_change=take_normalisation,
        help="Standardised: less the mean, divided by the standard deviation of the training samples.",
    )


def take_normalisation() -> None:
    if st.session_state[key("normalisation")] is None:  # a second click on the same one
        st.session_state[key("normalisation")] = state.train().normalisation
    take("normalisation")


def take_data_set() -> None:
    name = st.session_state[key("dataset")]
    if name:
        change(dataset=str(name), class_counts=None, resize=False)


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
    kept = "all" if counts is None else "some"
    box = st.popover(f"Samples of each class: {kept}", width="stretch", key="train_counts", on_change="rerun")
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
        known = _counted(entry)
        columns = st.columns(2)
        for label, words in enumerate(entry.classes):
            most = known[label] if known else entry.train_count
            value = counts[label] if counts is not None and label < len(counts) else None
            columns[label % 2].number_input(
                parts.plain(words),
                0,
                most,
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
    known = _counted(entry)
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


def _used(entry: DataSetEntry) -> int:
    """About how many samples a training uses: of each class what is wanted, what validates, its share of the test."""
    train = state.train()
    wanted = train.class_counts
    have = _counted(entry) if wanted is not None else None
    if wanted is None or have is None or len(have) != len(wanted):
        return entry.train_count + entry.test_count
    used = 0.0
    for want, there in zip(wanted, have, strict=True):
        if want != 0:
            held = train.validation * there
            used += min(there - held, want or there) + held + entry.test_count * there / max(1, sum(have))
    return int(used)


def misfit(entry: DataSetEntry | None) -> bool:
    """Say where the data and the network differ, and offer what would mend it. Returns whether it is unsolved."""
    if entry is None:
        return False
    train, network = state.train(), state.network()
    found = fit.mismatch(entry, network)
    if found is None:
        return False
    sentence = found.sentence
    if found.resize_helps and train.resize:
        excess = too_large(_used(entry), network.input_shape)
        if not excess:
            st.info(
                f"The images are resized from {'×'.join(map(str, entry.input_shape))} to "
                f"{'×'.join(map(str, network.input_shape))} for this network.",
                icon=":material/aspect_ratio:",
            )
            return False
        sentence = (
            f"{entry.title} is too large for this network ({excess}): use fewer samples of each class, or fit the "
            "network to the data."
        )
    with st.container(horizontal=True, vertical_alignment="center", key="train_misfit", border=True):
        st.markdown(f":material/warning: {parts.plain(sentence)}", width="stretch")
        if found.resize_helps and not train.resize:
            st.button("Resize the images", key="train_resize", on_click=change, kwargs={"resize": True})
        st.button("Fit the network", key="train_fit", type="primary", on_click=_fit_network, args=(entry,))
    return True


def _fit_network(entry: DataSetEntry) -> None:
    try:
        spec, notes = edits.fit_to(state.network(), entry.input_shape, len(entry.classes))
    except ConvLensError as error:
        state.say(str(error))
        return
    state.set_network(spec)
    change(resize=False)
    if notes:
        state.say(" ".join(notes))


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
        block = points_block(found.classes, counts, found.points, found.labels, GALLERY_HEIGHT)
    else:
        settings = state.train().augmentation
        changes = settings != type(settings)() and boot.start_once().ready.is_set()
        images = augmented(found.images, settings, state.train().seed) if changes else found.images
        block = images_block(found.classes, counts, images, GALLERY_HEIGHT, changes)
    samples(block, key="train_samples")


def _told_counts(found: Preview) -> list[str]:
    """How many of each class will be used."""
    wanted = state.train().class_counts or (None,) * len(found.counts)
    return [
        f"{have:,}" if want is None or want >= have else f"{want:,} of {have:,}"
        for have, want in zip(found.counts, wanted, strict=False)
    ]
