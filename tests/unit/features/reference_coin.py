"""The bars of one coin, as the formulas of docs/features.md speak of them: in plain Python, no arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean

from cryptocast.series import BarSeries
from tests.unit.features.markets import STEP

DAY = 96
CARRIED = 192
FLOOR = 1e-5
CUT = 10.0


@dataclass(frozen=True)
class Bar:
    """One bar whose close is usable; what else is absent or unusable is None, or the close for a range."""

    open: float | None
    high: float
    low: float
    close: float
    volume: float | None

    @property
    def range(self) -> float:
        return math.log(self.high) - math.log(self.low)


def usable(value: float) -> bool:
    return 0 < value <= 1e18


def mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


def cut(value: float, most: float = CUT) -> float:
    return max(-most, min(most, value))


class Coin:
    """Moments are POSIX seconds; a bar is found by the moment it closed at."""

    def __init__(self, series: BarSeries) -> None:
        self.bar: dict[int, Bar] = {}
        columns = (series.opened_s, series.open, series.high, series.low, series.close, series.volume)
        for opened, first, high, low, last, volume in zip(*(c.tolist() for c in columns), strict=True):
            if usable(last):
                self.bar[opened + STEP] = Bar(
                    open=first if usable(first) else None,
                    high=max(high, last) if usable(high) else last,
                    low=min(low, last) if usable(low) else last,
                    close=last,
                    volume=volume if usable(volume) or volume == 0 else None,
                )
        self.log_close = cache(self._log_close)
        self.sigma = cache(self._sigma)

    def moments(self, at: int, count: int) -> list[int]:
        return [at - STEP * age for age in range(count)]

    def bars(self, at: int, count: int) -> list[Bar]:
        """The bars among the last `count`, the newest first."""
        return [self.bar[moment] for moment in self.moments(at, count) if moment in self.bar]

    def _log_close(self, at: int) -> float | None:
        """That of the last bar at or before `at`, at most 48 h old."""
        known = (m for m in self.moments(at, CARRIED + 1) if m in self.bar)
        found = next(known, None)
        return None if found is None else math.log(self.bar[found].close)

    def log_closes(self, at: int, count: int) -> list[tuple[int, float]]:
        """(age, log close) of the last `count` moments that have one."""
        found = [(age, self.log_close(moment)) for age, moment in enumerate(self.moments(at, count))]
        return [(age, value) for age, value in found if value is not None]

    def move(self, at: int, bars: int) -> float | None:
        """The log return of the last `bars` bars, gaps bridged."""
        now, then = self.log_close(at), self.log_close(at - STEP * bars)
        return None if now is None or then is None else now - then

    def step(self, at: int) -> float | None:
        """The log return between two bars that are both there."""
        if at not in self.bar or at - STEP not in self.bar:
            return None
        return math.log(self.bar[at].close) - math.log(self.bar[at - STEP].close)

    def steps(self, at: int, count: int) -> list[float]:
        found = [self.step(moment) for moment in self.moments(at, count)]
        return [one for one in found if one is not None]

    def _sigma(self, at: int, count: int = DAY) -> float:
        return max(math.sqrt(mean([one * one for one in self.steps(at, count)])), FLOOR)

    def scaled(self, move: float | None, at: int, bars: int) -> float:
        return 0.0 if move is None else cut(move / (self.sigma(at) * math.sqrt(bars)))

    def has_row(self, at: int) -> bool:
        long_enough = self.log_close(at - STEP * DAY) is not None
        return at in self.bar and long_enough and len(self.bars(at, DAY)) >= DAY / 2
