"""The vendors' HTTP edge, faked: a handler answers what a vendor would, everything behind it is real."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import httpx

from cryptocast.collect.http import Fetcher, Limits
from cryptocast.domain import CycleWindow

AS_OF = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SINCE = datetime(2026, 3, 2, 11, 45, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 12, 0, 20, tzinfo=UTC)
WINDOW = CycleWindow(AS_OF, SINCE, NOW)
HOSTS = frozenset(
    {
        "api.coingecko.com",
        "pro-api.coingecko.com",
        "min-api.cryptocompare.com",
        "api.exchange.coinbase.com",
        "data-api.binance.vision",
        "data-api.coindesk.com",
        "www.coindesk.com",
        "arctic-shift.photon-reddit.com",
    }
)
QUICK = Limits(total_s=2.0, attempts=3, first_wait_s=0.001, longest_wait_s=0.002, jitter_s=0.001)

Handler = Callable[[httpx.Request], httpx.Response]


class Vendor:
    """Answers in turn, the last one for ever; remembers what was asked."""

    def __init__(self, *answers: httpx.Response | Handler) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer(request) if callable(answer) else answer

    @property
    def urls(self) -> list[str]:
        return [str(request.url) for request in self.requests]


def fetcher(vendor: Handler, limits: Limits = QUICK, **options: Any) -> Fetcher:
    return Fetcher(
        options.pop("hosts", HOSTS),
        "cryptocast-tests/1.0",
        limits=limits,
        transport=httpx.MockTransport(vendor),
        **options,
    )


def answer(body: bytes | str, content_type: str, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, content=body, headers={"content-type": content_type, **headers})


def told(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    """JSON as a hostile vendor writes it: NaN and Infinity included."""
    return answer(json.dumps(body), "application/json; charset=utf-8", status, **headers)


def status(code: int, **headers: str) -> httpx.Response:
    return httpx.Response(code, headers={k.replace("_", "-"): v for k, v in headers.items()})


def rss(items: Iterable[str]) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>News</title>'
        f"<link>https://www.coindesk.com/</link>{''.join(items)}</channel></rss>"
    ).encode()


def item(
    path: str = "/markets/2026/03/02/bitcoin-rises",
    title: str = "Bitcoin rises",
    summary: str = "It rose again.",
    published: str = "Mon, 02 Mar 2026 11:50:00 +0000",
    host: str = "https://www.coindesk.com",
) -> str:
    return (
        f'<item><title>{title}</title><link>{host}{path}</link><guid isPermaLink="false">id{path}</guid>'
        f"<pubDate>{published}</pubDate><description><![CDATA[{summary}]]></description></item>"
    )


class NoMemory:
    """A `Memory` of nothing, or of given ids and headers."""

    def __init__(self, known: Iterable[str] = (), headers: dict[str, str] | None = None) -> None:
        self._known = set(known)
        self._headers = headers or {}

    def known(self, external_ids: Iterable[str]) -> set[str]:
        return self._known & set(external_ids)

    def conditional_headers(self, url: str) -> dict[str, str]:
        return self._headers
