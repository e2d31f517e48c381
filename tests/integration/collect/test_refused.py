"""Sources that answer and give nothing usable, and vendors that do not take our key."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cryptocast.collect.news import collect_news
from cryptocast.collect.prices import collect_prices
from cryptocast.collect.social import collect_social
from cryptocast.collect.sources import Sources
from cryptocast.missing import inputs_only, missing_words
from cryptocast.store import sources as source_store
from cryptocast.store.database import Database
from tests.integration.collect.conftest import AS_OF, Vendors, window

pytestmark = pytest.mark.integration

FEED = "/coindesk/arc/outboundfeeds/rss/"
POSTS = "/reddit/r/"
UNDATED = "coindesk: all 5 records were refused (no publication date)"


def feed(url: str, *dated: str) -> str:
    """Five items that have lost their date, and `dated` ones."""
    date = "<pubDate>Mon, 02 Mar 2026 11:50:00 +0000</pubDate>"
    items = [(f"u{n}", "") for n in range(5)] + [(name, date) for name in dated]
    said = "".join(
        f"<item><title>{name}</title><link>{url}/coindesk/{name}</link>{stamp}"
        f"<description>It moved.</description></item>"
        for name, stamp in items
    )
    return f'<rss version="2.0"><channel><title>N</title>{said}</channel></rss>'


def listing(*posts: dict[str, Any]) -> str:
    children = [{"kind": "t3", "data": post} for post in posts]
    return json.dumps({"kind": "Listing", "data": {"children": children, "after": None}})


def status(db: Database, source: str) -> bool:
    return next(s.ok for s in source_store.statuses(db) if s.source == source)


def test_a_site_whose_every_item_is_refused_is_missing_in_every_cycle(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    unchanged = {"etag": '"same"'}
    vendors.fail(FEED, body=feed(vendors.url), content_type="application/xml", headers=unchanged)
    for _ in range(2):
        report = collect_news(db, sources, window())
        assert report.missing == [UNDATED]
        assert not status(db, "coindesk")
    # An unchanged page that is not sent again would pass for one that works.
    assert source_store.conditional_headers(db, f"{vendors.url}{FEED}") == {}
    assert inputs_only(missing_words({"collected": [{"missing": report.missing}]})) == (UNDATED,)
    vendors.recover()
    assert collect_news(db, sources, window()).missing == []
    assert status(db, "coindesk")


def test_known_items_beside_refused_ones_are_a_site_that_works(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    vendors.fail(FEED, body=feed(vendors.url, "known"), content_type="application/xml")
    for _ in range(2):
        report = collect_news(db, sources, window())
        assert (report.missing, report.rows_rejected) == ([], 5)
        assert status(db, "coindesk")


def test_posts_that_are_all_refused_are_missing_and_known_ones_are_not(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    created = AS_OF.timestamp() - 600
    nameless = [{"id": f"n{n}", "title": "", "selftext": "", "created_utc": created} for n in range(5)]
    known = {"id": "k1", "title": "BTC moves", "selftext": "", "created_utc": created}
    vendors.fail(POSTS, body=listing(*nameless))
    report = collect_social(db, sources, window())
    subreddits = len(sources.subreddits)
    assert report.missing == [
        f"reddit: all {5 * subreddits} records were refused (title is empty or no text)"
    ]
    vendors.recover()
    vendors.fail(POSTS, body=listing(known, *nameless))
    for _ in range(2):
        assert collect_social(db, sources, window()).missing == []
        assert status(db, "reddit")


NO_KEY = {"Response": "Error", "Message": "You need a valid auth key or api key", "Type": 99, "Data": {}}
LIMITED = {"Response": "Error", "Message": "You are over your rate limit", "Type": 99, "Data": {}}


@pytest.mark.parametrize(
    ("path", "how", "doubted"),
    [
        ("/coingecko", {"status": 401}, True),
        ("/coingecko", {"status": 403}, True),
        ("/coingecko", {"status": 500}, False),
        ("/cryptocompare", {"body": json.dumps(NO_KEY)}, True),
        ("/cryptocompare", {"body": json.dumps(LIMITED)}, False),
    ],
)
def test_a_vendor_that_refuses_the_key_of_prices_has_it_doubted(
    path: str, how: dict[str, Any], doubted: bool, db: Database, sources: Sources, vendors: Vendors
) -> None:
    calls: list[str] = []
    vendors.fail("/coinbase", status=500)
    if path == "/cryptocompare":
        vendors.fail("/coingecko", status=500)
    vendors.fail(path, **how)
    collect_prices(db, replace(sources, doubt_keys=lambda: calls.append(path)), window(), ("BTC",))
    assert bool(calls) is doubted


def test_reddit_that_refuses_and_news_that_needs_no_key(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    calls: list[str] = []
    doubting = replace(sources, doubt_keys=lambda: calls.append("doubted"))
    vendors.fail("/reddit/api/v1/access_token", status=401)
    report = collect_social(db, doubting, window())
    assert report.missing == ["reddit: ResponseException (HTTP 401)"]
    assert calls == ["doubted"]
    vendors.recover()
    collect_news(db, doubting, window())
    assert calls == ["doubted"]


def test_keys_that_were_never_given_are_looked_for_each_cycle(
    db: Database, make: Callable[..., Sources]
) -> None:
    calls: list[str] = []
    keyless = replace(make(), reddit=None, doubt_keys=lambda: calls.append("doubted"))
    assert collect_social(db, keyless, window()).missing == ["reddit: no credentials"]
    assert calls == ["doubted"]
