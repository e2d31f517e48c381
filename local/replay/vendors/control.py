"""The server's own doors, which no vendor has: the clock, the faults, what was asked, deleted posts."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.replay.clock import iso, parse_moment
from local.replay.faults import Fault
from local.replay.replay import replay_of
from local.replay.shifted import Shifted


async def clock(request: Request) -> Response:
    """GET answers the clock and the world's stretch; POST {"now": ISO} sets it, {"now": null} frees it."""
    replay = replay_of(request)
    if request.method == "POST":
        given = await _body(request)
        if not isinstance(given, dict) or "now" not in given:
            return JSONResponse({"error": 'expected {"now": ISO or null}'}, 400)
        try:
            replay.clock.set(None if given["now"] is None else parse_moment(given["now"]))
        except (ValueError, TypeError, AttributeError):
            return JSONResponse({"error": f"not an ISO time: {given['now']!r}"}, 400)
    world = replay.world
    body = {"now": iso(replay.clock.now_s(), milliseconds=True), "label": world.label}
    return JSONResponse(
        body | {"first": iso(world.first_s), "last": iso(world.last_s), "symbols": world.symbols}
    )


async def faults(request: Request) -> Response:
    """POST one fault or a list of them, GET those pending, DELETE them all."""
    pending = replay_of(request).faults
    if request.method == "DELETE":
        pending.clear()
    elif request.method == "POST":
        given = await _body(request)
        try:
            pending.extend(Fault.parse(one) for one in (given if isinstance(given, list) else [given]))
        except (ValueError, TypeError, AttributeError) as error:
            return JSONResponse({"error": str(error)}, 400)
    return JSONResponse({"pending": [{"path_prefix": f.path_prefix, "times": f.times} for f in pending]})


async def requests(request: Request) -> Response:
    """GET how often each path was asked since the start or the last DELETE."""
    counts = replay_of(request).requests
    if request.method == "DELETE":
        counts.clear()
    return JSONResponse(dict(counts))


async def deleted(request: Request) -> Response:
    """POST {"ids": [...]}: from now on Reddit shows these posts as deleted by their authors."""
    given = await _body(request)
    if not isinstance(given, dict) or not isinstance(given.get("ids"), list):
        return JSONResponse({"error": 'expected {"ids": [...]}'}, 400)
    replay = replay_of(request)
    replay.deleted_posts.update(str(post_id).removeprefix("t3_") for post_id in given["ids"])
    return JSONResponse({"deleted": sorted(replay.deleted_posts)})


async def shift(request: Request) -> Response:
    """POST {"from": ISO}: from that moment on the market is of another nature (see `shifted`)."""
    given = await _body(request)
    try:
        since = parse_moment(given["from"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return JSONResponse({"error": 'expected {"from": ISO}'}, 400)
    replay = replay_of(request)
    replay.world = Shifted(replay.world, since.timestamp())
    return JSONResponse({"from": given["from"]})


async def _body(request: Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        return None


ROUTES = [
    Route("/_clock", clock, methods=["GET", "POST"]),
    Route("/_faults", faults, methods=["GET", "POST", "DELETE"]),
    Route("/_requests", requests, methods=["GET", "DELETE"]),
    Route("/_deleted", deleted, methods=["POST"]),
    Route("/_shift", shift, methods=["POST"]),
]
