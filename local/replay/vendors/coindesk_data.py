"""CoinDesk Data: the news list and the index history.

The index answers exactly `limit` rows, and an error object with status 404 before an instrument's
first value. The news list walks back by `to_ts` (inclusive here); `CREATED_ON` is when the item
came out, `GUID` the publisher's own address.
"""

from __future__ import annotations

import zlib
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.replay.replay import number, replay_of, served_bars
from local.replay.vendors.news_sites import link_of
from local.replay.world import DAY_S, Document

_UNITS = {"minutes": (60, "MINUTE"), "hours": (3_600, "HOUR"), "days": (DAY_S, "DAY")}
_IDENTITY = ("UNIT", "TIMESTAMP", "TYPE", "MARKET", "INSTRUMENT")
_GROUPS = {
    "OHLC": ("OPEN", "HIGH", "LOW", "CLOSE"),
    "VOLUME": (
        "VOLUME",
        "QUOTE_VOLUME",
        "VOLUME_TOP_TIER",
        "QUOTE_VOLUME_TOP_TIER",
        "VOLUME_DIRECT",
        "QUOTE_VOLUME_DIRECT",
        "VOLUME_TOP_TIER_DIRECT",
        "QUOTE_VOLUME_TOP_TIER_DIRECT",
    ),
    "ID": _IDENTITY,
}
_CACHE = {"cache-control": "public, max-age=300"}
_PAGE = 100


async def article_list(request: Request) -> Response:
    replay, query = replay_of(request), request.query_params
    if query.get("lang", "EN").upper() != "EN":
        return _json({"Data": [], "Err": {}})
    now_s = replay.clock.now_s()
    try:
        limit = int(number(request, "limit", 10) or 10)
        to_s = min(number(request, "to_ts", now_s) or now_s, now_s)
    except ValueError:
        return _error("Invalid: limit and to_ts are integers.", "limit", 400)
    if not 1 <= limit <= _PAGE:
        return _error(f"Invalid: limit parameter. It is between 1 and {_PAGE}.", "limit", 400)
    known = replay.world.channels("news")
    asked = [s for s in query.get("source_ids", "").lower().split(",") if s]
    found: list[Document] = []
    for channel in [name for name in known if not asked or name in asked]:
        found += _back_from(request, channel, to_s, limit)
    found.sort(key=lambda document: -document.published_s)
    return _json({"Data": [_article(request, document) for document in found[:limit]], "Err": {}})


async def index_history(request: Request) -> Response:
    replay, query = replay_of(request), request.query_params
    unit = _UNITS.get(request.path_params["unit"])
    if unit is None:
        return _error("Invalid: unit.", "unit", 404)
    symbol, _, currency = query.get("instrument", "").upper().partition("-")
    if query.get("market") != "cadli" or currency != "USD" or symbol not in replay.world.symbols:
        return _error("Invalid: instrument parameter. It is not traded on the market.", "instrument", 404)
    now_s = replay.clock.now_s()
    try:
        limit, aggregate = int(number(request, "limit", 30) or 30), int(number(request, "aggregate", 1) or 1)
        to_s = min(number(request, "to_ts", now_s) or now_s, now_s)
    except ValueError:
        return _error("Invalid: limit, aggregate and to_ts are integers.", "limit", 400)
    if not 1 <= limit <= 2_000 or not 1 <= aggregate <= 30:
        return _error("Invalid: limit is between 1 and 2000, aggregate between 1 and 30.", "limit", 400)
    if to_s < replay.world.first_s:
        message = f"Invalid: to_ts parameter. {symbol}-USD was not trading on cadli at {int(to_s)}."
        return _error(message, "to_ts", 404, first=replay.world.first_s)
    interval_s = unit[0] * aggregate
    since_s = to_s - to_s % interval_s - (limit - 1) * interval_s
    bars = served_bars(replay, symbol, interval_s, since_s, to_s + 1)
    columns = (bars.opened_s, bars.open, bars.high, bars.low, bars.close, bars.volume)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    kept = _kept(query.get("groups", ""))
    data = [_value(unit[1], symbol, *row) for row in rows]
    return _json(
        {"Data": [{k: v for k, v in row.items() if kept is None or k in kept} for row in data], "Err": {}}
    )


def _back_from(request: Request, channel: str, to_s: float, limit: int) -> list[Document]:
    """The `limit` newest items published by `to_s` that are out."""
    replay, span_s = replay_of(request), 3 * DAY_S
    while True:
        documents = replay.world.documents(channel, to_s - span_s, to_s + 1)
        found = [document for document in documents if document.visible_s <= replay.clock.now_s()]
        if len(found) >= limit or to_s - span_s < replay.world.first_s:
            return found[-limit:]
        span_s *= 3


def _article(request: Request, document: Document) -> dict[str, Any]:
    number_ = zlib.crc32(document.external_id.encode())
    return {
        "TYPE": "121",
        "ID": number_,
        "GUID": document.external_id,
        "PUBLISHED_ON": document.published_s,
        "PUBLISHED_ON_NS": 0,
        "IMAGE_URL": "",
        "TITLE": document.title,
        "SUBTITLE": document.body,
        "AUTHORS": document.author,
        "URL": link_of(request, document),
        "SOURCE_ID": 5 if document.channel == "coindesk" else 22,
        "BODY": document.body,
        "KEYWORDS": "",
        "LANG": "EN",
        "UPVOTES": 0,
        "DOWNVOTES": 0,
        "SCORE": 0,
        "SENTIMENT": "NEUTRAL",
        "STATUS": "ACTIVE",
        "CREATED_ON": document.visible_s,
        "UPDATED_ON": None,
        "SOURCE_DATA": {"SOURCE_KEY": document.channel, "NAME": document.channel, "SOURCE_TYPE": "RSS"},
        "CATEGORY_DATA": [],
    }


def _value(
    unit: str, symbol: str, time: int, open_: float, high: float, low: float, close: float, volume: float
) -> dict[str, Any]:
    quoted = round(volume * close, 8)
    return {
        "UNIT": unit,
        "TIMESTAMP": time,
        "TYPE": {"MINUTE": "268", "HOUR": "267", "DAY": "986"}[unit],
        "MARKET": "cadli",
        "INSTRUMENT": f"{symbol}-USD",
        "OPEN": open_,
        "HIGH": high,
        "LOW": low,
        "CLOSE": close,
        "TOTAL_INDEX_UPDATES": 0,
        **{name: quoted if name.startswith("QUOTE") else volume for name in _GROUPS["VOLUME"]},
    }


def _kept(groups: str) -> set[str] | None:
    """The fields of the groups asked for, identity always; None for all."""
    if not groups:
        return None
    return {field for name in ("ID", *groups.upper().split(",")) for field in _GROUPS.get(name, ())}


def _error(message: str, param: str, status: int, **other: Any) -> Response:
    told = {"type": 1, "message": message, "other_info": {"param": param, **other}}
    return _json({"Data": [], "Err": told}, status)


def _json(body: Any, status: int = 200) -> Response:
    return JSONResponse(body, status, headers=_CACHE)


ROUTES = [
    Route("/coindesk-data/news/v1/article/list", article_list),
    Route("/coindesk-data/index/cc/v1/historical/{unit}", index_history),
]
