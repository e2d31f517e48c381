"""robots.txt, asked at run time and obeyed."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from cryptocast.collect.http import PAGE, TEXT, Fetcher
from cryptocast.errors import SourceUnavailable

_FORBIDDEN = frozenset({401, 403})
_ABSENT = frozenset({404, 410})
_KEPT = timedelta(hours=24)


class Robots:
    """The rules of one site, kept for a day.

    No file: everything is allowed. A file that is refused or cannot be had: nothing is (RFC 9309).
    """

    def __init__(self, fetcher: Fetcher, site_url: str, source: str) -> None:
        self._fetcher = fetcher
        self._site_url = site_url.rstrip("/")
        self._source = source
        self._rules: RobotFileParser | None = None
        self._asked_at: datetime | None = None

    def allows(self, url: str, now: datetime) -> bool:
        """Whether our user agent may get `url`, a page of the site.

        Raises: `SourceUnavailable` where robots.txt itself could not be had.
        """
        if self._rules is None or self._asked_at is None or abs(now - self._asked_at) > _KEPT:
            self._rules = self._ask()
            self._asked_at = now
        path = url.removeprefix(self._site_url) if url.startswith(self._site_url) else urlsplit(url).path
        return self._rules.can_fetch(self._fetcher.user_agent, path or "/")

    def _ask(self) -> RobotFileParser:
        rules = RobotFileParser()
        url = f"{self._site_url}/robots.txt"
        try:
            reply = self._fetcher.get(self._source, url, accept=(*TEXT, *PAGE), also=_FORBIDDEN | _ABSENT)
        except SourceUnavailable as error:
            raise SourceUnavailable(self._source, f"robots.txt: {error.reason}") from error
        if reply.status in _FORBIDDEN:
            rules.parse(["User-agent: *", "Disallow: /"])
        else:
            rules.parse(reply.body.decode("utf-8", "replace").splitlines())
        return rules
