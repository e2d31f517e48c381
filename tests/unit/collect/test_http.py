from __future__ import annotations

import gzip
import time
from collections.abc import Iterator

import httpx
import pytest

from cryptocast.collect.http import FEED, JSON, PAGE, Limits
from cryptocast.errors import QuotaExceeded, SourceUnavailable
from tests.unit.collect.vendors import QUICK, Vendor, answer, fetcher, status, told

URL = "https://api.coingecko.com/api/v3/ping"


def test_a_good_answer_comes_back_with_its_validators() -> None:
    vendor = Vendor(told({"ok": 1}, etag='"abc"'))
    reply = fetcher(vendor).get("coingecko", URL, params={"ids": "bitcoin"}, headers={"x-key": "k"})
    assert reply.json() == {"ok": 1}
    assert reply.validators == ('"abc"', None)
    assert vendor.requests[0].headers["user-agent"] == "cryptocast-tests/1.0"
    assert vendor.urls == [f"{URL}?ids=bitcoin"]


def test_429_waits_as_long_as_retry_after_says() -> None:
    vendor = Vendor(status(429, retry_after="0.3"), told([]))
    began = time.monotonic()
    assert fetcher(vendor).get("coingecko", URL).json() == []
    assert time.monotonic() - began >= 0.3
    assert len(vendor.requests) == 2


def test_429_with_a_retry_after_beyond_the_time_left_is_given_up_at_once() -> None:
    vendor = Vendor(status(429, retry_after="120"))
    with pytest.raises(SourceUnavailable, match="HTTP 429"):
        fetcher(vendor).get("coingecko", URL)
    assert len(vendor.requests) == 1


def test_retry_after_as_a_date_is_measured_against_the_answers_own_date() -> None:
    far = status(503, retry_after="Mon, 02 Mar 2026 12:10:00 GMT", date="Mon, 02 Mar 2026 12:00:00 GMT")
    vendor = Vendor(far, told([]))
    with pytest.raises(SourceUnavailable, match="HTTP 503"):
        fetcher(vendor).get("coingecko", URL)
    near = status(503, retry_after="Mon, 02 Mar 2026 12:00:00 GMT", date="Mon, 02 Mar 2026 12:00:00 GMT")
    assert fetcher(Vendor(near, told([1]))).get("coingecko", URL).json() == [1]


@pytest.mark.parametrize("nonsense", ["soon", "inf", "nan", "-5", ""])
def test_a_nonsensical_retry_after_does_not_hang_or_break_the_retry(nonsense: str) -> None:
    vendor = Vendor(status(429, retry_after=nonsense), told([1]))
    assert fetcher(vendor).get("coingecko", URL).json() == [1]


@pytest.mark.parametrize("code", [500, 502, 503, 504, 522])
def test_5xx_is_tried_again_and_then_given_up(code: int) -> None:
    vendor = Vendor(status(code), told([1]))
    assert fetcher(vendor).get("coingecko", URL).json() == [1]
    dead = Vendor(status(code))
    with pytest.raises(SourceUnavailable, match=f"coingecko: HTTP {code}"):
        fetcher(dead).get("coingecko", URL)
    assert len(dead.requests) == QUICK.attempts


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 451])
def test_4xx_is_not_tried_again(code: int) -> None:
    vendor = Vendor(status(code))
    with pytest.raises(SourceUnavailable, match=f"HTTP {code}"):
        fetcher(vendor).get("coingecko", URL)
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.RemoteProtocolError]
)
def test_connection_errors_are_tried_again_and_name_only_the_host(error: type[httpx.TransportError]) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise error("failed with secret=hunter2")

    vendor = Vendor(refuse, told([1]))
    assert fetcher(vendor).get("coingecko", URL).json() == [1]
    dead = Vendor(refuse)
    with pytest.raises(SourceUnavailable) as raised:
        fetcher(dead).get("coingecko", URL, params={"api_key": "hunter2"})
    assert len(dead.requests) == QUICK.attempts
    assert str(raised.value) == f"coingecko: {error.__name__} at api.coingecko.com"


def test_all_attempts_together_end_within_the_total_time() -> None:
    vendor = Vendor(status(503))
    slow = Limits(total_s=0.5, attempts=100, first_wait_s=0.1, longest_wait_s=0.1, jitter_s=0.0)
    began = time.monotonic()
    with pytest.raises(SourceUnavailable):
        fetcher(vendor, slow).get("coingecko", URL)
    assert time.monotonic() - began < 1.5
    assert 2 <= len(vendor.requests) <= 10


def test_a_10_mb_page_is_cut_off_before_it_is_read() -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(160):
            sent += 65_536
            yield b"x" * 65_536

    vendor = Vendor(httpx.Response(200, content=endless(), headers={"content-type": "text/html"}))
    with pytest.raises(SourceUnavailable, match="more than 2000000 bytes"):
        fetcher(vendor).get("coindesk", "https://www.coindesk.com/a", accept=PAGE)
    assert sent < 3_000_000
    declared = Vendor(answer("x", "text/html", **{"content-length": "10000000"}))
    with pytest.raises(SourceUnavailable, match="more than"):
        fetcher(declared).get("coindesk", "https://www.coindesk.com/a", accept=PAGE)
    assert len(declared.requests) == 1


def test_a_compressed_bomb_is_measured_unpacked() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    vendor = Vendor(httpx.Response(200, content=iter([bomb]), headers=headers))
    with pytest.raises(SourceUnavailable, match="more than"):
        fetcher(vendor).get("coingecko", URL)


