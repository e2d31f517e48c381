"""Arctic Shift: past posts of a subreddit, `after` and `before` exclusive, in seconds or ISO dates."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.replay.clock import parse_moment
from local.replay.replay import replay_of
from local.replay.vendors.reddit import submission
from local.replay.world import DAY_S, Document

_ALLOWED = {"subreddit", "after", "before", "limit", "sort", "author", "title", "selftext", "fields"}


async def search(request: Request) -> Response:
    replay, query = replay_of(request), request.query_params
    unknown = set(query) - _ALLOWED
    if unknown:
        return _error(f"Unknown parameter: {sorted(unknown)[0]}")
    name = query.get("subreddit", "")
    if not name:
        return _error("One of author, subreddit is required")
    now_s = replay.clock.now_s()
    try:
        limit = 100 if query.get("limit") == "auto" else int(query.get("limit", "25"))
        since_s = _moment(query["after"]) if query.get("after") else float(replay.world.first_s) - 1
        until_s = min(_moment(query["before"]) if query.get("before") else now_s, now_s)
    except ValueError:
        return _error("after, before or limit is wrong")
    if not 1 <= limit <= 100:
        return _error("limit must be between 1 and 100")
    posts = _found(request, name, since_s + 1, until_s, limit, query.get("sort", "desc") == "asc")
    return JSONResponse({"data": [_post(request, post) for post in posts], "error": None})


def _found(
    request: Request, name: str, since_s: float, until_s: float, limit: int, ascending: bool
) -> list[Document]:
    """Widens a window from the wanted end until it holds `limit` posts: the lot may be large."""
    replay, span_s = replay_of(request), float(DAY_S)
    while True:
        start_s, stop_s = (
            (since_s, min(until_s, since_s + span_s))
            if ascending
            else (max(since_s, until_s - span_s), until_s)
        )
        posts = replay.world.documents(name, start_s, stop_s)
        posts = [post for post in posts if post.visible_s <= replay.clock.now_s()]
        if len(posts) >= limit or stop_s - start_s >= until_s - since_s:
            return posts[:limit] if ascending else posts[::-1][:limit]
        span_s *= 3


def _post(request: Request, post: Document) -> dict[str, Any]:
    return {**submission(replay_of(request), post), "retrieved_on": post.visible_s, "_meta": {}}


def _moment(text: str) -> float:
    return float(text) if text.isdigit() else parse_moment(text).timestamp()


def _error(message: str) -> Response:
    return JSONResponse({"data": None, "error": message}, 400)


ROUTES = [Route("/arctic-shift/api/posts/search", search)]
