"""Coinbase Exchange's candles: newest first, at most 300, [time, low, high, open, close, volume]."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.replay.clock import parse_moment
from local.replay.replay import replay_of, served_bars

_GRANULARITIES_S = (60, 300, 900, 3_600, 21_600, 86_400)
_MAX_CANDLES = 300


async def candles(request: Request) -> Response:
    replay, query = replay_of(request), request.query_params
    symbol, _, currency = request.path_params["product"].upper().partition("-")
    if currency != "USD" or symbol not in replay.world.symbols:
        return _error("NotFound", 404)
    try:
        granularity_s = int(query.get("granularity", "60"))
        now_s = replay.clock.now_s()
        end_s = _moment(query["end"]) if query.get("end") else now_s
        start_s = _moment(query["start"]) if query.get("start") else end_s - _MAX_CANDLES * granularity_s
    except ValueError:
        return _error("Invalid start, end or granularity")
    if granularity_s not in _GRANULARITIES_S:
        return _error("Unsupported granularity")
    if start_s > end_s:
        return _error("start must be before end")
    if (end_s - start_s) / granularity_s > _MAX_CANDLES:
        return _error(
            "granularity too small for the requested time range. Count of aggregations requested exceeds 300"
        )
    bars = served_bars(replay, symbol, granularity_s, start_s, end_s + 1)
    columns = (bars.opened_s, bars.low, bars.high, bars.open, bars.close, bars.volume)
    rows = [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    return JSONResponse(rows[::-1][:_MAX_CANDLES], headers={"cache-control": "no-store"})


def _moment(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdigit() else parse_moment(text).timestamp()


def _error(message: str, status: int = 400) -> Response:
    return JSONResponse({"message": message}, status)


ROUTES = [Route("/coinbase/products/{product}/candles", candles)]
