"""Exchange candles that need no key: Coinbase Exchange and Binance. The newest bar and history."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptocast.collect.http import Fetcher
from cryptocast.collect.parsing import moment_of_seconds, number, refused, whole
from cryptocast.collect.source import Collected, Spend, free
from cryptocast.domain import Bar
from cryptocast.errors import InvalidRecord, SourceUnavailable

COINBASE_URL = "https://api.exchange.coinbase.com"
BINANCE_URL = "https://data-api.binance.vision"
"""Binance's host for public market data: the same paths as api.binance.com, open in every country."""
_BINANCE_INTERVALS: Mapping[int, str] = {60: "1m", 300: "5m", 900: "15m", 1_800: "30m", 3_600: "1h"}


class _Candles(ABC):
    """Pages forward over [since, until); a subclass knows one exchange's address and rows."""

    name: str
    page_bars: int
    _unknown_coin: int
    """The status that says: no such pair."""

    def __init__(self, fetcher: Fetcher, base_url: str) -> None:
        self._fetcher = fetcher
        self._base_url = base_url

    def bars(
        self,
        symbol: str,
        since: datetime,
        until: datetime,
        interval_s: int,
        seen_at: datetime,
        spend: Spend = free,
    ) -> Collected[Bar]:
        """Bars opened in [since, until), oldest first; a bar that had not closed by `seen_at` is left out.

        Raises: `SourceUnavailable`, and whatever `spend` raises.
        """
        collected: Collected[Bar] = Collected()
        found: dict[datetime, Bar] = {}
        last_open = seen_at - timedelta(seconds=interval_s)
        for begin, end in pages(since, until, interval_s * self.page_bars):
            rows = self._ask(symbol, begin, end, interval_s, spend)
            if rows is None:
                collected.missing.append(f"{self.name}: no {symbol}")
                break
            for raw in rows[: self.page_bars + 1]:
                try:
                    bar = not_in_future(self._bar(raw, symbol, interval_s, seen_at), seen_at)
                except InvalidRecord as error:
                    collected.rejected.append(refused("bars", self.name, str(error), raw))
                    continue
                if begin <= bar.opened_at < end and bar.opened_at <= last_open:
                    found[bar.opened_at] = bar
        collected.records = [found[opened_at] for opened_at in sorted(found)]
        return collected

    @abstractmethod
    def _ask(
        self, symbol: str, begin: datetime, end: datetime, interval_s: int, spend: Spend
    ) -> list[Any] | None: ...

    @abstractmethod
    def _bar(self, raw: object, symbol: str, interval_s: int, seen_at: datetime) -> Bar: ...

    def _get(self, path: str, params: Mapping[str, str | int], spend: Spend) -> list[Any] | None:
        unknown = frozenset({self._unknown_coin})
        reply = self._fetcher.get(
            self.name, f"{self._base_url}{path}", params=params, also=unknown, spend=spend
        )
        if reply.status in unknown:
            return None
        rows = reply.json()
        if not isinstance(rows, list):
            raise SourceUnavailable(self.name, "answers no list of candles")
        return rows


class Coinbase(_Candles):
    """`GET /products/BTC-USD/candles`: `[time, low, high, open, close, volume]`, 300 a call."""

    name = "coinbase"
    page_bars = 300
    _unknown_coin = 404

    def __init__(self, fetcher: Fetcher, base_url: str | None = None) -> None:
        super().__init__(fetcher, base_url or COINBASE_URL)

    def _ask(
        self, symbol: str, begin: datetime, end: datetime, interval_s: int, spend: Spend
    ) -> list[Any] | None:
        params: dict[str, str | int] = {
            "granularity": interval_s,
            "start": begin.isoformat(),
            "end": (end - timedelta(seconds=interval_s)).isoformat(),
        }
        return self._get(f"/products/{symbol}-USD/candles", params, spend)

    def _bar(self, raw: object, symbol: str, interval_s: int, seen_at: datetime) -> Bar:
        row = _row(raw, 6)
        low, high, opened, close, volume = (
            number(value, name)
            for value, name in zip(row[1:6], ("low", "high", "open", "close", "volume"), strict=True)
        )
        return Bar(
            symbol=symbol,
            opened_at=_on_grid(moment_of_seconds(row[0], "time"), interval_s),
            interval_s=interval_s,
            open=opened,
            high=high,
            low=low,
            close=close,
            volume=volume,
            source=self.name,
            first_seen_at=seen_at,
            volume_source=self.name,
        )


