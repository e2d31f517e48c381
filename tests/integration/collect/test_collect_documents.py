from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from cryptocast.collect.news import collect_news
from cryptocast.collect.reddit import RedditPosts, connect
from cryptocast.collect.social import collect_social
from cryptocast.collect.sources import Sources
from cryptocast.domain import Document, DocumentKind
from cryptocast.errors import StoreUnavailable
from cryptocast.store import documents, quarantine
from cryptocast.store import sources as source_store
from cryptocast.store.database import Database
from tests.integration.collect.conftest import AS_OF, Vendors, window

pytestmark = pytest.mark.integration

FEED = "/coindesk/arc/outboundfeeds/rss/"


def stored(db: Database, kind: DocumentKind, source: str | None = None) -> list[Document]:
    found = [record.document for record in documents.recent(db, 10_000, kind=kind)]
    return [document for document in found if source in (None, document.source)]


def listing(*posts: dict[str, Any]) -> str:
    children = [{"kind": "t3", "data": post} for post in posts]
    return json.dumps({"kind": "Listing", "data": {"children": children, "after": None}})


def test_news_of_both_sites_is_stored_and_a_second_cycle_stores_nothing_twice(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    report = collect_news(db, sources, window())
    found = stored(db, DocumentKind.NEWS)
    assert report.missing == []
    assert report.rows_stored == len(found) > 10
    assert {document.source for document in found} == {"coindesk", "cryptoslate"}
    assert all(document.published_at <= document.first_seen_at for document in found)
    assert any(document.symbols for document in found)
    vendors.asked()
    again = collect_news(db, sources, window())
    assert (again.rows_in, again.rows_stored) == (0, 0)
    assert vendors.asked()[FEED] == 1


def test_an_unchanged_feed_answers_304_and_a_changed_one_brings_the_new_items(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    collect_news(db, sources, window())
    before = len(stored(db, DocumentKind.NEWS))
    later = AS_OF + timedelta(hours=6)
    vendors.clock(later + timedelta(seconds=20))
    collect_news(db, sources, window(later))
    new = [d for d in stored(db, DocumentKind.NEWS) if d.first_seen_at > AS_OF + timedelta(minutes=1)]
    assert len(stored(db, DocumentKind.NEWS)) == before + len(new) > before


def test_a_database_that_drops_while_storing_loses_and_doubles_nothing(
    db: Database, sources: Sources
) -> None:
    with db.connection() as connection:
        connection.execute(
            "CREATE FUNCTION drop_connection() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END$$"
        )
        connection.execute(
            "CREATE TRIGGER dropping BEFORE INSERT ON documents EXECUTE FUNCTION drop_connection()"
        )
    with pytest.raises(StoreUnavailable):
        collect_news(db, sources, window())
    with db.connection() as connection:
        connection.execute("DROP TRIGGER dropping ON documents")
    # Had the ETag been kept, the feed would now seem unchanged.
    report = collect_news(db, sources, window())
    assert report.rows_stored == len(stored(db, DocumentKind.NEWS)) > 10


def test_a_catch_up_takes_the_days_news_from_the_list_and_the_feed_adds_nothing_twice(
    db: Database, sources: Sources
) -> None:
    collect_news(db, sources, window(back=timedelta(days=3)))
    found = stored(db, DocumentKind.NEWS)
    assert len({(d.source, d.external_id) for d in found}) == len(found)
    assert len({(d.source, d.title, d.published_at) for d in found}) == len(found)
    assert min(d.published_at for d in found) < AS_OF - timedelta(days=2)
    assert all(d.first_seen_estimated for d in found)
    assert all(d.first_seen_at >= d.published_at for d in found)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"status": 503}, "HTTP 503"),
        ({"kind": "html"}, "answers text/html where xml was expected"),
        ({"kind": "huge", "content_type": "application/xml"}, "answers more than 2000000 bytes"),
        ({"kind": "garbage", "content_type": "application/xml"}, "its feed is not well-formed XML"),
        ({"kind": "empty", "content_type": "application/xml"}, "its feed is not well-formed XML"),
        ({"kind": "disconnect"}, "RemoteProtocolError at 127.0.0.1"),
        ({"status": 302, "headers": {"location": "https://evil.example/feed"}},
         "redirects to https://evil.example, which is not allowed"),
        ({"status": 429, "headers": {"retry-after": "600"}}, "HTTP 429"),
        (
            {
                "body": '<!DOCTYPE x [<!ENTITY a "b">]><rss version="2.0"><channel/></rss>',
                "content_type": "application/xml",
            },
            "its feed declares XML entities, refused",
        ),
    ],
)  # fmt: skip
def test_a_site_that_misbehaves_is_named_and_the_other_goes_on(
    how: dict[str, object], reason: str, db: Database, sources: Sources, vendors: Vendors
) -> None:
    vendors.fail(FEED, **how)
    report = collect_news(db, sources, window())
    assert report.missing == [f"coindesk: {reason}"]
    assert {d.source for d in stored(db, DocumentKind.NEWS)} == {"cryptoslate"}
    by_source = {status.source: status for status in source_store.statuses(db)}
    assert (by_source["coindesk"].ok, by_source["coindesk"].reason) == (False, reason)
    assert by_source["cryptoslate"].ok


