"""A Reddit submission as both of its sources give it → a document.

`score` and `num_comments` are left alone: they are values of the moment of the crawl, so as inputs
they would carry the future.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptocast.collect.cleaning import BODY_CHARS, TITLE_CHARS, clean
from cryptocast.collect.mentions import mentions
from cryptocast.collect.parsing import moment_of_seconds, words
from cryptocast.collect.source import first_seen
from cryptocast.domain import CycleWindow, Document, DocumentKind

SOURCE = "reddit"
_GONE = frozenset({"[deleted]", "[removed]"})


def post(submission: Mapping[str, Any], window: CycleWindow, embargo_s: int, late: bool = False) -> Document:
    """Raises: `InvalidRecord`."""
    external_id = words(submission.get("id"), "id")[:20]
    title = _plain(words(submission.get("title"), "title"), TITLE_CHARS)
    text = submission.get("selftext")
    body = _plain(text, BODY_CHARS) if isinstance(text, str) else ""
    published_at = moment_of_seconds(submission.get("created_utc"), "created_utc")
    seen_at, estimated = first_seen(published_at, window, embargo_s, late)
    return Document(
        kind=DocumentKind.POST,
        source=SOURCE,
        external_id=external_id,
        # Not the permalink: its slug is the title, which must go when the post goes.
        url=f"https://www.reddit.com/comments/{external_id}/",
        title=title,
        body=body,
        published_at=published_at,
        first_seen_at=seen_at,
        symbols=mentions(f"{title}\n{body}"),
        first_seen_estimated=estimated,
    )


def _plain(text: str, most_chars: int) -> str:
    """Reddit's text is no HTML, though entities may be in it: the `<` of "ETH<BTC" opens no tag."""
    return clean(text.replace("<", "&lt;"), most_chars)


def without_text(submission: object) -> dict[str, Any]:
    """What a refused submission may leave behind: nothing that would have to go when the post goes."""
    given = submission if isinstance(submission, Mapping) else {}
    return {name: given.get(name) for name in ("id", "subreddit", "created_utc")}


def is_gone(submission: Mapping[str, Any]) -> bool:
    """Deleted by its author, or removed by a moderator or the site."""
    author_gone = "author" in submission and submission["author"] in (None, "[deleted]")
    return bool(author_gone or submission.get("removed_by_category") or submission.get("selftext") in _GONE)
