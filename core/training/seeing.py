"""How a run's network was shown its data."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from core.data.normalise import Normaliser, fit_normaliser
from core.data.prepare import prepare
from core.data.raw import RawData
from core.data.sources import load
from core.runs.folder import Run
from core.training import history


def normaliser_of(run: Run, read: Callable[[str], RawData] = load) -> Normaliser:
    """The normaliser that the run's training used, as the weights tell it.

    Where they do not, only the standardised one needs to see the data. read: gives a data set by name. Raises DataError
    where the data is needed and is not there.
    """
    told, spec = history.normaliser_of(run), run.spec
    if told is not None:
        with suppress(KeyError, TypeError, ValueError):
            made = Normaliser.from_dict(told)
            if len(made.mean) == len(made.std) == spec.network.input_shape[0]:
                return made
    if spec.train.normalisation != "standardised":
        return fit_normaliser(np.zeros((1, *spec.network.input_shape), np.uint8), spec.train.normalisation)
    return prepare(read(spec.train.dataset), spec.train, spec.network.input_shape).normaliser
