"""Reddit as PRAW speaks to it: the token endpoint, /r/<names>/new, /api/info.

PRAW joins paths to `oauth_url` by `urljoin`, so a base without a trailing slash loses its last part;
therefore every route answers under `/reddit` and at the root. Rate limits are counted in windows of
the server's clock; the seconds that are left are told as at most half of a window, so that PRAW does
not pace a client that has used little. `score` and `num_comments` are a fresh post's: 1 and 0.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from local.replay.replay import Replay, number, replay_of
from local.replay.world import Document, latest

_WINDOW_S = 600
_LISTING_END = 1_000
_TOKEN_LIFE_S = 86_400


async def access_token(request: Request) -> Response:
    """Any client with a secret but `wrong` gets a token; `grant_type` as for a read-only client."""
    if request.method != "POST" or not _credentials(request):
        return _json({"message": "Unauthorized", "error": 401}, 401)
    form = (await request.body()).decode("utf-8", "replace")
    if "grant_type=client_credentials" not in form and "grant_type=password" not in form:
        return _json({"error": "unsupported_grant_type"})
    return _json(
        {"access_token": _token(request), "token_type": "bearer", "expires_in": _TOKEN_LIFE_S, "scope": "*"}
    )


async def new(request: Request) -> Response:
    """Newest first; `after` walks on, to 1,000 items at most."""
    replay, names = replay_of(request), request.path_params["subreddits"].split("+")
    known = {name.lower(): name for name in replay.world.channels("post")}
    channels = [known[name.lower()] for name in names if name.lower() in known]
    if not channels:
        return RedirectResponse(f"/subreddits/search?q={names[0]}", 302)
    limit, after = _limit(request), request.query_params.get("after")
    wanted = _LISTING_END if after else limit + 1 + len(replay.deleted_posts)
    posts = [
        post for post in _newest(replay, channels, wanted) if post.external_id not in replay.deleted_posts
    ]
    return _json(_listing(replay, posts[:_LISTING_END], limit, after))


async def info(request: Request) -> Response:
    """The posts named in `id`, deleted ones as their shells."""
    replay = replay_of(request)
    names = request.query_params.get("id", "").split(",")[:100]
    ids = [name.removeprefix("t3_") for name in names if name.startswith("t3_")]
    posts = [post for post in replay.world.posts(ids) if post.visible_s <= replay.clock.now_s()]
    return _json(_listing(replay, posts, 100, None))


async def about(request: Request) -> Response:
    name = request.path_params["subreddits"]
    return _json(
        {"kind": "t5", "data": {"display_name": name, "id": "2wlj3", "name": "t5_2wlj3", "subscribers": 1}}
    )


def submission(replay: Replay, post: Document) -> dict[str, Any]:
    """A post's fields; of a deleted one the shell that Reddit keeps."""
    now_s = replay.clock.now_s()
    gone = post.external_id in replay.deleted_posts or (
        post.deleted_s is not None and post.deleted_s <= now_s
    )
    permalink = f"/r/{post.channel}/comments/{post.external_id}/post/"
    return {
        "id": post.external_id,
        "name": f"t3_{post.external_id}",
        "subreddit": post.channel,
        "subreddit_name_prefixed": f"r/{post.channel}",
        "title": "[deleted by user]" if gone else post.title,
        "selftext": "[deleted]" if gone else post.body,
        "selftext_html": None,
        "author": "[deleted]" if gone else post.author,
        "author_fullname": None if gone else "t2_replay",
        "created": float(post.published_s),
        "created_utc": float(post.published_s),
        "edited": False,
        "is_self": True,
        "removed_by_category": "deleted" if gone else None,
        "score": 1,
        "ups": 1,
        "downs": 0,
        "upvote_ratio": 1.0,
        "num_comments": 0,
        "over_18": False,
        "stickied": False,
        "locked": False,
        "link_flair_text": None,
        "domain": f"self.{post.channel}",
        "permalink": permalink,
        "url": f"https://www.reddit.com{permalink}",
    }


def _newest(replay: Replay, channels: list[str], wanted: int) -> list[Document]:
    """The newest posts of some subreddits together; kept, since a listing is asked page by page."""
    now_s = replay.clock.now_s()
    key = (now_s, wanted, *channels)
    if replay.last_listing is None or replay.last_listing[0] != key:
        posts = [post for name in channels for post in latest(replay.world, name, now_s, wanted)]
        posts.sort(key=lambda post: (-post.published_s, post.external_id))
        replay.last_listing = (key, posts)
    return replay.last_listing[1]


def _listing(replay: Replay, posts: list[Document], limit: int, after: str | None) -> dict[str, Any]:
    start = 0
    if after:
        names = [f"t3_{post.external_id}" for post in posts]
        start = names.index(after) + 1 if after in names else len(posts)
    page = posts[start : start + limit]
    more = start + limit < len(posts)
    return {
        "kind": "Listing",
        "data": {
            "after": f"t3_{page[-1].external_id}" if page and more else None,
            "dist": len(page),
            "modhash": None,
            "geo_filter": "",
            "children": [{"kind": "t3", "data": submission(replay, post)} for post in page],
            "before": None,
        },
    }


def _limit(request: Request) -> int:
    try:
        return max(1, min(int(number(request, "limit", 25) or 25), 100))
    except ValueError:
        return 25


def _credentials(request: Request) -> bool:
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    try:
        user, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return scheme.lower() == "basic" and bool(user) and secret not in ("", "wrong")


def _token(request: Request) -> str:
    return hashlib.sha256(request.headers.get("authorization", "").encode()).hexdigest()


def _limited(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Asks for the bearer token, counts the call, and tells the limits in the answer's headers."""

    async def answer(request: Request) -> Response:
        replay = replay_of(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or len(token) != 64:
            return _json({"message": "Unauthorized", "error": 401}, 401)
        now_s = int(replay.clock.now_s())
        window, used = now_s // _WINDOW_S, replay.reddit_window[1]
        used = used + 1 if replay.reddit_window[0] == window else 1
        replay.reddit_window = (window, used)
        left = replay.reddit_limit - used
        if left < 0:
            response = _json({"message": "Too Many Requests", "error": 429}, 429)
        else:
            response = await endpoint(request)
        response.headers["x-ratelimit-used"] = str(used)
        response.headers["x-ratelimit-remaining"] = f"{max(left, 0):.1f}"
        response.headers["x-ratelimit-reset"] = str(min(_WINDOW_S // 2, _WINDOW_S - now_s % _WINDOW_S))
        return response

    return answer


def _json(body: Any, status: int = 200) -> Response:
    return JSONResponse(body, status, headers={"cache-control": "private, max-age=3600"})


def _routes() -> list[Route]:
    routes = []
    for base in ("/reddit", "/reddit/", ""):
        routes.append(Route(f"{base}/api/v1/access_token", access_token, methods=["GET", "POST"]))
        for end in ("", "/"):
            routes += [
                Route(f"{base}/r/{{subreddits}}/new{end}", _limited(new)),
                Route(f"{base}/r/{{subreddits}}/about{end}", _limited(about)),
                Route(f"{base}/api/info{end}", _limited(info)),
            ]
    return routes


ROUTES = _routes()
