from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from cryptocast.collect.coindesk import coindesk
from cryptocast.collect.feeds import entries
from cryptocast.collect.robots import Robots
from cryptocast.collect.site import MOST_PAGES, NewsSite, TextPolicy, document_id
from cryptocast.collect.source import first_seen
from cryptocast.domain import CycleWindow, DocumentKind
from cryptocast.errors import SourceUnavailable
from tests.unit.collect.vendors import (
    AS_OF,
    NOW,
    WINDOW,
    NoMemory,
    answer,
    fetcher,
    item,
    rss,
    status,
)

SITE = "https://www.coindesk.com"
PAGE = """<html><head><script type="application/ld+json">{"@type": "NewsArticle",
"description": "Told by the page about Solana.", "articleBody": "All of it."}</script></head></html>"""


class Web:
    """A news site: robots.txt, feed, pages."""

    def __init__(self, feed: Any, robots: Any = None, page: Any = None) -> None:
        self.feed = feed
        self.robots = robots or status(404)
        self.page = page or answer(PAGE, "text/html")
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path == "/robots.txt":
            given = self.robots
        else:
            given = self.feed if "outboundfeeds" in request.url.path else self.page
        return answer(given, "application/rss+xml", etag='"v1"') if isinstance(given, bytes) else given

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]


def site(web: Web, **policy: Any) -> NewsSite:
    return coindesk(fetcher(web), TextPolicy(**policy))


def test_a_feed_item_becomes_a_document_seen_now() -> None:
    web = Web(rss([item()]))
    collected = site(web).documents(WINDOW, NoMemory())
    (document,) = collected.records
    assert (document.kind, document.source) == (DocumentKind.NEWS, "coindesk")
    assert document.external_id == "markets/2026/03/02/bitcoin-rises"
    assert (document.title, document.body, document.symbols) == ("Bitcoin rises", "It rose again.", ("BTC",))
    assert document.published_at == datetime(2026, 3, 2, 11, 50, tzinfo=UTC)
    assert (document.first_seen_at, document.first_seen_estimated) == (NOW, False)
    assert web.paths == ["/robots.txt", "/arc/outboundfeeds/rss/"]
    assert collected.validators == {f"{SITE}/arc/outboundfeeds/rss/": ('"v1"', None)}


def test_known_items_are_left_out() -> None:
    memory = NoMemory(known=["markets/2026/03/02/bitcoin-rises"])
    collected = site(Web(rss([item(), item("/new", title="New")]))).documents(WINDOW, memory)
    assert [document.title for document in collected.records] == ["New"]


def test_304_not_modified_brings_nothing_and_forgets_nothing() -> None:
    web = Web(status(304))
    collected = site(web).documents(WINDOW, NoMemory(headers={"If-None-Match": '"v1"'}))
    assert (collected.records, collected.rejected, collected.validators) == ([], [], {})
    assert web.asked[1].headers["if-none-match"] == '"v1"'


def test_an_item_without_summary_is_read_from_its_page() -> None:
    web = Web(rss([item(summary="")]))
    (document,) = site(web).documents(WINDOW, NoMemory()).records
    assert document.body == "Told by the page about Solana."
    assert document.symbols == ("BTC", "SOL")


def test_full_text_is_kept_only_where_the_operator_opts_in() -> None:
    (document,) = site(Web(rss([item()])), keep_full_text=True).documents(WINDOW, NoMemory()).records
    assert document.body == "All of it."


def test_a_page_on_another_host_is_not_asked_for() -> None:
    web = Web(rss([item(host="https://evil.example", summary="")]))
    (document,) = site(web).documents(WINDOW, NoMemory()).records
    assert document.body == ""
    assert len(web.asked) == 2


def test_a_page_that_fails_costs_its_text_and_is_named_once() -> None:
    web = Web(rss([item("/a", summary=""), item("/b", summary="")]), page=status(403))
    collected = site(web).documents(WINDOW, NoMemory())
    assert [document.body for document in collected.records] == ["", ""]
    assert collected.missing == ["coindesk pages: HTTP 403"]
    assert len(web.asked) == 3


def test_a_10_mb_page_costs_only_its_text() -> None:
    web = Web(rss([item(summary="")]), page=answer("x" * 10_000_000, "text/html"))
    collected = site(web).documents(WINDOW, NoMemory())
    assert collected.records[0].body == ""
    assert "more than 2000000 bytes" in collected.missing[0]


def test_pages_per_cycle_are_bounded() -> None:
    web = Web(rss([item(f"/{i}", summary="") for i in range(40)]))
    collected = site(web).documents(WINDOW, NoMemory())
    assert len(collected.records) == 40
    assert len(web.asked) == 2 + MOST_PAGES


def test_a_slow_site_keeps_its_headlines_when_the_time_for_pages_is_over() -> None:
    web = Web(rss([item("/a", summary=""), item("/b")]))
    slow = NewsSite("coindesk", fetcher(web), SITE, "/arc/outboundfeeds/rss/", TextPolicy(), pages_within_s=0)
    assert [d.body for d in slow.documents(WINDOW, NoMemory()).records] == ["", "It rose again."]
    assert len(web.asked) == 2


def test_robots_txt_is_obeyed_for_pages_and_for_the_feed() -> None:
    rules = answer("User-agent: *\nDisallow: /markets/", "text/plain")
    web = Web(rss([item(summary="")]), robots=rules)
    assert site(web).documents(WINDOW, NoMemory()).records[0].body == ""
    assert "/markets/2026/03/02/bitcoin-rises" not in web.paths
    closed = Web(rss([item()]), robots=answer("User-agent: cryptocast-tests\nDisallow: /", "text/plain"))
    with pytest.raises(SourceUnavailable, match=r"robots\.txt forbids the feed"):
        site(closed).documents(WINDOW, NoMemory())
    assert closed.paths == ["/robots.txt"]


