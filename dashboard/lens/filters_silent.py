"""Which filters are silent: never above zero, on the pinned samples and on many more of the run's data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import ConvLensError, DataError
from dashboard.lens import looking

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.lens.capture import Lens
    from core.runs.folder import Run

FEWEST, MOST = 32, 512  # samples of the data that are asked
MOST_MACS = 1_500_000_000  # multiply-adds that this takes an epoch, a fraction of a second


@dataclass(eq=False)
class Listener:
    """Asks the samples of a run's data, which are read only when pinned samples leave a filter at zero.

    more: how many samples of the data were asked, 0 where they were not needed or are not here.
    """

    run: Run
    samples: NDArray[Any] | None = field(default=None, init=False)

    @property
    def more(self) -> int:
        return 0 if self.samples is None else len(self.samples)

    def silent(self, lens: Lens, node: str, pinned: NDArray[np.floating]) -> tuple[int, ...]:
        """The channels of an activation that answer nothing above zero; pinned: its values for the pinned samples."""
        import torch

        from core.lens.filters import silent
        from core.lens.patches import together

        found = silent(pinned)
        if found and self.samples is None:
            self.samples = some_of(self.run)
        for start in range(0, self.more, together(lens.graph)):
            if not found or self.samples is None:
                break
            part = torch.from_numpy(self.samples[start : start + together(lens.graph)])
            maps = lens.maps(looking.normaliser_of(self.run)(part), [node])[node].numpy()
            found = sorted({*found} & {*silent(maps)})
        return tuple(found)


def some_of(run: Run) -> NDArray[Any]:
    """Test samples as the network reads them, evenly spread, as many as can be asked soon; none where they are gone."""
    from core.data.resize import resize_images
    from core.network.shapes import trace

    spec = run.spec
    try:
        samples = looking.raw(spec.train.dataset).test_x
        count = max(FEWEST, min(MOST, MOST_MACS // max(1, trace(spec.network).macs)))
        chosen = samples[np.linspace(0, len(samples) - 1, min(count, len(samples))).astype(np.int64)]
        if len(spec.network.input_shape) == 3:
            chosen = resize_images(chosen, spec.network.input_shape)
        if chosen.shape[1:] != spec.network.input_shape:
            raise DataError("The data is of another shape now.")
    except ConvLensError:
        return np.empty((0, *spec.network.input_shape), np.uint8)
    return np.ascontiguousarray(chosen)
