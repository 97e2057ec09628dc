"""How samples are changed on their way into the network, as values."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.values import Value

Normalisation = Literal["0..255", "0..1", "standardised"]
Share = Annotated[float, Field(ge=0, le=0.5)]


class Augmentation(Value):
    """Random changes of every training image, drawn anew each time it is shown; zero switches one off."""

    rotation: Annotated[float, Field(ge=0, le=180, title="Rotation", description="at most this many degrees")] = 0.0
    shift: Annotated[Share, Field(title="Shift", description="at most this share of the side")] = 0.0
    scale: Annotated[Share, Field(title="Scale", description="larger or smaller by at most this share")] = 0.0
    zoom: Annotated[Share, Field(title="Zoom", description="each axis stretched on its own by at most this share")] = (
        0.0
    )
    flip_horizontal: bool = False
    flip_vertical: bool = False
    channel_shift: Annotated[
        Share, Field(title="Channel shift", description="added to each channel, share of the range")
    ] = 0.0
    noise: Annotated[Share, Field(title="Noise", description="standard deviation, share of the range")] = 0.0