def test_robots_txt_is_asked_once_a_day() -> None:
    web = Web(rss([item()]))
    robots = Robots(fetcher(web), SITE, "coindesk")
    for hours in (0, 1, 23, 25, 26):
        assert robots.allows(f"{SITE}/a", NOW + timedelta(hours=hours))
    assert web.paths == ["/robots.txt"] * 2


@pytest.mark.parametrize(("code", "allowed"), [(404, True), (410, True), (401, False), (403, False)])
def test_without_robots_txt_all_is_allowed_and_a_refused_one_forbids_all(code: int, allowed: bool) -> None:
    robots = Robots(fetcher(Web(b"", robots=status(code))), SITE, "coindesk")
    assert robots.allows(f"{SITE}/a", NOW) is allowed


def test_robots_txt_that_cannot_be_had_forbids_all_this_time() -> None:
    web = Web(rss([item()]), robots=status(503))
    with pytest.raises(SourceUnavailable, match=r"robots\.txt: HTTP 503"):
        site(web).documents(WINDOW, NoMemory())


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>
<rss version="2.0"><channel><item><title>&lol3;</title></item></channel></rss>"""
EXTERNAL = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><item><title>&x;</title></item></channel></rss>"""


@pytest.mark.parametrize("body", [BOMB, EXTERNAL])
def test_entity_bombs_are_refused(body: str) -> None:
    with pytest.raises(SourceUnavailable, match="declares XML entities"):
        entries("coindesk", body.encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<rss><channel>",
        b"<rss><channel></item></rss>",
        b'<?xml version="1.0" encoding="no-such-code"?><rss/>',
        b"<" * 100_000,
        b"\xff\xfe\x00\x01",
        b"/etc/passwd",
        b"https://evil.example/feed",
    ],
)
def test_invalid_xml_is_a_clear_error(body: bytes) -> None:
    with pytest.raises(SourceUnavailable, match="not well-formed XML"):
        entries("coindesk", body)


def test_xml_that_is_no_feed_is_a_clear_error() -> None:
    with pytest.raises(SourceUnavailable, match="no feed"):
        entries("coindesk", b"<html><body>Hello</body></html>")


def test_a_stray_control_character_does_not_cost_the_feed() -> None:
    found, _ = entries("coindesk", rss([item(title="Bit\x08coin rises")]))
    assert found[0].title == "Bitcoin rises"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (item(published="soon"), "no publication date"),
        (item(title=""), "no title"),
        (item(host="javascript:alert(1)//"), "no link to a page"),
        (item(host="https://[::bad"), "no URL"),
        ("<item><title>T</title></item>", "no link"),
    ],
)
def test_a_bad_item_is_quarantined_and_the_rest_is_read(wrong: str, reason: str) -> None:
    found, rejected = entries("coindesk", rss([wrong, item()]))
    assert [entry.title for entry in found] == ["Bitcoin rises"]
    assert (rejected[0].stage, rejected[0].source) == ("documents", "coindesk")
    assert reason in rejected[0].reason


def test_markup_in_titles_and_summaries_is_stripped_and_capped() -> None:
    hostile = item(
        title="&lt;b&gt;Bitcoin&lt;/b&gt; " + "x" * 1_000, summary="<script>x</script>" + "y " * 9_000
    )
    (document,) = site(Web(rss([hostile]))).documents(WINDOW, NoMemory()).records
    assert document.title.startswith("Bitcoin ")
    assert len(document.title) <= 300
    assert len(document.body) <= 2_000
    assert "script" not in document.body


@pytest.mark.parametrize(
    ("url", "guid", "named"),
    [
        ("https://www.coindesk.com/a/b/?utm_source=rss", "x", "a/b"),
        ("http://127.0.0.1:8000/coindesk/a/b", "x", "coindesk/a/b"),
        (
            "https://www.coindesk.com/?p=17",
            "https://www.coindesk.com/?p=17",
            "https://www.coindesk.com/?p=17",
        ),
    ],
)
def test_a_document_is_named_by_its_path(url: str, guid: str, named: str) -> None:
    assert document_id(url, guid, SITE) == named
    assert len(document_id("https://www.coindesk.com/" + "x" * 9_000, "", SITE)) <= 500


def test_a_replayed_document_has_the_name_that_the_real_one_has() -> None:
    assert document_id("http://127.0.0.1:8000/coindesk/a/b", "x", "http://127.0.0.1:8000/coindesk") == "a/b"


@pytest.mark.parametrize(
    ("published_minutes_before", "late", "seen", "estimated"),
    [
        (10, False, NOW, False),
        (76, False, NOW, False),
        (2_000, False, NOW, False),
        (10, True, NOW, True),
        (90, True, AS_OF - timedelta(minutes=30), True),
        (-1, False, AS_OF + timedelta(minutes=1), False),
    ],
)
def test_first_seen_is_now_or_an_estimate_never_before_publication(
    published_minutes_before: int, late: bool, seen: datetime, estimated: bool
) -> None:
    published_at = AS_OF - timedelta(minutes=published_minutes_before)
    assert first_seen(published_at, WINDOW, 3_600, late) == (seen, estimated)
    assert first_seen(published_at, WINDOW, 3_600, late)[0] >= published_at


def test_a_catch_up_estimates_every_first_seen() -> None:
    window = CycleWindow(AS_OF, AS_OF - timedelta(days=1), NOW)
    published_at = AS_OF - timedelta(hours=5)
    assert first_seen(published_at, window, 3_600) == (AS_OF - timedelta(hours=4), True)
