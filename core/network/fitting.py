"""A network made to fit data of another size, or with another number of classes."""

from __future__ import annotations

from core.errors import Fault, SpecError
from core.network.files import validate
from core.network.kind import words
from core.network.layers import Activation, AnyLayer, Convolution, Dense, Flatten, TransposedConvolution
from core.network.pooling import AveragePooling, MaxPooling
from core.network.shapes import trace
from core.network.spec import MAX_LAYERS, NetworkSpec, Shape

_SIGMOID = Activation(function="sigmoid")


def fit_to(spec: NetworkSpec, input_shape: Shape, classes: int) -> tuple[NetworkSpec, tuple[str, ...]]:
    """The network for inputs of `input_shape` and so many classes, and a sentence for each thing that was changed.

    The last dense layer gets as many units as there are classes (a single sigmoid unit stays for two). Layers that
    cannot work on the new input are changed as little as possible, or left out. What still cannot work, `trace` tells.
    """
    if classes < 2:
        raise SpecError((Fault("", f"a network tells two or more classes apart, not {classes}"),))
    notes: list[str] = []
    shape = validate(NetworkSpec, {"input_shape": list(input_shape)}).input_shape
    if shape != spec.input_shape:
        notes.append(f"the input is {words(shape)} instead of {words(spec.input_shape)}")
    layers = _repaired(spec.model_copy(update={"input_shape": shape}), notes)
    fitted = spec.model_copy(update={"input_shape": shape, "layers": _answering(layers, classes, notes)})
    return _ended(fitted, classes, notes), tuple(notes)


def _repaired(spec: NetworkSpec, notes: list[str]) -> tuple[AnyLayer, ...]:
    for _ in range(3 * len(spec.layers)):
        at = next((fault.layer for fault in trace(spec).faults if fault.layer is not None), None)
        if at is None:
            break
        layer = spec.layers[at]
        shape = trace(spec).output_shape
        new, note = _mended(layer, shape, len(spec.layers) < MAX_LAYERS)
        notes.append(f"{layer.label}: {note}")
        spec = spec.model_copy(update={"layers": (*spec.layers[:at], *new, *spec.layers[at + 1 :])})
    return spec.layers


def _mended(layer: AnyLayer, shape: Shape, room: bool) -> tuple[tuple[AnyLayer, ...], str]:
    """What stands in the layer's place, and what was done."""
    if isinstance(layer, Dense) and len(shape) == 3 and room:
        return (Flatten(), layer), "a flatten was put before it"
    if isinstance(layer, Convolution | TransposedConvolution) and len(shape) == 3 and shape[0] % layer.groups:
        return (layer.model_copy(update={"groups": 1}),), f"groups 1, since {shape[0]} channels come in"
    if isinstance(layer, Convolution) and len(shape) == 3 and layer.padding != "same":
        return (layer.model_copy(update={"padding": "same"}),), f"padding 'same', since its input is {words(shape)}"
    if isinstance(layer, MaxPooling | AveragePooling) and len(shape) == 3:
        return (), f"left out, since its input is {words(shape)}"
    return (), f"left out, since it cannot work on {words(shape)}"


def _answering(layers: tuple[AnyLayer, ...], classes: int, notes: list[str]) -> tuple[AnyLayer, ...]:
    """The layers with as many answers as classes."""
    at = max((index for index, layer in enumerate(layers) if isinstance(layer, Dense)), default=None)
    if at is None:
        return layers
    dense = layers[at]
    assert isinstance(dense, Dense)
    rest = layers[at + 1 :]
    single = dense.units == 1
    if dense.units == classes or (single and classes == 2):
        return layers
    notes.append(f"the last dense layer has {classes} units instead of {dense.units}")
    changed = dense.model_copy(update={"units": classes})
    if single and dense.activation == "sigmoid":
        changed = changed.model_copy(update={"activation": "softmax"})
    elif single:
        rest = tuple(Activation(function="softmax") if layer == _SIGMOID else layer for layer in rest)
    if changed.activation != dense.activation or rest != layers[at + 1 :]:
        notes.append("softmax instead of sigmoid, since more than two classes are told apart")
    return *layers[:at], changed, *rest


def _ended(spec: NetworkSpec, classes: int, notes: list[str]) -> NetworkSpec:
    """With a dense layer at the end where the network has none and does not answer with one number for each class."""
    traced = trace(spec)
    maps = len(traced.output_shape) == 3
    if traced.faults or traced.classes == classes or len(spec.layers) + 1 + maps > MAX_LAYERS:
        return spec
    end: tuple[AnyLayer, ...] = (Dense(units=classes, activation="softmax"),)
    notes.append(f"a dense layer with {classes} units was added at the end{', after a flatten' if maps else ''}")
    return spec.model_copy(update={"layers": (*spec.layers, *((Flatten(),) if maps else ()), *end)})
