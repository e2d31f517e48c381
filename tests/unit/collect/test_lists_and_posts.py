"""The news list, Reddit submissions and Arctic Shift: what becomes a document, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from cryptocast.collect.arctic import ArcticShift
from cryptocast.collect.newslist import NewsList
from cryptocast.collect.posts import is_gone, post, without_text
from cryptocast.collect.site import TextPolicy
from cryptocast.domain import DocumentKind
from cryptocast.errors import InvalidRecord, SourceUnavailable
from tests.unit.collect.vendors import (
    AS_OF,
    NOW,
    WINDOW,
    Vendor,
    fetcher,
    told,
)

SITE = "https://www.coindesk.com"


def news(published: datetime, **other: Any) -> dict[str, Any]:
    s = int(published.timestamp())
    return {"PUBLISHED_ON": s, "TITLE": "T", "URL": f"{SITE}/{s}?utm=1", "SUBTITLE": "S", "BODY": "B"} | other


def newslist(vendor: Vendor, **policy: Any) -> NewsList:
    return NewsList(fetcher(vendor), TextPolicy(**policy), key="k")


def test_the_news_list_is_walked_back_by_to_ts() -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        query = parse_qs(request.url.query.decode())
        to, limit = int(query["to_ts"][0]), int(query["limit"][0])
        newest = to - to % 600
        items = [news(datetime.fromtimestamp(newest - 600 * i, tz=UTC)) for i in range(limit)]
        return told({"Data": items, "Err": {}})

    vendor = Vendor(serve)
    since = AS_OF - timedelta(days=1)
    collected = newslist(vendor).documents_between("coindesk", SITE, since, AS_OF, NOW)
    assert len({d.external_id for d in collected.records}) == len(collected.records) == 144
    assert {d.source for d in collected.records} == {"coindesk"}
    assert all(d.first_seen_estimated for d in collected.records)
    assert len(vendor.requests) == 3
    assert vendor.requests[0].headers["authorization"] == "Apikey k"


def test_the_news_list_that_never_goes_back_is_not_walked_for_ever() -> None:
    vendor = Vendor(told({"Data": [news(AS_OF)] * 50}))
    newslist(vendor).documents_between("coindesk", SITE, AS_OF - timedelta(days=30), AS_OF, NOW)
    assert len(vendor.requests) <= 200


@pytest.mark.parametrize(
    "wrong",
    [7, {"PUBLISHED_ON": "x"}, {"TITLE": None}, {"URL": 3}, {"URL": "javascript:x"}, {"URL": "https://[::x"}],
)
def test_wrong_news_is_quarantined(wrong: Any) -> None:
    raw = news(AS_OF - timedelta(hours=1)) | wrong if isinstance(wrong, dict) else wrong
    good = news(AS_OF - timedelta(hours=2))
    collected = newslist(Vendor(told({"Data": [raw, good]}))).documents_between(
        "coindesk", SITE, AS_OF - timedelta(days=1), AS_OF, NOW
    )
    assert len(collected.records) == 1
    assert [r.stage for r in collected.rejected] == ["documents"]


@pytest.mark.parametrize("body", [[], {"Data": None}, {"Data": [], "Err": {"message": "no"}}, "x"])
def test_a_news_list_of_no_shape_is_a_clear_error(body: Any) -> None:
    with pytest.raises(SourceUnavailable, match="newslist"):
        newslist(Vendor(told(body))).documents_between(
            "coindesk", SITE, AS_OF - timedelta(days=1), AS_OF, NOW
        )


def test_the_news_list_gives_summaries_unless_full_text_is_kept() -> None:
    def bodies(**policy: Any) -> list[str]:
        vendor = Vendor(told({"Data": [news(AS_OF - timedelta(hours=1))]}))
        found = newslist(vendor, **policy).documents_between(
            "coindesk", SITE, AS_OF - timedelta(days=1), AS_OF, NOW
        )
        return [document.body for document in found.records]

    assert bodies() == ["S"]
    assert bodies(keep_full_text=True) == ["B"]


SUBMISSION = {
    "id": "abc123",
    "title": "Solana &amp; me",
    "selftext": "I hold **SOL**.",
    "created_utc": (AS_OF - timedelta(minutes=5)).timestamp(),
    "permalink": "/r/CryptoCurrency/comments/abc123/solana_me/",
    "author": "someone",
    "score": 99_999,
    "num_comments": 77_777,
}


def test_a_submission_becomes_a_post_without_score_or_comments() -> None:
    document = post(SUBMISSION, WINDOW, 3_600)
    assert (document.kind, document.source, document.external_id) == (DocumentKind.POST, "reddit", "abc123")
    assert (document.title, document.symbols) == ("Solana & me", ("SOL",))
    assert document.url == "https://www.reddit.com/comments/abc123/"  # the permalink holds the title
    compared = post(SUBMISSION | {"title": "Why ETH<BTC now &lt; and SOL>DOT"}, WINDOW, 3_600)
    assert compared.title == "Why ETH<BTC now < and SOL>DOT"  # it is no HTML
    assert "99999" not in repr(document)
    assert "77777" not in repr(document)


@pytest.mark.parametrize(
    "wrong", [{"id": None}, {"title": 3}, {"created_utc": "x"}, {"created_utc": 1e30}, {"title": " "}]
)
def test_a_wrong_submission_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidRecord):
        post(SUBMISSION | wrong, WINDOW, 3_600)


def test_a_refused_submission_leaves_no_text() -> None:
    assert set(without_text(SUBMISSION)) == {"id", "subreddit", "created_utc"}
    assert without_text(None) == {"id": None, "subreddit": None, "created_utc": None}


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({}, False),
        ({"selftext": "[removed]"}, True),
        ({"selftext": "[deleted]"}, True),
        ({"author": None}, True),
        ({"author": "[deleted]"}, True),
        ({"removed_by_category": "moderator"}, True),
        ({"removed_by_category": None}, False),
    ],
)
def test_gone_posts_are_recognised(change: dict[str, Any], gone: bool) -> None:
    assert is_gone(SUBMISSION | change) is gone


def test_arctic_shift_is_walked_forward_and_stores_nothing_twice() -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        after, before = int(request.url.params["after"]), int(request.url.params["before"])
        first = after // 300 * 300 + 300
        stamps = range(first, min(before, first + 100 * 300), 300)
        return told({"data": [SUBMISSION | {"id": f"p{s}", "created_utc": s} for s in stamps]})

    vendor = Vendor(serve)
    since = AS_OF - timedelta(days=1)
    found = ArcticShift(fetcher(vendor), 3_600).documents_between("Bitcoin", since, AS_OF, NOW).records
    assert len({document.external_id for document in found}) == len(found) == 288
    assert len(vendor.requests) == 3
    assert all(document.first_seen_estimated for document in found)


@pytest.mark.parametrize("body", [[], {"data": None}, {"error": "x"}])
def test_arctic_shift_of_no_shape_is_a_clear_error(body: Any) -> None:
    with pytest.raises(SourceUnavailable, match="arctic-shift"):
        ArcticShift(fetcher(Vendor(told(body))), 3_600).documents_between("Bitcoin", AS_OF, NOW, NOW)
