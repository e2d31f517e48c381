"""CryptoCompare (CoinDesk Data, legacy API): the backup for prices, bars with range and volume."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptocast.collect.candles import not_in_future
from cryptocast.collect.http import Fetcher
from cryptocast.collect.parsing import mapping, moment_of_seconds, number, refused, whole
from cryptocast.collect.source import Collected, Spend, free
from cryptocast.domain import Bar, Rejected
from cryptocast.errors import InvalidRecord, SourceUnavailable

NAME = "cryptocompare"
BASE_URL = "https://min-api.cryptocompare.com"
_ROWS = 2_000
"""Rows before aggregation that one answer serves; the vendor cuts `limit` to fit."""
_NO_SUCH_PAIR = ("does not exist for this coin pair", "There is no data for")
"""In the message of the error for a coin the vendor does not have; its `Type` varies."""
_NO_SUCH_KEY = ("api key", "auth key")
"""In lower case in that of an error for a key that it does not take, which comes as HTTP 200 too."""


class CryptoCompare:
    """`histominute` and `histohour`, paged backwards.

    Its errors come as HTTP 200 with `"Response": "Error"`. Minutes reach back 7 days on a free key.
    """

    name = NAME
    page_bars = _ROWS // 15

    def __init__(self, fetcher: Fetcher, key: str | None = None, base_url: str | None = None) -> None:
        self._fetcher = fetcher
        self._base_url = base_url or BASE_URL
        self._headers = {"authorization": f"Apikey {key}"} if key else {}

    def bars(
        self,
        symbol: str,
        since: datetime,
        until: datetime,
        interval_s: int,
        seen_at: datetime,
        spend: Spend = free,
    ) -> Collected[Bar]:
        """Bars opened in [since, until), oldest first.

        Raises: `SourceUnavailable`, and whatever `spend` raises.
        """
        kind, aggregate = _endpoint(interval_s)
        collected: Collected[Bar] = Collected()
        found: dict[datetime, Bar] = {}
        end = until
        while since < end:
            bars_left = int((end - since).total_seconds()) // interval_s
            params: dict[str, str | int] = {
                "fsym": symbol,
                "tsym": "USD",
                "limit": max(1, min(bars_left, _ROWS // aggregate - 1)),
                "toTs": int(end.timestamp()) - 1,
                "aggregate": aggregate,
            }
            data = self._ask(kind, params, spend)
            if data is None:
                collected.missing.append(f"{NAME}: no {symbol}")
                break
            began = _time_from(data)
            bars, rejected = _read(data, symbol, interval_s, seen_at)
            collected.rejected += rejected
            found |= {bar.opened_at: bar for bar in bars if since <= bar.opened_at < until}
            if began is None or began >= end:
                break
            end = began
        collected.records = [found[opened_at] for opened_at in sorted(found)]
        return collected

    def _ask(self, kind: str, params: Mapping[str, str | int], spend: Spend) -> Mapping[str, Any] | None:
        """`Data` of one page, or None where the vendor does not know the coin."""
        url = f"{self._base_url}/data/v2/{kind}"
        answer = self._fetcher.get(NAME, url, params=params, headers=self._headers, spend=spend).json()
        if not isinstance(answer, dict):
            raise SourceUnavailable(NAME, "answers no object")
        if answer.get("Response") != "Success":
            message = str(answer.get("Message"))
            if any(phrase in message for phrase in _NO_SUCH_PAIR):
                return None
            refused_key = any(phrase in message.lower() for phrase in _NO_SUCH_KEY)
            raise SourceUnavailable(NAME, f"error as HTTP 200: {message[:120]}", refused=refused_key)
        data = answer.get("Data")
        if not isinstance(data, dict) or not isinstance(data.get("Data"), list):
            raise SourceUnavailable(NAME, "answers no rows")
        return data


def _endpoint(interval_s: int) -> tuple[str, int]:
    if interval_s % 3_600 == 0:
        return "histohour", interval_s // 3_600
    return "histominute", interval_s // 60


def _time_from(data: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromtimestamp(whole(data.get("TimeFrom"), "TimeFrom"), tz=UTC)
    except (InvalidRecord, ValueError, OverflowError, OSError):
        return None


def _read(
    data: Mapping[str, Any], symbol: str, interval_s: int, seen_at: datetime
) -> tuple[list[Bar], list[Rejected]]:
    bars: list[Bar] = []
    rejected: list[Rejected] = []
    for raw in data["Data"][: _ROWS + 1]:
        try:
            row = mapping(raw, "row")
            if not _is_filler(row):
                bars.append(not_in_future(_bar(row, symbol, interval_s, seen_at), seen_at))
        except InvalidRecord as error:
            rejected.append(refused("bars", NAME, str(error), raw))
    on_grid = [bar for bar in bars if bar.opened_at.timestamp() % interval_s == 0]
    in_progress = timedelta(seconds=interval_s)
    return [bar for bar in on_grid if bar.opened_at + in_progress <= seen_at], rejected


def _is_filler(row: Mapping[str, Any]) -> bool:
    """Before a coin's listing the vendor fills with zeros; that is absence, not a bad record."""
    return all(row.get(name) == 0 for name in ("open", "high", "low", "close", "volumefrom"))


def _bar(row: Mapping[str, Any], symbol: str, interval_s: int, seen_at: datetime) -> Bar:
    return Bar(
        symbol=symbol,
        opened_at=moment_of_seconds(row.get("time"), "time"),
        interval_s=interval_s,
        open=number(row.get("open"), "open"),
        high=number(row.get("high"), "high"),
        low=number(row.get("low"), "low"),
        close=number(row.get("close"), "close"),
        volume=number(row.get("volumefrom"), "volumefrom"),
        source=NAME,
        first_seen_at=seen_at,
        volume_source=NAME,
    )
