"""CoinDesk Data's news list: the past of both news sites, for backfills and catch-ups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptocast.collect import cryptocompare
from cryptocast.collect.cleaning import TITLE_CHARS, clean
from cryptocast.collect.http import Fetcher
from cryptocast.collect.mentions import mentions
from cryptocast.collect.parsing import mapping, moment_of_seconds, refused, words
from cryptocast.collect.site import TextPolicy, document_id
from cryptocast.collect.source import Collected, Spend, first_seen, free
from cryptocast.domain import CycleWindow, Document, DocumentKind
from cryptocast.errors import InvalidRecord, SourceUnavailable

NAME = "newslist"
BASE_URL = "https://data-api.coindesk.com"
_PER_PAGE = 50
"""Bodies come along: a hundred long ones would pass the size cap."""
_MOST_PAGES = 200


class NewsList:
    """`GET /news/v1/article/list`, walked back by `to_ts`; what it gives is stored under the site's name."""

    name = NAME
    budget = cryptocompare.NAME
    """Both are one vendor's, which counts the calls of one key together."""

    def __init__(
        self, fetcher: Fetcher, policy: TextPolicy, key: str | None = None, base_url: str | None = None
    ) -> None:
        self._fetcher = fetcher
        self._policy = policy
        self._url = f"{base_url or BASE_URL}/news/v1/article/list"
        self._headers = {"authorization": f"Apikey {key}"} if key else {}

    def documents_between(
        self, site: str, site_url: str, since: datetime, until: datetime, now: datetime, spend: Spend = free
    ) -> Collected[Document]:
        """Documents of `site` published in [since, until), newest first, their `first_seen_at` estimated.

        Raises: `SourceUnavailable`, and whatever `spend` raises.
        """
        window = CycleWindow(as_of=until, since=since, now=now)
        collected: Collected[Document] = Collected()
        found: dict[str, Document] = {}
        to = until - timedelta(seconds=1)
        for _ in range(_MOST_PAGES):
            rows = self._ask(site, to, spend)
            oldest, before = to, len(found)
            for raw in rows:
                try:
                    document = self._document(mapping(raw, "item"), site, site_url, window)
                except InvalidRecord as error:
                    collected.rejected.append(refused("documents", NAME, str(error), raw))
                    continue
                oldest = min(oldest, document.published_at)
                if since <= document.published_at < until:
                    found.setdefault(document.external_id, document)
                else:
                    collected.left_out += 1
            if len(rows) < _PER_PAGE or oldest < since:
                break
            # The next page begins at the same second: whether `to_ts` includes it is undocumented.
            to = oldest if len(found) > before and oldest < to else to - timedelta(seconds=1)
        collected.records = list(found.values())
        return collected

    def _ask(self, site: str, to: datetime, spend: Spend) -> list[Any]:
        params: dict[str, str | int] = {
            "lang": "EN",
            "source_ids": site,
            "to_ts": int(to.timestamp()),
            "limit": _PER_PAGE,
        }
        answer = self._fetcher.get(
            NAME, self._url, params=params, headers=self._headers, also=frozenset({404}), spend=spend
        )
        if answer.status == 404:
            return []
        told = answer.json()
        if not isinstance(told, dict) or not isinstance(told.get("Data"), list):
            raise SourceUnavailable(NAME, "answers no list")
        if told.get("Err"):
            raise SourceUnavailable(NAME, f"error: {str(told['Err'])[:120]}")
        return list(told["Data"])

    def _document(self, item: Mapping[str, Any], site: str, site_url: str, window: CycleWindow) -> Document:
        published_at = moment_of_seconds(item.get("PUBLISHED_ON"), "PUBLISHED_ON")
        url = words(item.get("URL"), "URL")
        if not url.startswith(("https://", "http://")):
            raise InvalidRecord("URL is no link to a page")
        title = clean(words(item.get("TITLE"), "TITLE"), TITLE_CHARS)
        body = clean(self._text(item), self._policy.body_chars)
        try:
            external_id = document_id(url, str(item.get("GUID") or ""), site_url)
        except ValueError:
            raise InvalidRecord("URL is none") from None
        seen_at, estimated = first_seen(published_at, window, self._policy.embargo_s, late=True)
        return Document(
            kind=DocumentKind.NEWS,
            source=site,
            external_id=external_id,
            url=url[:2_000],
            title=title,
            body=body,
            published_at=published_at,
            first_seen_at=seen_at,
            symbols=mentions(f"{title}\n{body}"),
            first_seen_estimated=estimated,
        )

    def _text(self, item: Mapping[str, Any]) -> str:
        summary, full_text = item.get("SUBTITLE"), item.get("BODY")
        order = (full_text, summary) if self._policy.keep_full_text else (summary, full_text)
        return next((text for text in order if isinstance(text, str) and text.strip()), "")
