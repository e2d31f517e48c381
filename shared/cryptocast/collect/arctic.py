"""Arctic Shift: past posts of a subreddit. Opt-in, for backfills only.

Its `score` is some 36 hours late; nothing here reads it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cryptocast.collect.http import Fetcher
from cryptocast.collect.parsing import mapping, refused
from cryptocast.collect.posts import is_gone, post, without_text
from cryptocast.collect.source import Collected
from cryptocast.domain import CycleWindow, Document
from cryptocast.errors import InvalidRecord, SourceUnavailable

NAME = "arctic-shift"
BASE_URL = "https://arctic-shift.photon-reddit.com"
_PER_PAGE = 100
_MOST_PAGES = 200


class ArcticShift:
    """`GET /api/posts/search`, walked forward by `after`."""

    name = NAME

    def __init__(self, fetcher: Fetcher, embargo_s: int, base_url: str | None = None) -> None:
        self._fetcher = fetcher
        self._embargo_s = embargo_s
        self._url = f"{base_url or BASE_URL}/api/posts/search"

    def documents_between(
        self, subreddit: str, since: datetime, until: datetime, now: datetime
    ) -> Collected[Document]:
        """Posts published in [since, until), oldest first. Raises: `SourceUnavailable`."""
        window = CycleWindow(as_of=until, since=since, now=now)
        collected: Collected[Document] = Collected()
        found: dict[str, Document] = {}
        after = since - timedelta(seconds=1)
        for _ in range(_MOST_PAGES):
            rows = self._ask(subreddit, after, until)
            newest = after
            for raw in rows:
                try:
                    submission = mapping(raw, "post")
                    document = post(submission, window, self._embargo_s, late=True)
                except InvalidRecord as error:
                    collected.rejected.append(refused("documents", NAME, str(error), without_text(raw)))
                    continue
                newest = max(newest, document.published_at)
                if since <= document.published_at < until and not is_gone(submission):
                    found.setdefault(document.external_id, document)
            if len(rows) < _PER_PAGE or newest >= until:
                break
            after = newest if newest > after else after + timedelta(seconds=1)
        collected.records = list(found.values())
        return collected

    def _ask(self, subreddit: str, after: datetime, before: datetime) -> list[Any]:
        params: dict[str, str | int] = {
            "subreddit": subreddit,
            "after": int(after.timestamp()),
            "before": int(before.timestamp()),
            "limit": _PER_PAGE,
            "sort": "asc",
        }
        answer = self._fetcher.get(NAME, self._url, params=params).json()
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise SourceUnavailable(NAME, "answers no list of posts")
        return list(answer["data"])
