"""The controls of a training: one small function a group, every field of `TrainSpec` in one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args

import streamlit as st

from core.data.settings import Augmentation
from core.runs.recipes import POINTS
from core.runs.spec import Device, Loss, Optimizer, Precision, Schedule, TrainSpec
from core.training.rates import SOUND_RATES
from dashboard import boot, parts, state
from dashboard.forms.settings import change, give, key, schema, take, take_augmentation, title

WORDS = {
    "cross-entropy": "Cross-entropy",
    "mean-squared-error": "Mean squared error",
    "sgd": "SGD",
    "momentum": "SGD with momentum",
    "nesterov": "Nesterov",
    "adam": "Adam",
    "adamw": "AdamW",
    "rmsprop": "RMSprop",
    "adadelta": "Adadelta",
    "one-cycle": "One-cycle",
    "automatic": "Automatic",
    "cpu": "CPU",
    "cuda": "CUDA",
    "mps": "MPS",
}
BATCHES = (1, 2, 4, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1000, 1024, 2048, 4096, 8192)
SMALL = ("flip_horizontal", "flip_vertical")


def words(name: str) -> str:
    """A choice as it is written on the screen."""
    return WORDS.get(name, name.capitalize() if name.isalpha() else name)


def logarithmic(low: int, high: int, steps: Sequence[float] = (1, 2, 5)) -> tuple[float, ...]:
    """Numbers from 10^low up to 10^high, a few in each decade."""
    found = [float(f"{step}e{power}") for power in range(low, high) for step in steps]
    return (*found, float(f"1e{high}"))


RATES = logarithmic(-6, 1, (1, 1.5, 2, 3, 5, 7))
PENALTIES = (0.0, *logarithmic(-7, 0))
EPSILONS = (None, *logarithmic(-10, 0, (1,)))


def number(value: float | None) -> str:
    """A number of a logarithmic slider: `0.001`, `2e-06`."""
    return "default" if value is None else f"{value:g}"


def _choice(
    name: str,
    values: Iterable[str],
    help: str | None = None,
    format_func: Callable[[str], str] = words,
    on_change: Callable[[str], None] = take,
) -> None:
    known, value = list(values), getattr(state.train(), name)
    st.selectbox(
        title(name),
        known,
        index=known.index(value),
        key=give(name, value),
        format_func=format_func,
        on_change=on_change,
        args=(name,),
        help=help,
    )


def _steps(name: str, values: Sequence[Any], help: str | None = None) -> None:
    """A slider over given values; one that a recipe or a link brought is put among them."""
    value = getattr(state.train(), name)
    known = list(values)
    if value not in known:
        known = [*known[:1], *sorted([*known[1:], value])] if known[0] is None else sorted([*known, value])
    st.select_slider(
        title(name),
        known,
        value=value,
        key=give(name, value),
        format_func=number,
        on_change=take,
        args=(name,),
        help=help,
    )


def _number(name: str, help: str | None = None) -> None:
    field = schema(TrainSpec)[name]
    low, high = int(field["minimum"]), int(field["maximum"])
    value = int(getattr(state.train(), name))
    st.number_input(
        title(name), low, high, value, key=give(name, value), step=1, on_change=take, args=(name,), help=help
    )


def _share(name: str, low: float, high: float, step: float = 0.01, help: str | None = None) -> None:
    value = float(getattr(state.train(), name))
    low, high = min(low, value), max(high, value)
    st.slider(title(name), low, high, value, key=give(name, value), step=step, on_change=take, args=(name,), help=help)


def learning() -> None:
    """Optimizer, learning rate, schedule, loss, batches and epochs."""
    train = state.train()
    left, right = st.columns(2, gap="medium")
    with left:
        _choice("optimizer", get_args(Optimizer), on_change=take_optimizer)
        _steps("learning_rate", RATES, help="Logarithmic. It can be changed while the network learns.")
        _choice("loss", get_args(Loss))
    with right:
        optimizer_details(train.optimizer)
        _schedule(train.schedule)
    first, second = st.columns(2, gap="medium")
    with first:
        _steps("batch_size", BATCHES)
    with second:
        _number("epochs", help="Once through all training samples is one epoch.")


def take_optimizer(name: str) -> None:
    """A learning rate means something else to each optimizer: the new one gets one to begin with, which is said."""
    before, optimizer = state.train(), st.session_state[key(name)]
    rate = SOUND_RATES[optimizer]
    if rate == SOUND_RATES[before.optimizer] or rate == before.learning_rate:
        change(optimizer=optimizer)
        return
    change(optimizer=optimizer, learning_rate=rate)
    st.session_state[key("learning_rate")] = rate
    state.say(
        f"The learning rate is {number(rate)} now, where {words(optimizer)} usually begins; it was "
        f"{number(before.learning_rate)}."
    )


def optimizer_details(optimizer: str) -> None:
    """What only this optimizer knows; a caption where there is nothing to set but the learning rate."""
    if optimizer in ("momentum", "nesterov"):
        _share("momentum", 0.0, 0.99, help="How much of the last step goes into the next one.")
        return
    if optimizer == "sgd":
        with st.container(height=64, border=False):
            st.caption("Plain steps downhill: nothing to set but the learning rate.")
        return
    first, second = st.columns(2) if optimizer in ("rmsprop", "adadelta") else (None, st.container())
    if first is not None:
        with first:
            _share("rho", 0.5, 0.99, help="How long the running averages of the squared gradients remember.")
    with second:
        _steps("epsilon", EPSILONS, help="Added to the root that is divided by; default is PyTorch's own.")


def _schedule(schedule: str) -> None:
    if schedule != "step":
        _choice("schedule", get_args(Schedule), help=SCHEDULES)
        return
    first, second, third = st.columns([1.1, 0.8, 0.8], gap="small")
    with first:
        _choice("schedule", get_args(Schedule), help=SCHEDULES)
    with second:
        _number("step_epochs", help="The learning rate falls each time so many epochs have passed.")
    with third:
        value = state.train().step_factor
        st.number_input(
            "Factor",
            0.001,
            1.0,
            value,
            key=give("step_factor", value),
            step=0.05,
            format="%g",
            on_change=take,
            args=("step_factor",),
            help="The learning rate is multiplied by this at each step.",
        )


SCHEDULES = (
    "Constant: as it is. Step: falls by a factor every few epochs. Cosine: falls to zero along half a cosine. "
    "One-cycle: rises for a third of the training, then falls to nearly zero."
)


def regularisation() -> None:
    """Penalties on the weights."""
    _steps("l2", PENALTIES, help="l2/2 times the sum of the squared weights, biases left out; with AdamW decoupled.")
    _steps("l1", PENALTIES, help="l1 times the sum of the absolute weights, biases left out: many become zero.")
    st.caption("Dropout is a layer: add it in Build. Fewer samples and no penalty show overfitting best.")


def augmentation() -> None:
    """Random changes of every training image."""
    current = state.train().augmentation
    if state.train().dataset in POINTS:
        st.caption("Points have no pixels to turn, shift or flip: noise is what can be added to them.")
        _change("noise", float(current.noise))
        return
    names = [name for name in Augmentation.model_fields if name not in SMALL]
    columns = st.columns(2, gap="medium")
    for place, name in enumerate(names):
        with columns[place % 2]:
            _change(name, float(getattr(current, name)))
    for column, name in zip(columns, SMALL, strict=True):
        value = bool(getattr(current, name))
        column.toggle(title(name), value, key=give(name, value), on_change=take_augmentation, args=(name,))


def _change(name: str, value: float) -> None:
    """The slider of one random change."""
    field = schema(Augmentation)[name]
    high = float(field["maximum"])
    st.slider(
        title(name),
        0.0,
        high,
        value,
        key=give(name, value),
        step=1.0 if high > 1 else 0.01,
        help=f"{str(field.get('description', '')).capitalize()}.",
        on_change=take_augmentation,
        args=(name,),
    )


def machine() -> None:
    """Where it computes, in which numbers, from which seed."""
    first, second = st.columns(2, gap="medium")
    with first:
        _choice(
            "device", get_args(Device), format_func=lambda name: words(name) + ("" if there(name) else ", not here")
        )
    with second:
        _choice("precision", get_args(Precision), format_func=lambda name: name if name[-1].isdigit() else words(name))
    _number("seed", help="The same seed, data and network give the same weights again on a CPU.")
    sentence, works = place_sentence(state.train())
    if sentence:
        (st.caption if works else st.warning)(parts.plain(sentence))


def there(device: str) -> bool:
    """Whether this machine has the device; what is not known yet counts as there."""
    started = boot.start_once()
    if device in ("automatic", "cpu") or not started.ready.is_set() or started.fault:
        return True
    from core.training import devices

    return devices.available(device)  # type: ignore[arg-type]


def place_sentence(train: TrainSpec) -> tuple[str, bool]:
    """Where the training would run, and whether it can; empty while PyTorch is still being imported."""
    started = boot.start_once()
    if not started.ready.is_set():
        return "", True
    if started.fault:
        return started.fault, False
    from core.errors import DeviceError
    from core.training import devices

    try:
        return devices.resolve(train.device, train.precision).note, True
    except DeviceError as error:
        return str(error), False


GROUPS: dict[str, Callable[[], None]] = {
    "Learning": learning,
    "Augmentation": augmentation,
    "Penalties": regularisation,
    "Machine": machine,
}
