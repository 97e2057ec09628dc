"""A network as a runnable Keras 3 file: channels last, with a function that loads the weights that PyTorch saved."""

from __future__ import annotations

from core.network.export_keras_calls import INITIALISERS, TRANSLATIONS, Source
from core.network.kind import Shape, words
from core.network.shapes import Row, check
from core.network.spec import NetworkSpec

_HEAD = '''\
"""A network exported from ConvLens: Keras 3, channels last. Run this file to see what flows through it.

Weights that ConvLens saved (safetensors, in PyTorch's layout) are loaded by
    load_weights(model, "weights.safetensors")
"""

import keras
from keras import layers{ops}

NAME = {name}


def build():
    """The network, with fresh weights."""
    inputs = x = keras.Input({shape})
{build}    return keras.Model(inputs, x)


def load_weights(model, path):
    """Put the weights that ConvLens saved in a safetensors file into `model`."""
{load}

if __name__ == "__main__":
    print(NAME)
    build().summary()
'''

_READ = """\
    from safetensors.numpy import load_file

    saved = load_file(path)
"""


def to_keras(spec: NetworkSpec) -> str:
    """Source with `build()` and `load_weights(model, path)`; raises `SpecError` for an impossible network.

    Inputs are (N, height, width, channels) or (N, numbers). The same weights give the same outputs; fresh weights are
    drawn a little differently (he is a truncated normal in Keras).
    """
    source = Source()
    rows = check(spec).rows
    for row in rows:
        source.shape = row.input_shape
        source.initialiser = INITIALISERS[getattr(row.layer, "initialisation", "glorot")]
        source.dense_follows = any(_is_dense(later) for later in rows[row.index + 1 :])
        for call in row.layer.calls(row.input_shape):
            TRANSLATIONS[call.function](source, f"{row.index}_{call.name}", dict(call.arguments))
        source.build[-1] += f"  # -> {words(channels_last(row.output_shape))}"
    load = [_READ, *(f"    {line}\n" for line in source.load)] if source.load else ["    # it has no weights\n"]
    return _HEAD.format(
        ops=", ops" if any("ops." in line for line in source.build) else "",
        name=ascii(spec.name),
        shape=channels_last(spec.input_shape),
        build="".join(f"    {line}\n" for line in source.build),
        load="".join(load),
    )


def channels_last(shape: Shape) -> Shape:
    """(height, width, channels) for an image; a vector as it is."""
    return (*shape[1:], shape[0])


def _is_dense(row: Row) -> bool:
    return any(call.function == "nn.Linear" for call in row.layer.calls(row.input_shape))
