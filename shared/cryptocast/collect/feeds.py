"""The bytes of an RSS or Atom feed → its entries."""

from __future__ import annotations

import io
import re
from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

import feedparser
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from cryptocast.collect.parsing import refused
from cryptocast.domain import Rejected
from cryptocast.errors import InvalidRecord, SourceUnavailable

_MOST_ENTRIES = 500
_ILLEGAL_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed, its texts still as the site wrote them."""

    url: str
    guid: str
    title: str
    summary: str
    full_text: str
    published_at: datetime


def entries(source: str, body: bytes) -> tuple[list[Entry], list[Rejected]]:
    """Entries of a feed, in its order, and the items that lack a link, a title or a date.

    Raises: `SourceUnavailable` where the bytes are no well-formed XML, declare entities or are no feed.
    """
    body = _ILLEGAL_IN_XML.sub(b"", body)
    _refuse_bombs(source, body)
    feed = feedparser.parse(io.BytesIO(body))
    if not feed.get("version"):
        raise SourceUnavailable(source, "answers XML that is no feed")
    found: list[Entry] = []
    rejected: list[Rejected] = []
    for item in feed.entries[:_MOST_ENTRIES]:
        try:
            found.append(_entry(item))
        except InvalidRecord as error:
            raw = {name: item.get(name) for name in ("link", "id", "title", "published")}
            rejected.append(refused("documents", source, str(error), raw))
    return found, rejected


def _refuse_bombs(source: str, body: bytes) -> None:
    """feedparser forgives anything, so a strict parser that refuses entities reads first."""
    try:
        fromstring(body, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise SourceUnavailable(source, "its feed declares XML entities, refused") from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise SourceUnavailable(source, "its feed is not well-formed XML") from None


def _entry(item: Any) -> Entry:
    link, guid = str(item.get("link") or ""), str(item.get("id") or "")
    if not link.startswith(("https://", "http://")):
        raise InvalidRecord("no link to a page")
    try:
        urlsplit(link)
    except ValueError:
        raise InvalidRecord("the link is no URL") from None
    if not str(item.get("title") or "").strip():
        raise InvalidRecord("no title")
    content = [str(part.get("value") or "") for part in item.get("content") or []]
    return Entry(
        url=link,
        guid=guid,
        title=str(item["title"]),
        summary=str(item.get("summary") or ""),
        full_text=max(content, key=len, default=""),
        published_at=_published(item),
    )


def _published(item: Any) -> datetime:
    stamp = item.get("published_parsed") or dict.get(item, "updated_parsed")
    if stamp is None:
        raise InvalidRecord("no publication date")
    try:
        return datetime.fromtimestamp(timegm(stamp), tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidRecord("publication date out of range") from None
