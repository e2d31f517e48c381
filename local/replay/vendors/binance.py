"""Binance's klines: oldest first, 12 fields, numbers as strings, times in milliseconds.

Only over a world that knows trade counts and taker buys; recorded data does not, and zeros in their
place would be lies, so there the vendor answers as it does to a place it does not serve (451).
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.replay.replay import number, replay_of, served_bars
from local.replay.world import Bars

_INTERVALS_S = {"5m": 300, "15m": 900, "30m": 1_800, "1h": 3_600, "6h": 21_600, "1d": 86_400}


async def klines(request: Request) -> Response:
    replay, query = replay_of(request), request.query_params
    if replay.world.label != "simulated":
        return _error(0, "Service unavailable: the recorded data hold no trade counts.", 451)
    symbol = query.get("symbol", "").removesuffix("USDT")
    if not query.get("symbol", "").endswith("USDT") or symbol not in replay.world.symbols:
        return _error(-1121, "Invalid symbol.")
    interval_s = _INTERVALS_S.get(query.get("interval", ""))
    if interval_s is None:
        return _error(-1120, "Invalid interval.")
    now_s = replay.clock.now_s()
    try:
        limit = max(1, min(int(number(request, "limit", 500) or 500), 1_000))
        end_s = min((number(request, "endTime") or now_s * 1_000) / 1_000, now_s)
        start = number(request, "startTime")
    except ValueError:
        return _error(-1100, "Illegal characters found in a parameter.")
    start_s = end_s - end_s % interval_s - limit * interval_s if start is None else start / 1_000
    until_s = min(end_s + 0.001, start_s + (limit + 1) * interval_s)
    bars = served_bars(replay, symbol, interval_s, start_s, until_s)
    bars = bars.take(slice(-limit, None) if start is None else slice(0, limit))
    return JSONResponse(_rows(bars, interval_s), headers={"x-mbx-used-weight-1m": "2"})


def _rows(bars: Bars, interval_s: int) -> list[list[Any]]:
    assert bars.trade_count is not None and bars.taker_buy_volume is not None
    return [
        [
            opened_s * 1_000,
            *(f"{bars_column:.8f}" for bars_column in (open_, high, low, close, volume)),
            (opened_s + interval_s) * 1_000 - 1,
            f"{volume * close:.8f}",
            trades,
            f"{taker:.8f}",
            f"{taker * close:.8f}",
            "0",
        ]
        for opened_s, open_, high, low, close, volume, trades, taker in zip(
            *(
                column.tolist()
                for column in (
                    bars.opened_s,
                    bars.open,
                    bars.high,
                    bars.low,
                    bars.close,
                    bars.volume,
                    bars.trade_count,
                    bars.taker_buy_volume,
                )
            ),
            strict=True,
        )
    ]


def _error(code: int, message: str, status: int = 400) -> Response:
    return JSONResponse({"code": code, "msg": message}, status)


ROUTES = [Route("/binance/api/v3/klines", klines)]
