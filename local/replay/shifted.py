"""A world whose market changes its nature at a moment: what drift detection is tried on.

Before the moment the world is as it was. From it on, the market sleeps through one half of each day and
climbs restlessly through the other: other features, and another relation of features to returns, though
nothing that could be called certain (a challenger that is right too often is refused as a leak).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from local.replay.world import DAY_S, Bars, Document, World

_LOOK_BACK_S = 7 * DAY_S
_CLIMB, _RESTLESS, _ASLEEP = 0.35, 1.4, 0.05
"""Mean and deviation of an awake bar's return, and the deviation of a sleeping one's, in usual deviations."""


class Shifted:
    """`world` up to `shift_s` (POSIX seconds), another market from there."""

    def __init__(self, world: World, shift_s: float) -> None:
        self._world = world
        self._shift_s = int(shift_s)
        self.label = world.label
        self.symbols = world.symbols
        self.first_s = world.first_s
        self.last_s = world.last_s

    def intervals(self, symbol: str) -> tuple[int, ...]:
        return self._world.intervals(symbol)

    def channels(self, kind: str) -> tuple[str, ...]:
        return self._world.channels(kind)

    def documents(self, channel: str, since_s: float, until_s: float) -> list[Document]:
        return self._world.documents(channel, since_s, until_s)

    def posts(self, ids: Sequence[str]) -> list[Document]:
        return self._world.posts(ids)

    def bars(self, symbol: str, interval_s: int, since_s: float, until_s: float) -> Bars:
        if until_s <= self._shift_s:
            return self._world.bars(symbol, interval_s, since_s, until_s)
        begin_s = min(since_s, self._shift_s - _LOOK_BACK_S)
        shifted = self._other_market(self._world.bars(symbol, interval_s, begin_s, until_s))
        return shifted.between(since_s, until_s)

    def _other_market(self, bars: Bars) -> Bars:
        """The bars after the shift, rewritten from the last close before it."""
        first = int(np.searchsorted(bars.opened_s, self._shift_s))
        if first < 2 or first == len(bars):
            return bars
        returns = np.diff(np.log(bars.close))
        usual = float(np.std(returns[: first - 1]))
        noise = returns[first - 1 :] / (float(np.std(returns)) or 1.0)
        awake = bars.opened_s[first:] % DAY_S >= DAY_S // 2
        moves = usual * np.where(awake, _CLIMB + _RESTLESS * noise, _ASLEEP * noise)
        close = bars.close.copy()
        close[first:] = bars.close[first - 1] * np.exp(np.cumsum(moves))
        opened = np.concatenate([bars.open[:first], close[first - 1 : -1]])
        high = np.concatenate([bars.high[:first], np.maximum(opened, close)[first:] * 1.0001])
        low = np.concatenate([bars.low[:first], np.minimum(opened, close)[first:] * 0.9999])
        return replace(bars, open=opened, high=high, low=low, close=close)
