"""CoinDesk and CryptoSlate: feed, article pages, robots.txt.

Both feeds answer conditional GETs. CoinDesk's holds the newest items only; CryptoSlate's is
WordPress's, with `?paged=N` for older ones and 404 beyond the last. Links lead back to this server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local.replay.replay import Replay, number, replay_of
from local.replay.vendors import news_pages
from local.replay.world import DAY_S, Document, latest

_MOST_PAGES = 40
_SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)
_ROBOTS = """User-agent: *
Disallow: /sponsored/
Disallow: /{site}/sponsored/
Disallow: /search
Sitemap: {base}/sitemap.xml
"""


async def coindesk_feed(request: Request) -> Response:
    replay = replay_of(request)
    items = latest(replay.world, "coindesk", replay.clock.now_s(), replay.feed_items)
    return _feed(
        request, "coindesk", items, "CoinDesk: Bitcoin, Ethereum, Crypto News and Price Data", _coindesk
    )


async def cryptoslate_feed(request: Request) -> Response:
    replay = replay_of(request)
    try:
        wanted = max(1, int(number(request, "paged", 1) or 1))
    except ValueError:
        wanted = 1
    if wanted > _MOST_PAGES:
        return Response("Page not found", 404, media_type="text/html")
    items = latest(replay.world, "cryptoslate", replay.clock.now_s(), wanted * replay.feed_items)
    items = items[(wanted - 1) * replay.feed_items :]
    if wanted > 1 and not items:
        return Response("Page not found", 404, media_type="text/html")
    return _feed(request, "cryptoslate", items, "CryptoSlate", _cryptoslate)


async def article(request: Request) -> Response:
    """A page, once its item is out; the day in the address says where to look."""
    site = request.path_params["site"]
    document = find(replay_of(request), site, request.path_params["rest"])
    if document is None:
        return Response("<html><body><h1>Page not found</h1></body></html>", 404, media_type="text/html")
    return Response(news_pages.page(document, str(request.url)), media_type="text/html")


async def robots(request: Request) -> Response:
    site = request.path_params.get("site", "coindesk")
    return PlainTextResponse(_ROBOTS.format(site=site, base=str(request.base_url).rstrip("/")))


def link_of(request: Request, document: Document) -> str:
    """The address of an item on this server."""
    return f"{str(request.base_url).rstrip('/')}/{document.channel}{news_pages.path_of(document)}"


def find(replay: Replay, site: str, rest: str) -> Document | None:
    """The visible document whose page is `rest` on `site`."""
    parts = rest.strip("/").split("/")
    try:
        day_s = int(datetime(*map(int, parts[1:4]), tzinfo=UTC).timestamp())  # type: ignore[arg-type]
    except (ValueError, TypeError, OverflowError):
        return None
    if site not in replay.world.channels("news"):
        return None
    now_s = replay.clock.now_s()
    for document in replay.world.documents(site, day_s, day_s + DAY_S):
        if document.visible_s <= now_s and parts[-1].endswith(news_pages.key_of(document)):
            return document
    return None


def _feed(
    request: Request, site: str, items: list[Document], title: str, item: Callable[[Document, str], str]
) -> Response:
    changed_s = max((document.visible_s for document in items), default=replay_of(request).world.first_s)
    etag = _etag(items)
    headers = {
        "etag": etag,
        "last-modified": news_pages.http_date(changed_s),
        "cache-control": "max-age=60, public",
    }
    if _unchanged(request, etag, changed_s):
        return Response(status_code=304, headers=headers)
    base = str(request.base_url).rstrip("/")
    body = "".join(item(document, link_of(request, document)) for document in items)
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss {_SPACES} version="2.0">
  <channel>
    <title>{title}</title>
    <link>{base}/{site}/</link>
    <atom:link rel="self" type="application/rss+xml" href="{request.url.path}"/>
    <description>{title}, served by a replay server ({replay_of(request).world.label} data)</description>
    <lastBuildDate>{news_pages.rss_date(changed_s)}</lastBuildDate>
    <language>en-US</language>
    <sy:updatePeriod>hourly</sy:updatePeriod>
    <sy:updateFrequency>1</sy:updateFrequency>
{body}  </channel>
</rss>
"""
    kind = "application/rss+xml; charset=UTF-8" if site == "cryptoslate" else "application/xml; charset=utf-8"
    return Response(text, headers=headers, media_type=kind)


def _etag(items: list[Document]) -> str:
    named = "\n".join(document.external_id for document in items)
    return f'W/"{hashlib.sha256(named.encode()).hexdigest()[:32]}"'


def _unchanged(request: Request, etag: str, changed_s: int) -> bool:
    """`If-None-Match` decides alone where it is given, as RFC 9110 says."""
    asked = request.headers.get("if-none-match")
    if asked is not None:
        weak = etag.removeprefix("W/")
        return asked.strip() == "*" or weak in [tag.strip().removeprefix("W/") for tag in asked.split(",")]
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and parsedate_to_datetime(since).timestamp() >= changed_s
    except (ValueError, TypeError):
        return False


_coindesk = news_pages.coindesk_item
_cryptoslate = news_pages.cryptoslate_item

ROUTES = [
    Route("/robots.txt", robots),
    Route("/{site:str}/robots.txt", robots),
    Route("/coindesk/arc/outboundfeeds/rss", coindesk_feed),
    Route("/coindesk/arc/outboundfeeds/rss/", coindesk_feed),
    Route("/cryptoslate/feed", cryptoslate_feed),
    Route("/cryptoslate/feed/", cryptoslate_feed),
    Route("/{site:str}/{rest:path}", article),
]