class Binance(_Candles):
    """`GET /api/v3/klines`: USDT pairs, with trade count and taker-buy volume, 1,000 a call."""

    name = "binance"
    page_bars = 1_000
    _unknown_coin = 400

    def __init__(self, fetcher: Fetcher, base_url: str | None = None) -> None:
        super().__init__(fetcher, base_url or BINANCE_URL)

    def _ask(
        self, symbol: str, begin: datetime, end: datetime, interval_s: int, spend: Spend
    ) -> list[Any] | None:
        interval = _BINANCE_INTERVALS.get(interval_s)
        if interval is None:
            raise SourceUnavailable(self.name, f"has no candles of {interval_s} s")
        params: dict[str, str | int] = {
            "symbol": f"{symbol}USDT",
            "interval": interval,
            "limit": self.page_bars,
            "startTime": int(begin.timestamp()) * 1_000,
            "endTime": int(end.timestamp()) * 1_000 - 1,
        }
        return self._get("/api/v3/klines", params, spend)

    def _bar(self, raw: object, symbol: str, interval_s: int, seen_at: datetime) -> Bar:
        row = _row(raw, 10)
        names = ("open", "high", "low", "close", "volume")
        opened, high, low, close, volume = (
            number(value, name, text=True) for value, name in zip(row[1:6], names, strict=True)
        )
        return Bar(
            symbol=symbol,
            opened_at=_on_grid(
                datetime.fromtimestamp(0, tz=UTC) + _milliseconds(whole(row[0], "open time")), interval_s
            ),
            interval_s=interval_s,
            open=opened,
            high=high,
            low=low,
            close=close,
            volume=volume,
            source=self.name,
            first_seen_at=seen_at,
            volume_source=self.name,
            trade_count=whole(row[8], "trade count"),
            taker_buy_volume=number(row[9], "taker-buy volume", text=True),
        )


@dataclass(frozen=True, slots=True)
class Exchange:
    """How to make one exchange's source, and where it is."""

    make: Callable[[Fetcher, str | None], Coinbase | Binance]
    base_url: str


EXCHANGES: Mapping[str, Exchange] = {
    "coinbase": Exchange(Coinbase, COINBASE_URL),
    "binance": Exchange(Binance, BINANCE_URL),
}


def pages(since: datetime, until: datetime, span_s: int) -> Iterator[tuple[datetime, datetime]]:
    """[since, until) cut into pieces of at most `span_s` seconds, oldest first."""
    begin = since
    while begin < until:
        end = min(until, begin + timedelta(seconds=span_s))
        yield begin, end
        begin = end


def not_in_future(bar: Bar, seen_at: datetime) -> Bar:
    """The bar; raises `InvalidRecord` where it opens after it was seen."""
    if bar.opened_at > seen_at:
        raise InvalidRecord("opens in the future")
    return bar


def _row(raw: object, width: int) -> Sequence[Any]:
    if not isinstance(raw, list) or len(raw) < width:
        raise InvalidRecord(f"a candle is no list of {width} values")
    return raw


def _milliseconds(value: int) -> timedelta:
    try:
        return timedelta(milliseconds=value)
    except OverflowError:
        raise InvalidRecord("open time is no time") from None


def _on_grid(moment: datetime, interval_s: int) -> datetime:
    if moment.timestamp() % interval_s:
        raise InvalidRecord(f"a candle opens off the {interval_s} s grid")
    return moment