def test_an_item_stamped_in_the_future_is_quarantined(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    body = f"""<rss version="2.0"><channel><title>N</title><item><title>Tomorrow</title>
    <link>{vendors.url}/coindesk/tomorrow</link><pubDate>Tue, 03 Mar 2026 12:00:00 +0000</pubDate>
    <description>It will rise.</description></item></channel></rss>"""
    vendors.fail(FEED, body=body, content_type="application/xml")
    collect_news(db, sources, window())
    (kept,) = quarantine.recent(db, 10)
    assert (kept.stage, kept.source, kept.payload["title"]) == ("documents", "coindesk", "Tomorrow")
    assert not stored(db, DocumentKind.NEWS, "coindesk")


def test_posts_are_stored_through_praw_and_nothing_twice(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    report = collect_social(db, sources, window())
    found = stored(db, DocumentKind.POST)
    assert report.missing == []
    assert report.rows_stored == len(found) > 10
    assert report.detail["expired"] == 0
    assert {d.source for d in found} == {"reddit"}
    assert all(d.url == f"https://www.reddit.com/comments/{d.external_id}/" for d in found)
    assert all(d.first_seen_at >= d.published_at for d in found)
    again = collect_social(db, sources, window())
    assert again.rows_stored == 0
    assert len(stored(db, DocumentKind.POST)) == len(found)


def test_a_catch_up_pages_through_the_listing(db: Database, sources: Sources, vendors: Vendors) -> None:
    collect_social(db, sources, window(back=timedelta(hours=40)))
    oldest = min(d.published_at for d in stored(db, DocumentKind.POST))
    assert oldest < AS_OF - timedelta(hours=36)


def test_an_outage_of_reddit_loses_no_post(
    db: Database, make: Callable[..., Sources], vendors: Vendors
) -> None:
    sources = make(reddit_subreddits="CryptoCurrency")
    collect_social(db, sources, window())
    later = AS_OF + timedelta(hours=30)
    vendors.clock(later + timedelta(seconds=20))
    report = collect_social(db, sources, window(later))
    assert report.missing == []
    assert report.rows_stored > 150, "more than one page of a listing"
    found = sorted(d.published_at for d in stored(db, DocumentKind.POST))
    assert max(after - before for before, after in pairwise(found)) < timedelta(hours=2)


def test_a_listing_that_ends_before_the_known_posts_is_named(
    db: Database, make: Callable[..., Sources], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cryptocast.collect.reddit._MOST_PAGES", 1)
    report = collect_social(db, make(reddit_subreddits="CryptoCurrency"), window())
    oldest = min(d.published_at for d in stored(db, DocumentKind.POST))
    assert report.missing == [f"reddit: r/CryptoCurrency shows nothing before {oldest:%Y-%m-%d %H:%M}"]


def test_without_credentials_reddit_is_named_and_text_expires_all_the_same(
    db: Database, sources: Sources
) -> None:
    collect_social(db, sources, window())
    later = window(AS_OF + timedelta(hours=72))
    report = collect_social(db, replace(sources, reddit=None), later)
    assert report.missing == ["reddit: no credentials"]
    assert report.detail["expired"] > 0
    assert stored(db, DocumentKind.POST) == []


@pytest.mark.parametrize(
    "how",
    [
        {"status": 503},
        {"kind": "garbage"},
        {"kind": "html"},
        {"kind": "huge"},
        {"kind": "disconnect"},
        {"status": 429, "headers": {"retry-after": "600"}},
        {"body": '{"kind": "Listing", "data": {"children": "x"}}'},
        {"body": "[1, 2]"},
        {"body": "7"},
    ],
)
def test_reddit_that_misbehaves_is_named_and_nothing_stops(
    how: dict[str, object], db: Database, sources: Sources, vendors: Vendors
) -> None:
    vendors.fail("/reddit/r/", **how)
    report = collect_social(db, sources, window())
    assert len(report.missing) == 1
    assert report.missing[0].startswith("reddit: ")
    assert stored(db, DocumentKind.POST) == []


def test_wrong_credentials_are_named_without_being_shown(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    client = connect("an-id", "wrong", "cryptocast-tests/1.0", f"{vendors.url}/reddit")
    report = collect_social(db, replace(sources, reddit=RedditPosts(client, ("Bitcoin",), 3_600)), window())
    (missing,) = report.missing
    assert missing.startswith("reddit: ")
    assert "an-id" not in missing
    assert "wrong" not in missing


def test_a_closed_subreddit_does_not_cost_the_others(
    db: Database, make: Callable[..., Sources], vendors: Vendors
) -> None:
    report = collect_social(db, make(reddit_subreddits="NoSuchPlace,Bitcoin"), window())
    assert len(report.missing) == 1
    assert "r/NoSuchPlace is closed" in report.missing[0]
    assert stored(db, DocumentKind.POST)


def test_an_exhausted_rate_limit_is_named_instead_of_slept_out(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    exhausted = {"x-ratelimit-remaining": "0", "x-ratelimit-used": "100", "x-ratelimit-reset": "500"}
    vendors.fail("/reddit/r/", times=1, body=listing(), headers=exhausted)
    report = collect_social(db, sources, window())
    assert report.missing == ["reddit: its rate limit is used up"]


def test_a_wrong_post_is_quarantined_and_the_rest_is_stored(
    db: Database, make: Callable[..., Sources], vendors: Vendors
) -> None:
    seconds = AS_OF.timestamp() - 600
    body = listing(
        {"id": "ok1", "title": "Fine", "selftext": "", "created_utc": seconds},
        {"id": "bad1", "title": 7, "selftext": "", "created_utc": "x"},
        {"id": "fut1", "title": "Soon", "selftext": "", "created_utc": seconds + 9_000},
    )
    vendors.fail("/reddit/r/", times=1, body=body)
    report = collect_social(db, make(reddit_subreddits="Bitcoin"), window())
    assert [d.external_id for d in stored(db, DocumentKind.POST)] == ["ok1"]
    assert report.rows_rejected == 2
    kept = quarantine.recent(db, 10)
    assert {record.source for record in kept} == {"reddit"}
    assert "Soon" not in repr(kept)


def test_posts_deleted_upstream_are_deleted_here(db: Database, sources: Sources, vendors: Vendors) -> None:
    collect_social(db, sources, window())
    gone = [d.external_id for d in stored(db, DocumentKind.POST)][:2]
    vendors.delete_posts(gone)
    reports = [collect_social(db, sources, window()) for _ in range(2)]
    assert sum(report.detail["deleted"] for report in reports) == 2
    left = {d.external_id for d in stored(db, DocumentKind.POST)}
    assert left
    assert not left & set(gone)
    assert documents.known_ids(db, DocumentKind.POST, "reddit", gone) == set(gone)


def test_a_failing_deletion_check_deletes_nothing(db: Database, sources: Sources, vendors: Vendors) -> None:
    collect_social(db, sources, window())
    before = len(stored(db, DocumentKind.POST))
    vendors.fail("/reddit/api/info", status=503)
    report = collect_social(db, sources, window())
    assert report.missing == ["reddit: ServerError (HTTP 503)"]
    assert len(stored(db, DocumentKind.POST)) == before
    vendors.recover()
    vendors.fail("/reddit/api/info", body=listing())
    collect_social(db, sources, window())
    assert len(stored(db, DocumentKind.POST)) == before
