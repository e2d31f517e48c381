"""A news site: its feed, and its pages where the feed leaves the text out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptocast.collect.cleaning import BODY_CHARS, FULL_TEXT_CHARS, TITLE_CHARS, clean
from cryptocast.collect.feeds import Entry, entries
from cryptocast.collect.http import FEED, PAGE, Fetcher
from cryptocast.collect.mentions import mentions
from cryptocast.collect.pages import PageText, page_text
from cryptocast.collect.robots import Robots
from cryptocast.collect.source import Collected, Memory, first_seen
from cryptocast.domain import CycleWindow, Document, DocumentKind
from cryptocast.errors import SourceUnavailable

MOST_PAGES = 20
"""Pages asked for in one cycle; what is left over keeps its headline alone."""
PAGES_WITHIN_S = 60.0
"""Nor longer than this: a slow site must not hold up the cycle."""
_ID_CHARS = 500


@dataclass(frozen=True, slots=True)
class TextPolicy:
    """What is kept of a document, and from when it counts."""

    embargo_s: int = 3_600
    keep_full_text: bool = False

    @property
    def body_chars(self) -> int:
        return FULL_TEXT_CHARS if self.keep_full_text else BODY_CHARS


class NewsSite:
    """A `DocumentSource` over one feed. `site_url` has no trailing slash; `feed_path` begins with one."""

    kind = DocumentKind.NEWS

    def __init__(
        self,
        name: str,
        fetcher: Fetcher,
        site_url: str,
        feed_path: str,
        policy: TextPolicy,
        pages_within_s: float = PAGES_WITHIN_S,
    ) -> None:
        self.name = name
        self._fetcher = fetcher
        self.site_url = site_url
        self._feed_url = f"{site_url}{feed_path}"
        self._policy = policy
        self._pages_within_s = pages_within_s
        self._robots = Robots(fetcher, site_url, name)

    def documents(self, window: CycleWindow, memory: Memory) -> Collected[Document]:
        """Feed items that are not known yet; nothing where the feed has not changed.

        Raises: `SourceUnavailable`.
        """
        if not self._robots.allows(self._feed_url, window.now):
            raise SourceUnavailable(self.name, "its robots.txt forbids the feed")
        headers = memory.conditional_headers(self._feed_url)
        reply = self._fetcher.get(self.name, self._feed_url, headers=headers, accept=FEED)
        if reply.not_modified:
            return Collected()
        found, rejected = entries(self.name, reply.body)
        collected: Collected[Document] = Collected(rejected=rejected)
        collected.validators[self._feed_url] = reply.validators
        by_id = {document_id(entry.url, entry.guid, self.site_url): entry for entry in found}
        known = memory.known(by_id)
        collected.left_out = len(known)
        self._read_new(collected, ((i, e) for i, e in by_id.items() if i not in known), window)
        return collected

    def _read_new(
        self, collected: Collected[Document], new: Iterable[tuple[str, Entry]], window: CycleWindow
    ) -> None:
        pages_left = MOST_PAGES
        deadline = time.monotonic() + self._pages_within_s
        for external_id, entry in new:
            text = entry.full_text if self._policy.keep_full_text else entry.summary or entry.full_text
            if not clean(text, BODY_CHARS) and pages_left > 0 and time.monotonic() < deadline:
                pages_left -= 1
                try:
                    text = self._page(entry, window)
                except SourceUnavailable as error:
                    # A headline without its text is still news; the page's absence is named, once.
                    reason = f"{self.name} pages: {error.reason}"
                    if reason not in collected.missing:
                        collected.missing.append(reason)
                    pages_left = 0
            collected.records.append(self._document(external_id, entry, text or entry.summary, window))

    def _page(self, entry: Entry, window: CycleWindow) -> str:
        """The page's own summary, or its full text where that is kept; empty where robots.txt forbids."""
        if not entry.url.startswith(f"{self.site_url}/") or not self._robots.allows(entry.url, window.now):
            return ""
        reply = self._fetcher.get(self.name, entry.url, accept=PAGE)
        told: PageText = page_text(reply.body)
        if self._policy.keep_full_text:
            return told.full_text or told.summary
        return told.summary or told.full_text

    def _document(self, external_id: str, entry: Entry, text: str, window: CycleWindow) -> Document:
        title = clean(entry.title, TITLE_CHARS)
        body = clean(text, self._policy.body_chars)
        seen_at, estimated = first_seen(entry.published_at, window, self._policy.embargo_s)
        return Document(
            kind=DocumentKind.NEWS,
            source=self.name,
            external_id=external_id,
            url=entry.url[:2_000],
            title=title,
            body=body,
            published_at=entry.published_at,
            first_seen_at=seen_at,
            symbols=mentions(f"{title}\n{body}"),
            first_seen_estimated=estimated,
        )


def document_id(url: str, guid: str, site_url: str) -> str:
    """What names a document at its site: the path of its page, the same in the feed and in the news list.

    Host and query are left out (a feed adds campaign parameters, a replay has another host). A page
    that is told apart only by its query is named by its GUID.
    """
    parts = urlsplit(url)
    path = parts.path.removeprefix(urlsplit(site_url).path).strip("/")
    return (path or guid or url)[:_ID_CHARS]
