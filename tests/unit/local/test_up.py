"""What `make up` prints while cycles run."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from cryptocast.domain import DataLabel
from local import up
from local.cycles import CycleDriver, CycleFailed, CycleResult
from local.processes import free_port

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
    """Every seventh cycle fails; `windows` are those that did not."""

    def __init__(self) -> None:
        self._ran = 0
        self.windows: list[tuple[datetime, datetime]] = []

    def run(self, as_of: datetime, since: datetime, now: datetime) -> CycleResult:
        self._ran += 1
        if self._ran % 7 == 0:
            raise CycleFailed("FAILED: on purpose")
        self.windows.append((since, as_of))
        return CycleResult(as_of, since, 0.1, {"forecast": {"step": "forecast", "rows_stored": 20}})


def stack(folder: Path) -> Any:
    return SimpleNamespace(
        clock=HurriedClock(), cycles=Driver, remember=lambda _: None, training=None, env={}, folder=folder,
        dashboard_url=DASHBOARD, api_url=API, stream_url="ws://127.0.0.1:4001",
        choice=SimpleNamespace(why="simulated, as asked"),
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
    assert warmed == [(API, False)]
    lines = printed.getvalue().splitlines()
    assert len(lines) > 100
    for top in range(len(lines) - 23):
        screen = "\n".join(lines[top : top + 24])
        assert DASHBOARD in screen
        assert f"{API}/" in screen


def test_a_cycle_that_this_deployment_did_before_is_not_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = StringIO()
    monkeypatch.setattr(up, "console", Console(file=printed, width=200))
    monkeypatch.setattr(up, "warm_up", lambda *_: None)
    given = stack(tmp_path)
    given.clock = SimpleNamespace(is_real=True, now=lambda: START)
    given.choice.label = DataLabel.SIMULATED
    given.cycles = lambda: SimpleNamespace(run=lambda *_: pytest.fail("a cycle ran"))
    (tmp_path / "deployed.json").touch()
    (tmp_path / "last-cycle").write_text(START.isoformat())
    up._serve(given, 1, time.monotonic())
    assert "was done before" in printed.getvalue()
    assert "warming the API" in printed.getvalue()
    assert f"API={API}" in printed.getvalue()
    assert not up._was_done(given, START + timedelta(minutes=15))
    os.utime(tmp_path / "last-cycle", (0, 0))
    assert not up._was_done(given, START), "deployed anew since"
    os.utime(tmp_path / "last-cycle")
    given.choice.label = DataLabel.LIVE
    assert not up._was_done(given, START), "a source may be there again"


def test_a_cycle_that_failed_on_the_real_clock_is_not_called_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "console", Console(file=StringIO()))
    monkeypatch.setattr(up, "warm_up", lambda *_: None)
    remembered = list[datetime]()

    def fail(*_: object) -> CycleResult:
        raise CycleFailed("FAILED: forecast")

    given = stack(tmp_path)
    given.clock = SimpleNamespace(is_real=True, now=lambda: START)
    given.choice.label = DataLabel.SIMULATED
    given.cycles, given.remember = lambda: SimpleNamespace(run=fail), remembered.append
    up._serve(given, 1, time.monotonic())
    assert remembered == []


def test_a_window_that_failed_is_caught_up_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "console", Console(file=StringIO()))
    monkeypatch.setattr(up, "warm_up", lambda *_: None)
    driver, remembered = Driver(), list[datetime]()
    given = stack(tmp_path)
    given.cycles, given.remember = lambda: driver, remembered.append
    up._serve(given, 30, time.monotonic())
    assert len(driver.windows) == 26
    assert [since for since, _ in driver.windows[1:]] == [as_of for _, as_of in driver.windows[:-1]]
    assert remembered == [as_of for _, as_of in driver.windows]


def test_a_window_that_fails_twice_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "console", Console(file=StringIO()))
    monkeypatch.setattr(up, "warm_up", lambda *_: None)
    asked = list[tuple[datetime, datetime]]()

    def run(as_of: datetime, since: datetime, now: datetime) -> CycleResult:
        asked.append((since, as_of))
        raise CycleFailed("FAILED: always")

    given = stack(tmp_path)
    given.cycles = lambda: SimpleNamespace(run=run)
    up._serve(given, 4, time.monotonic())
    assert [since for since, _ in asked] == [asked[0][0], asked[0][0], asked[1][1], asked[1][1]]


def test_where_nothing_answers_any_more_it_ends_and_leaves_no_window_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "console", Console(file=StringIO()))
    remembered = list[datetime]()
    given = stack(tmp_path)
    given.remember = remembered.append
    given.cycles = lambda: CycleDriver(None, "arn", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(RuntimeError, match="does not answer any more"):
        up._serve(given, 20, time.monotonic())
    assert remembered == []
