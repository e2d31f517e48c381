"""The simulated world: a market and the texts that people write about it, both from one seed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from local.replay import market, texts
from local.replay.world import DAY_S, Bars, Document, empty_bars, resample

_INTERVALS_S = (300, 900, 1_800, 3_600, 21_600, DAY_S)
_END = datetime(2040, 1, 1, tzinfo=UTC)


class Simulated:
    """Begins at `market.EPOCH` and has no end that anyone will wait for."""

    label = "simulated"

    def __init__(self, seed: int = 1) -> None:
        self.symbols = market.SYMBOLS
        self.first_s = int(market.EPOCH.timestamp())
        self.last_s = int(_END.timestamp())
        self._market = market.Market(seed)
        self._texts = texts.Texts(self._market, seed)
        self._series = lru_cache(maxsize=64)(self._make_series)

    def warm(self, now_s: float) -> None:
        """Walk the market up to a moment, so that the first request need not."""
        self.bars(self.symbols[0], market.STEP_S, now_s - DAY_S, now_s)

    def intervals(self, symbol: str) -> tuple[int, ...]:
        return _INTERVALS_S if symbol in self.symbols else ()

    def bars(self, symbol: str, interval_s: int, since_s: float, until_s: float) -> Bars:
        if interval_s not in self.intervals(symbol):
            return empty_bars()
        start_s = max(since_s - since_s % DAY_S, self.first_s)
        stop_s = min(-(-until_s // DAY_S) * DAY_S, self.last_s)
        return self._series(symbol, interval_s, int(start_s), int(stop_s)).between(since_s, until_s)

    def channels(self, kind: str) -> tuple[str, ...]:
        return texts.NEWS_CHANNELS if kind == "news" else texts.SUBREDDITS

    def documents(self, channel: str, since_s: float, until_s: float) -> list[Document]:
        return self._texts.between(channel, since_s, until_s)

    def posts(self, ids: Sequence[str]) -> list[Document]:
        return self._texts.posts(ids)

    def _make_series(self, symbol: str, interval_s: int, start_s: int, stop_s: int) -> Bars:
        if stop_s <= start_s:
            return empty_bars()
        return resample(self._market.bars(symbol, start_s, stop_s), market.STEP_S, interval_s)
