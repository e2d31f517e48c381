"""What `make up` prints while cycles run."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from local import up
from local.cycles import CycleFailed, CycleResult

START = datetime(2026, 3, 2, tzinfo=UTC)
DASHBOARD, API = "http://127.0.0.1:4000", "http://127.0.0.1:4001/api"


class HurriedClock:
    """A quarter of an hour passes whenever somebody looks."""

    is_real = False

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        self._now += timedelta(minutes=15)
        return self._now


class Driver:
    """Every seventh cycle fails."""

    def __init__(self) -> None:
        self._ran = 0

    def run(self, as_of: datetime, since: datetime, now: datetime) -> CycleResult:
        self._ran += 1
        if self._ran % 7 == 0:
            raise CycleFailed("FAILED: on purpose")
        return CycleResult(as_of, since, 0.1, {"forecast": {"step": "forecast", "rows_stored": 20}})


def stack(folder: Path) -> Any:
    return SimpleNamespace(
        clock=HurriedClock(), cycles=Driver, remember=lambda _: None, training=None, env={}, folder=folder,
        dashboard_url=DASHBOARD, api_url=API, stream_url="ws://127.0.0.1:4001",
        choice=SimpleNamespace(why="simulated, as asked", symbols=("BTC", "ETH")),
    )  # fmt: skip


def test_any_screen_of_a_hurried_run_shows_the_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = StringIO()
    monkeypatch.setattr(up, "console", Console(file=printed, width=40))
    warmed: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        up, "warm_up", lambda *given: warmed.append((*given, "up after" in printed.getvalue()))
    )
    up._serve(stack(tmp_path), 100, time.monotonic())
    assert warmed == [(API, ("BTC", "ETH"), False)]
    lines = printed.getvalue().splitlines()
    assert len(lines) > 100
    for top in range(len(lines) - 23):
        screen = "\n".join(lines[top : top + 24])
        assert DASHBOARD in screen
        assert f"{API}/" in screen
