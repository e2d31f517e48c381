"""The HTML of a page → its summary and its text.

Class names churn, so only what sites keep for search engines is read: JSON-LD `NewsArticle`
first, then the paragraphs of `<article>`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser

_TYPES = frozenset({"NewsArticle", "Article", "BlogPosting", "ReportageNewsArticle", "AnalysisNewsArticle"})
_MOST_SCRIPTS = 20
_MOST_NODES = 500
_MOST_PARAGRAPHS = 200


@dataclass(frozen=True, slots=True)
class PageText:
    """Still as the site wrote it; empty strings where the page has none."""

    summary: str
    full_text: str


def page_text(body: bytes) -> PageText:
    """What a page says of itself. Never raises: HTML has no wrong form."""
    tree = LexborHTMLParser(body)
    told = _json_ld(tree)
    paragraphs = [
        text
        for node in tree.css("article p")[:_MOST_PARAGRAPHS]
        if (text := node.text(separator=" ", strip=True))
    ]
    full_text = _string(told, "articleBody") or "\n".join(paragraphs)
    return PageText(summary=_string(told, "description"), full_text=full_text)


def _json_ld(tree: LexborHTMLParser) -> Mapping[str, Any]:
    for script in tree.css('script[type="application/ld+json"]')[:_MOST_SCRIPTS]:
        try:
            told = json.loads(script.text())
        except (ValueError, RecursionError):
            continue
        for node in _nodes(told):
            if _is_news(node):
                return node
    return {}


def _nodes(told: Any) -> Iterator[Mapping[str, Any]]:
    """The objects at the top, in a list or in `@graph`."""
    waiting, seen = [told], 0
    while waiting and seen < _MOST_NODES:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, list):
            waiting += node[:_MOST_NODES]
        elif isinstance(node, dict):
            yield node
            waiting.append(node.get("@graph"))


def _is_news(node: Mapping[str, Any]) -> bool:
    kinds = node.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind in _TYPES for kind in named)


def _string(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""
