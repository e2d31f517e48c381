"""What every vendor's module is given: the world, the clock, the counts."""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field

import numpy as np
from starlette.requests import Request

from local.replay.clock import Clock
from local.replay.faults import Fault
from local.replay.world import Bars, Document, World, closed_bars, concatenate


@dataclass(slots=True)
class Replay:
    """The state of one server."""

    world: World
    clock: Clock
    feed_items: int = 25
    """Items in a feed, or in one page of it."""
    reddit_limit: int = 1_000
    """Calls that Reddit allows in one window of its clock."""
    running_bars: bool = False
    """Whether the bar that runs at the clock is served too, as the vendors do."""
    faults: deque[Fault] = field(default_factory=deque)
    requests: Counter[str] = field(default_factory=Counter)
    deleted_posts: set[str] = field(default_factory=set)
    reddit_window: tuple[int, int] = (0, 0)
    """(number of the window, calls in it)."""
    last_listing: tuple[tuple[object, ...], list[Document]] | None = None
    """Reddit's last listing, by what it was asked for."""


def replay_of(request: Request) -> Replay:
    state: Replay = request.app.state.replay
    return state


def number(request: Request, name: str, default: float | None = None) -> float | None:
    """A numeric query parameter; raises ValueError where it is no number."""
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{name} is not finite")
    return value


def served_bars(replay: Replay, symbol: str, interval_s: int, since_s: float, until_s: float) -> Bars:
    """Bars opened in [since_s, until_s) that have closed by the clock.

    With `running_bars` the running one follows, flat at the last close and without volume: all of it
    that is past. A collector that takes it for a closed bar is wrong.
    """
    now_s = replay.clock.now_s()
    bars = closed_bars(replay.world, symbol, interval_s, since_s, until_s, now_s)
    opened_s = int(now_s - now_s % interval_s)
    follows = len(bars) > 0 and int(bars.opened_s[-1]) + interval_s == opened_s
    if not replay.running_bars or not follows or opened_s >= until_s:
        return bars
    price, none = bars.close[-1:], np.zeros(1)
    counts = None if bars.trade_count is None else np.zeros(1, dtype=np.int64)
    taker = None if bars.taker_buy_volume is None else none
    running = Bars(np.array([opened_s], dtype=np.int64), price, price, price, price, none, counts, taker)
    return concatenate([bars, running])
