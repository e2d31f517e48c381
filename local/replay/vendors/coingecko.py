"""CoinGecko's API v3: ping, coins/markets, coins/{id}/market_chart/range.

Stamps are irregular: a few seconds after the grid, in milliseconds. The quote between two bars is
the close of the last one: what the price does inside an unfinished bar is the future.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cryptocast.domain import COINS
from local.replay.clock import iso
from local.replay.replay import Replay, number, replay_of
from local.replay.world import DAY_S, Bars, World, closed_bars, empty_bars, latest_close

_CACHE = {"cache-control": "max-age=30, public, must-revalidate, s-maxage=60"}
_IDS = {coin.coingecko_id: coin for coin in COINS.values()}


async def ping(_: Request) -> Response:
    return _json({"gecko_says": "(V3) To the Moon!"})


async def coins_markets(request: Request) -> Response:
    replay, query = replay_of(request), request.query_params
    refused = _refused(request, replay)
    if refused:
        return refused
    per_page, page = int(number(request, "per_page", 100) or 100), int(number(request, "page", 1) or 1)
    ids = [i.strip() for i in query.get("ids", "").split(",") if i.strip()]
    coins = [
        c for c in _IDS.values() if c.symbol in replay.world.symbols and (not ids or c.coingecko_id in ids)
    ]
    rows = [_market(replay, coin.symbol) for coin in coins]
    per_page = min(per_page, 250)
    return _json([row for row in rows if row][(page - 1) * per_page : page * per_page])


async def market_chart_range(request: Request) -> Response:
    replay, query = replay_of(request), request.query_params
    refused = _refused(request, replay)
    if refused:
        return refused
    coin = _IDS.get(request.path_params["coin_id"])
    if coin is None or coin.symbol not in replay.world.symbols:
        return _json({"error": "coin not found"}, 404)
    try:
        since_s, until_s = float(query["from"]), float(query["to"])
    except (KeyError, ValueError):
        return _json({"error": "Missing parameter from or to"}, 422)
    now_s = replay.clock.now_s()
    if since_s < now_s - 365 * DAY_S:
        return _json({"error": _status(10012, _TOO_FAR, now_s)}, 401)
    return _json(_chart(replay.world, coin.symbol, since_s, min(until_s, now_s), now_s))


_TOO_FAR = (
    "Your request exceeds the allowed time range. Public API users are limited to querying historical "
    "data within the past 365 days. Upgrade to a paid plan to enjoy full historical data access."
)
_WRONG_BASE = (
    "If you are using Pro API key, please change your root URL "
    "from api.coingecko.com to pro-api.coingecko.com"
)


def _refused(request: Request, replay: Replay) -> Response | None:
    if request.headers.get("x-cg-pro-api-key"):
        return _json(_status(10010, _WRONG_BASE, replay.clock.now_s()), 400)
    currency = request.query_params.get("vs_currency")
    if currency is None:
        return _json({"error": "Missing parameter vs_currency"}, 422)
    return None if currency.lower() == "usd" else _json({"error": "invalid vs_currency"}, 422)


def _status(code: int, message: str, now_s: float) -> dict[str, Any]:
    stamp = iso(now_s, milliseconds=True).replace("Z", "+00:00")
    return {"status": {"timestamp": stamp, "error_code": code, "error_message": message}}


def _json(body: Any, status: int = 200) -> Response:
    return JSONResponse(body, status, headers=_CACHE)


def _stamp_ms(symbol: str, grid_s: int, now_s: float) -> int:
    """A little after the grid, the same for the same point, never after `now_s`."""
    late_ms = zlib.crc32(f"{symbol}{grid_s}".encode()) % 45_000
    return min(grid_s * 1_000 + late_ms, int(now_s * 1_000))


def _finest(world: World, symbol: str, since_s: float, until_s: float, now_s: float) -> tuple[int, Bars]:
    for interval_s in world.intervals(symbol):
        bars = closed_bars(world, symbol, interval_s, since_s - interval_s, until_s, now_s)
        if len(bars):
            return interval_s, bars
    return 0, empty_bars()


def _market(replay: Replay, symbol: str) -> dict[str, Any] | None:
    world, now_s = replay.world, replay.clock.now_s()
    close = latest_close(world, symbol, now_s)
    if close is None:
        return None
    closed_s, price = close
    _, day = _finest(world, symbol, now_s - DAY_S, now_s, now_s)
    before = float(day.open[0]) if len(day) else price
    coin = COINS[symbol]
    return {
        "id": coin.coingecko_id,
        "symbol": symbol.lower(),
        "name": coin.name,
        "image": f"https://coin-images.coingecko.com/coins/images/1/large/{coin.coingecko_id}.png",
        "current_price": price,
        "market_cap": None,
        "market_cap_rank": list(COINS).index(symbol) + 1,
        "fully_diluted_valuation": None,
        "total_volume": float(np.sum(day.volume * day.close)) if len(day) else None,
        "high_24h": float(day.high.max()) if len(day) else None,
        "low_24h": float(day.low.min()) if len(day) else None,
        "price_change_24h": price - before,
        "price_change_percentage_24h": round((price / before - 1) * 100, 5),
        "market_cap_change_24h": None,
        "market_cap_change_percentage_24h": None,
        "circulating_supply": None,
        "total_supply": None,
        "max_supply": None,
        "ath": None,
        "ath_change_percentage": None,
        "ath_date": None,
        "atl": None,
        "atl_change_percentage": None,
        "atl_date": None,
        "roi": None,
        "last_updated": iso(_stamp_ms(symbol, closed_s, now_s) / 1_000, milliseconds=True),
    }


def _chart(world: World, symbol: str, since_s: float, until_s: float, now_s: float) -> dict[str, Any]:
    """Points at bar closes; the rolling 24-hour volume in USD beside each."""
    wanted_s = _granularity_s(since_s, until_s, now_s)
    intervals = [i for i in world.intervals(symbol) if i >= wanted_s] or [DAY_S]
    points: list[tuple[int, float, float]] = []
    for interval_s in intervals:
        bars = closed_bars(world, symbol, interval_s, since_s - interval_s - DAY_S, until_s, now_s)
        if not len(bars):
            continue
        closed_s = bars.opened_s + interval_s
        spent = np.r_[0.0, np.cumsum(bars.volume * bars.close)]
        day_before = np.searchsorted(closed_s, closed_s - DAY_S, side="right")
        rolling = spent[1:] - spent[day_before]
        kept = (closed_s >= since_s) & (closed_s <= until_s)
        points = list(
            zip(closed_s[kept].tolist(), bars.close[kept].tolist(), rolling[kept].tolist(), strict=True)
        )
        if points:
            break
    stamped = [(_stamp_ms(symbol, s, now_s), price, volume) for s, price, volume in points]
    if stamped and until_s > now_s - 300:
        # The vendor's last point is the moment of the answer: unfinished, in the cell of the one before.
        stamped.append((int(now_s * 1_000), stamped[-1][1], stamped[-1][2]))
    return {
        "prices": [[ms, price] for ms, price, _ in stamped],
        "market_caps": [[ms, 0.0] for ms, _, _ in stamped],
        "total_volumes": [[ms, volume] for ms, _, volume in stamped],
    }


def _granularity_s(since_s: float, until_s: float, now_s: float) -> int:
    """The vendor's rule: 5 minutes only within the last day, hours to 90 days, days beyond."""
    span_s = until_s - since_s
    if span_s <= DAY_S and since_s >= now_s - DAY_S - 60:
        return 300
    return 3_600 if span_s <= 90 * DAY_S else DAY_S


ROUTES = [
    Route("/coingecko/api/v3/ping", ping),
    Route("/coingecko/api/v3/coins/markets", coins_markets),
    Route("/coingecko/api/v3/coins/{coin_id}/market_chart/range", market_chart_range),
]
