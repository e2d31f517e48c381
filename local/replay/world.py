"""What the vendors' server serves from: bars and documents of some stretch of time.

All times are POSIX seconds. A world knows its whole stretch, also what lies after the server's
clock; the vendors' modules ask through `closed_bars` and `latest`, which cut at the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one coin in USD, ascending by open; all columns (n,). Volume in coins."""

    opened_s: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    trade_count: Ints | None = None
    taker_buy_volume: Floats | None = None

    def __len__(self) -> int:
        return len(self.opened_s)

    def take(self, rows: slice | Ints | npt.NDArray[np.bool_]) -> Bars:
        return Bars(**{name: None if column is None else column[rows] for name, column in self._columns()})

    def between(self, since_s: float, until_s: float) -> Bars:
        """Those opened in [since_s, until_s)."""
        start, stop = np.searchsorted(self.opened_s, [since_s, until_s])
        return self.take(slice(int(start), int(stop)))

    def _columns(self) -> list[tuple[str, npt.NDArray[np.generic] | None]]:
        return [(name, getattr(self, name)) for name in self.__slots__]


@dataclass(frozen=True, slots=True)
class Document:
    """A news item or a post, as its channel (a feed's site or a subreddit) shows it."""

    kind: str
    """`news` or `post`."""
    channel: str
    source: str
    external_id: str
    title: str
    body: str
    author: str
    published_s: int
    visible_s: int
    """From when the vendor serves it; never before `published_s`."""
    deleted_s: int | None = None


class World(Protocol):
    """A stretch of time to serve from."""

    label: str
    """`replay` or `simulated`."""
    first_s: int
    last_s: int
    """The world's last moment: the close of its last bar."""
    symbols: tuple[str, ...]

    def intervals(self, symbol: str) -> tuple[int, ...]:
        """Bar lengths that can be served for the coin, ascending; empty for an unknown coin."""
        ...

    def bars(self, symbol: str, interval_s: int, since_s: float, until_s: float) -> Bars:
        """Bars opened in [since_s, until_s); empty where there are none."""
        ...

    def channels(self, kind: str) -> tuple[str, ...]: ...

    def documents(self, channel: str, since_s: float, until_s: float) -> list[Document]:
        """Documents of a channel published in [since_s, until_s), ascending."""
        ...

    def posts(self, ids: Sequence[str]) -> list[Document]:
        """The posts with these ids, in the order asked; unknown ids are left out."""
        ...


def empty_bars() -> Bars:
    none = np.empty(0, dtype=np.float64)
    return Bars(np.empty(0, dtype=np.int64), none, none, none, none, none)


def concatenate(parts: Iterable[Bars]) -> Bars:
    """Parts in ascending order, joined."""
    kept = [part for part in parts if len(part)]
    if not kept:
        return empty_bars()
    columns = {}
    for name in Bars.__slots__:
        values = [getattr(part, name) for part in kept]
        columns[name] = None if any(value is None for value in values) else np.concatenate(values)
    return Bars(**columns)


def resample(bars: Bars, interval_s: int, target_s: int) -> Bars:
    """Longer bars out of shorter ones; a longer bar with a shorter one absent is left out."""
    if not len(bars) or target_s == interval_s:
        return bars
    group = bars.opened_s // target_s
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    counts = np.diff(np.r_[starts, len(bars)])
    whole = counts == target_s // interval_s
    ends = starts + counts - 1
    sums = [
        None if column is None else np.add.reduceat(column, starts)[whole]
        for column in (bars.volume, bars.trade_count, bars.taker_buy_volume)
    ]
    return Bars(
        opened_s=group[starts][whole] * target_s,
        open=bars.open[starts][whole],
        high=np.maximum.reduceat(bars.high, starts)[whole],
        low=np.minimum.reduceat(bars.low, starts)[whole],
        close=bars.close[ends][whole],
        volume=sums[0],
        trade_count=sums[1],
        taker_buy_volume=sums[2],
    )


def overlay(first: Bars, second: Bars) -> Bars:
    """`first`, and from `second` the bars that `first` lacks."""
    if not len(first) or not len(second):
        return second if not len(first) else first
    extra = second.take(~np.isin(second.opened_s, first.opened_s))
    plain = [replace(part, trade_count=None, taker_buy_volume=None) for part in (first, extra)]
    joined = concatenate(plain)
    return joined.take(np.argsort(joined.opened_s, kind="stable"))


def closed_bars(
    world: World, symbol: str, interval_s: int, since_s: float, until_s: float, now_s: float
) -> Bars:
    """Bars opened in [since_s, until_s) that have closed by `now_s`."""
    last_open_s = now_s - interval_s
    return world.bars(symbol, interval_s, since_s, min(until_s, last_open_s + 0.001))


def latest_close(
    world: World, symbol: str, now_s: float, within_s: float = 7 * DAY_S
) -> tuple[int, float] | None:
    """(close time, price) of the newest closed bar of any length, or None if there is none `within_s`."""
    best: tuple[int, float] | None = None
    for interval_s in world.intervals(symbol):
        bars = closed_bars(world, symbol, interval_s, now_s - within_s, now_s, now_s)
        if len(bars) and (best is None or bars.opened_s[-1] + interval_s > best[0]):
            best = (int(bars.opened_s[-1]) + interval_s, float(bars.close[-1]))
    return best


def latest(world: World, channel: str, now_s: float, limit: int) -> list[Document]:
    """The newest documents of a channel that are visible at `now_s`, newest publication first."""
    span_s, found = 2 * DAY_S, []
    while True:
        since_s = now_s - span_s
        found = [d for d in world.documents(channel, since_s, now_s + 1) if d.visible_s <= now_s]
        if len(found) >= limit or since_s <= world.first_s - 2 * DAY_S:
            break
        span_s *= 3
    kept = [d for d in found if d.deleted_s is None or d.deleted_s > now_s]
    return kept[::-1][:limit]
