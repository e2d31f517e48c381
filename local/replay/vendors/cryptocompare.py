"""CryptoCompare's legacy API: histominute, histohour, histoday. Its errors come with status 200.

`limit` + 1 rows, the last that of the running interval (see `served_bars`). The vendor's flat rows in
quiet intervals are not imitated: where the data has a gap, rows are absent. Before a coin's first bar
the vendor answers zeros; so does this.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.replay.replay import Replay, number, replay_of, served_bars
from local.replay.world import DAY_S

_UNITS = {"histominute": 60, "histohour": 3_600, "histoday": DAY_S}
_DEFAULT_LIMITS = {"histominute": 1_440, "histohour": 168, "histoday": 30}
_CACHE = {"cache-control": "public, max-age=10"}


async def history(request: Request) -> Response:
    replay, query, unit = replay_of(request), request.query_params, request.path_params["unit"]
    if unit not in _UNITS:
        return _error("Path does not exist", kind=1)
    symbol, currency = query.get("fsym", "").upper(), query.get("tsym", "").upper()
    for name, value in (("fsym", symbol), ("tsym", currency)):
        if not value:
            return _error(f"{name} param seems to be missing.", name)
    try:
        limit = int(number(request, "limit", _DEFAULT_LIMITS[unit]) or 0)
        aggregate = int(number(request, "aggregate", 1) or 1)
        now_s = replay.clock.now_s()
        until_s = min(number(request, "toTs", now_s) or now_s, now_s)
    except ValueError:
        return _error("limit, aggregate and toTs are numbers.", "limit")
    if not 1 <= limit <= 2_000:
        return _error("limit is larger than max value.", "limit")
    if not 1 <= aggregate <= 30:
        return _error("aggregate is larger than max value.", "aggregate")
    if currency not in {"USD", "USDT"} or symbol not in replay.world.symbols:
        return _error(f"CCCAGG market does not exist for this coin pair ({symbol}-{currency})", kind=1)
    if unit == "histominute" and until_s < now_s - 7 * DAY_S:
        return _error("Minute data is only available for the past 7 days.", "toTs")
    interval_s = _UNITS[unit] * aggregate
    since_s = until_s - until_s % interval_s - limit * interval_s
    if unit == "histominute":
        since_s = max(since_s, now_s - 7 * DAY_S)
    data = _data(replay, symbol, interval_s, since_s, until_s)
    return JSONResponse({**_HEAD, "Data": {**data, "Aggregated": aggregate > 1}}, headers=_CACHE)


_HEAD = {"Response": "Success", "Message": "", "HasWarning": False, "Type": 100, "RateLimit": {}}


def _data(replay: Replay, symbol: str, interval_s: int, since_s: float, until_s: float) -> dict[str, Any]:
    bars = served_bars(replay, symbol, interval_s, since_s, until_s + 1)
    columns = (
        bars.opened_s,
        bars.high,
        bars.low,
        bars.open,
        bars.volume,
        bars.volume * bars.close,
        bars.close,
    )
    rows = [_row(*values) for values in zip(*(c.tolist() for c in columns), strict=True)]
    start_s = int(-(-since_s // interval_s) * interval_s)
    last_zero_s = min(replay.world.first_s, until_s)
    zeros = [_row(s, 0, 0, 0, 0, 0, 0) for s in range(start_s, int(last_zero_s), interval_s)]
    rows = zeros + rows
    return {
        "TimeFrom": rows[0]["time"] if rows else start_s,
        "TimeTo": rows[-1]["time"] if rows else int(until_s - until_s % interval_s),
        "Data": rows,
    }


def _row(
    time: int, high: float, low: float, open_: float, volume: float, quoted: float, close: float
) -> dict[str, Any]:
    return {
        "time": time,
        "high": high,
        "low": low,
        "open": open_,
        "volumefrom": volume,
        "volumeto": round(quoted, 2),
        "close": close,
        "conversionType": "direct",
        "conversionSymbol": "",
    }


def _error(message: str, param: str | None = None, kind: int = 2) -> Response:
    body: dict[str, Any] = {"Response": "Error", "Message": message, "HasWarning": False, "Type": kind}
    body |= {"RateLimit": {}, "Data": {}}
    return JSONResponse(body | ({"ParamWithError": param} if param else {}), headers=_CACHE)


ROUTES = [Route("/cryptocompare/data/v2/{unit}", history)]
