"""The clock of a deployment: the real one, or a hurried one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from local import clock
from local.clock import Clock

START = datetime(2021, 10, 12, tzinfo=UTC)


def test_a_hurried_clock_passes_speed_seconds_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([100.0, 100.0, 102.5, 102.5])
    monkeypatch.setattr(clock.time, "monotonic", lambda: next(ticks))
    hurried = Clock(START, speed=3600)
    assert hurried.now() == START
    assert hurried.now() == START + timedelta(hours=2, minutes=30)
    assert hurried.seconds_until(START + timedelta(hours=3)) == pytest.approx(0.5)
    assert not hurried.is_real


def test_without_a_start_and_a_speed_it_is_the_real_one() -> None:
    assert Clock().is_real
