"""The views of the convolution page: one line each."""

from __future__ import annotations

from dashboard.views import Chooser, View

PREFIX = "convolution"
VIEWS: tuple[View, ...] = (
    View("stage", "Stage", "One window at a time.", "dashboard.learn.stage_view", predicts=True),
    View("deck", "Deck", "All modes side by side.", "dashboard.learn.deck_view", predicts=True),
    View("channels", "Channels", "Every filter reads all channels.", "dashboard.learn.channels_view", predicts=True),
    View("sound", "Sound", "One dimension: hear what a kernel does.", "dashboard.learn.sound_view"),
    View("video", "Video", "Three dimensions: a kernel that finds motion.", "dashboard.learn.clip_view"),
    View("shift", "Shift and turn", "What moves with the picture.", "dashboard.learn.equivariance_view"),
)
CHOOSER = Chooser(PREFIX, VIEWS)
