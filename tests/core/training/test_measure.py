"""Measuring a run anew gives what the training itself recorded."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import RunError
from core.evaluation.result import result_of
from core.network.presets import PRESETS
from core.runs import archive, folder
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from core.training.measure import measure
from tests.trained import trained as make


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> folder.Run:
    """digits-small, two epochs in float32."""
    return make(tmp_path_factory.mktemp("measured"), epochs=2, precision="float32")


def test_the_test_samples_get_the_recorded_answers(trained: folder.Run) -> None:
    anew, recorded = measure(trained), result_of(trained)
    np.testing.assert_array_equal(anew.labels, recorded.labels)
    np.testing.assert_allclose(anew.probabilities, recorded.probabilities, atol=1e-5)
    assert anew.loss == pytest.approx(recorded.loss, abs=1e-5)
    assert (anew.weights, anew.epoch, anew.classes) == (recorded.weights, recorded.epoch, recorded.classes)


def test_validation_samples_are_those_of_the_training(trained: folder.Run) -> None:
    np.testing.assert_array_equal(measure(trained, "validation").index, result_of(trained, "validation").index)


def test_loaded_weights_can_be_measured(trained: folder.Run) -> None:
    loaded = archive.unpack(archive.pack(trained))
    assert measure(loaded).hits == measure(trained).hits


def test_a_run_without_weights_says_so() -> None:
    run = folder.create(RunSpec(network=PRESETS["digits-small"].network, train=recipe("digits-small")))
    with pytest.raises(RunError, match="no weights yet"):
        measure(run)