def test_an_answer_that_drips_is_given_up() -> None:
    def drip() -> Iterator[bytes]:
        while True:
            time.sleep(0.02)
            yield b" "

    vendor = Vendor(httpx.Response(200, content=drip(), headers={"content-type": "application/json"}))
    with pytest.raises(SourceUnavailable, match="still sends"):
        fetcher(vendor, Limits(total_s=0.2)).get("coingecko", URL)


def test_a_broken_compression_is_a_clear_error() -> None:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    vendor = Vendor(lambda _: httpx.Response(200, content=iter([b"not gzip"]), headers=headers))
    with pytest.raises(SourceUnavailable, match="DecodingError"):
        fetcher(vendor).get("coingecko", URL)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/steal",
        "http://api.coingecko.com/plain",
        "https://api.coingecko.com:8443/port",
        "https://api.coingecko.com@evil.example/",
        "http://127.0.0.1:8080/inside",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "//evil.example/x",
    ],
)
def test_redirects_to_other_places_are_refused(target: str) -> None:
    vendor = Vendor(status(302, location=target), told(["stolen"]))
    with pytest.raises(SourceUnavailable, match="redirects to"):
        fetcher(vendor).get("coingecko", URL)
    assert len(vendor.requests) == 1


def test_a_redirect_to_no_url_is_a_clear_error() -> None:
    with pytest.raises(SourceUnavailable):
        fetcher(Vendor(status(302, location="https://[::bad/"))).get("coingecko", URL)


def test_a_redirect_within_the_allowed_hosts_is_followed_and_the_key_stays_behind() -> None:
    vendor = Vendor(status(301, location="https://www.coindesk.com/new"), told([1]))
    reply = fetcher(vendor).get("coingecko", URL, headers={"x-cg-pro-api-key": "secret"})
    assert reply.url == "https://www.coindesk.com/new"
    assert vendor.requests[0].headers["x-cg-pro-api-key"] == "secret"
    assert "x-cg-pro-api-key" not in vendor.requests[1].headers
    assert vendor.requests[1].headers["user-agent"] == "cryptocast-tests/1.0"


def test_a_redirect_on_the_same_host_keeps_the_headers() -> None:
    vendor = Vendor(status(308, location="/api/v3/moved"), told([1]))
    fetcher(vendor).get("coingecko", URL, headers={"if-none-match": '"a"'})
    assert vendor.requests[1].headers["if-none-match"] == '"a"'


def test_a_circle_of_redirects_ends() -> None:
    vendor = Vendor(status(302, location=URL))
    with pytest.raises(SourceUnavailable, match="redirects more than 3 times"):
        fetcher(vendor).get("coingecko", URL)
    assert len(vendor.requests) == 4


def test_hosts_that_are_not_listed_are_never_asked() -> None:
    vendor = Vendor(told([]))
    for url in ("https://evil.example/", "http://api.coingecko.com/", "http://127.0.0.1:9/x"):
        with pytest.raises(SourceUnavailable, match="not allowed"):
            fetcher(vendor).get("coingecko", url)
    assert vendor.requests == []


def test_plain_http_only_to_the_one_loopback_server() -> None:
    vendor = Vendor(told([]))
    replay = fetcher(vendor, hosts=frozenset(), loopback="127.0.0.1:8123")
    assert replay.get("coingecko", "http://127.0.0.1:8123/coingecko").status == 200
    for url in ("http://127.0.0.1:8124/", "https://api.coingecko.com/", "http://127.0.0.2:8123/"):
        with pytest.raises(SourceUnavailable, match="not allowed"):
            replay.get("coingecko", url)


def test_an_html_error_page_with_status_200_is_not_taken_for_an_answer() -> None:
    page = answer("<html><body>Attention required!</body></html>", "text/html; charset=UTF-8")
    with pytest.raises(SourceUnavailable, match="answers text/html where json was expected"):
        fetcher(Vendor(page)).get("coingecko", URL, accept=JSON)
    with pytest.raises(SourceUnavailable, match="where xml was expected"):
        fetcher(Vendor(page)).get("coindesk", "https://www.coindesk.com/rss", accept=FEED)


@pytest.mark.parametrize("body", ["<html>", "", "{", "[" * 100_000, "1" * 5_000, b"\xff\xfe\x00"])
def test_what_is_not_json_is_a_clear_error(body: str | bytes) -> None:
    reply = fetcher(Vendor(answer(body, "application/json"))).get("coingecko", URL)
    with pytest.raises(SourceUnavailable, match="not JSON"):
        reply.json()


def test_304_is_an_answer() -> None:
    vendor = Vendor(status(304))
    reply = fetcher(vendor).get(
        "coindesk", "https://www.coindesk.com/rss", headers={"If-None-Match": '"e"'}, accept=FEED
    )
    assert reply.not_modified
    assert vendor.requests[0].headers["if-none-match"] == '"e"'


def test_every_attempt_is_paid_for_and_a_spent_quota_asks_nothing() -> None:
    vendor = Vendor(status(500))
    spent = 0

    def spend() -> None:
        nonlocal spent
        if spent == 2:
            raise QuotaExceeded("coingecko: spent")
        spent += 1

    with pytest.raises(QuotaExceeded):
        fetcher(vendor).get("coingecko", URL, spend=spend)
    assert len(vendor.requests) == 2
