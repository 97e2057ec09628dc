"""How much of a training's time its recording may take."""

from __future__ import annotations

import pytest

from core.training import recorder


def test_an_allowance_is_a_second_at_once_and_a_hundredth_in_the_long_run(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(recorder, "monotonic", lambda: now[0])
    monkeypatch.setattr(recorder, "perf_counter", lambda: now[0])
    allowance = recorder.Allowance(1.0)
    spent, at_once = 0.0, 0
    for epoch in range(100_000):
        now[0] += 0.04  # of training
        if allowance.left:
            with allowance:
                now[0] += 0.015
            spent += 0.015
            at_once += epoch == at_once
    assert at_once == 70  # the first n with 15 n > 1000 + 0.01 * 55 n milliseconds
    assert spent == pytest.approx(1.0 + 0.01 * now[0], abs=0.02)
