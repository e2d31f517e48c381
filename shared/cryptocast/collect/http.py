"""GET over HTTP as the collectors need it: allow-listed, bounded in size and time, retried."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import stamina

from cryptocast.collect.source import Spend, free
from cryptocast.errors import SourceUnavailable

JSON = ("json",)
FEED = ("xml", "rss", "atom")
PAGE = ("html",)
TEXT = ("text/",)
"""What `accept` takes: words of which one must be in the content type."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_REFUSED = frozenset({401, 403})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one `get`; `total_s` covers all its attempts and the waits between them."""

    max_bytes: int = 2_000_000
    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 25.0
    attempts: int = 4
    first_wait_s: float = 0.5
    longest_wait_s: float = 8.0
    jitter_s: float = 1.0
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """A final answer. `body` is decoded from its transfer coding and within the size cap."""

    source: str
    url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def not_modified(self) -> bool:
        return self.status == 304

    @property
    def validators(self) -> tuple[str | None, str | None]:
        """ETag and Last-Modified."""
        return self.headers.get("etag"), self.headers.get("last-modified")

    def json(self) -> Any:
        """The body as JSON. Raises: `SourceUnavailable` where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise SourceUnavailable(self.source, "answers something that is not JSON") from None


class _TryAgain(Exception):
    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s


class Fetcher:
    """GET from `hosts` (names, over https) and, for a replay, from `loopback` (host:port, plain http).

    A redirect is followed only to a place that is allowed too, and request headers stay behind when
    the host changes. Reasons in errors name the host, never a header or a query.
    """

    def __init__(
        self,
        hosts: frozenset[str],
        user_agent: str,
        *,
        loopback: str | None = None,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.user_agent = user_agent
        self._hosts = hosts
        self._loopback = loopback
        self._limits = limits or Limits()
        self._client = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(self._limits.read_s, connect=self._limits.connect_s),
            headers={"user-agent": user_agent, "accept-encoding": "gzip, deflate"},
            trust_env=loopback is None,
        )

    def close(self) -> None:
        self._client.close()

    def get(
        self,
        source: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: tuple[str, ...] = JSON,
        also: frozenset[int] = frozenset(),
        spend: Spend = free,
    ) -> Reply:
        """The answer to a GET: status 200, 304 or one of `also`.

        429, 5xx and connection errors are tried again, with jitter, after `Retry-After` where it is
        given and fits into the time left. `spend` is called before each attempt.

        Raises: `SourceUnavailable` for everything else; whatever `spend` raises.
        """
        limits = self._limits
        deadline = time.monotonic() + limits.total_s
        request = self._client.build_request("GET", url, params=params, headers=headers)
        try:
            for attempt in stamina.retry_context(
                on=lambda error: _wait(error, deadline),
                attempts=limits.attempts,
                timeout=limits.total_s,
                wait_initial=limits.first_wait_s,
                wait_max=limits.longest_wait_s,
                wait_jitter=limits.jitter_s,
            ):
                with attempt:
                    self._check(source, request.url, "asks")
                    spend()
                    return self._once(source, request, accept, also, deadline)
        except _TryAgain as error:
            raise SourceUnavailable(source, error.reason) from error
        raise AssertionError("retry_context yields at least one attempt")

    def _once(
        self,
        source: str,
        request: httpx.Request,
        accept: tuple[str, ...],
        also: frozenset[int],
        deadline: float,
    ) -> Reply:
        for _ in range(self._limits.redirects + 1):
            try:
                response = self._client.send(request, stream=True)
                try:
                    if response.status_code not in _REDIRECTS:
                        return self._reply(source, response, accept, also, deadline)
                    request = self._redirected(source, request, response)
                finally:
                    response.close()
            except httpx.TransportError as error:
                raise _TryAgain(f"{type(error).__name__} at {request.url.host}") from error
            except httpx.HTTPError as error:
                raise SourceUnavailable(source, f"{type(error).__name__} at {request.url.host}") from error
        raise SourceUnavailable(source, f"redirects more than {self._limits.redirects} times")

    def _redirected(self, source: str, request: httpx.Request, response: httpx.Response) -> httpx.Request:
        try:
            target = request.url.join(response.headers.get("location", ""))
        except httpx.InvalidURL:
            raise SourceUnavailable(source, "redirects to something that is no URL") from None
        self._check(source, target, "redirects to")
        same = (target.host, target.port, target.scheme) == (
            request.url.host,
            request.url.port,
            request.url.scheme,
        )
        return self._client.build_request("GET", target, headers=request.headers if same else None)

    def _check(self, source: str, url: httpx.URL, verb: str) -> None:
        """Raise unless `url` is one we may ask."""
        if url.scheme == "http" and self._loopback == f"{url.host}:{url.port or 80}":
            return
        if url.scheme == "https" and url.host in self._hosts and url.port in (None, 443):
            return
        raise SourceUnavailable(source, f"{verb} {url.scheme}://{url.host[:100]}, which is not allowed")

    def _reply(
        self,
        source: str,
        response: httpx.Response,
        accept: tuple[str, ...],
        also: frozenset[int],
        deadline: float,
    ) -> Reply:
        status = response.status_code
        headers = {k: v for k, v in response.headers.items() if k in ("etag", "last-modified", "date")}
        if status == 304 or status in also:
            return Reply(source, str(response.url), status, b"", headers)
        if status in _AGAIN:
            raise _TryAgain(f"HTTP {status}", _retry_after(response.headers))
        if status != 200:
            raise SourceUnavailable(source, f"HTTP {status}", refused=status in _REFUSED)
        content_type = response.headers.get("content-type", "").lower()
        if content_type and not any(word in content_type for word in accept):
            kind = content_type.split(";")[0][:60]
            raise SourceUnavailable(source, f"answers {kind} where {accept[0]} was expected")
        return Reply(source, str(response.url), status, self._body(source, response, deadline), headers)

    def _body(self, source: str, response: httpx.Response, deadline: float) -> bytes:
        """Read up to the cap; the decoder hands over pieces, so an inflated bomb ends here too."""
        cap = self._limits.max_bytes
        too_large = SourceUnavailable(source, f"answers more than {cap} bytes")
        declared = response.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:18]) > cap:
            raise too_large
        body = bytearray()
        for piece in response.iter_bytes():  # no chunk size: it would wait to fill one
            body += piece
            if len(body) > cap:
                raise too_large
            if time.monotonic() > deadline:
                raise SourceUnavailable(source, f"still sends after {self._limits.total_s:g} s")
        return bytes(body)


def is_loopback(host: str) -> bool:
    return host in _LOOPBACK


def _wait(error: Exception, deadline: float) -> bool | float:
    """Whether to try again, and after how long; stamina's own backoff where the vendor names none."""
    if not isinstance(error, _TryAgain):
        return False
    left = deadline - time.monotonic()
    if error.wait_s is None:
        return left > 0
    return error.wait_s if error.wait_s < left else False


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds, from a number or from a date measured against the answer's own `Date`."""
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        pass
    else:
        return max(0.0, seconds) if math.isfinite(seconds) else None
    try:
        ahead = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, ahead.total_seconds())
