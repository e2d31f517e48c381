"""Text as it is stored: no markup, no control characters, one space between words, capped."""

from __future__ import annotations

import unicodedata

from selectolax.lexbor import LexborHTMLParser

TITLE_CHARS = 300
BODY_CHARS = 2_000
FULL_TEXT_CHARS = 20_000

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Control, format (zero width, text direction), lone surrogates, private use, unassigned."""
_INPUT_CHARS = 200_000


def clean(text: str, longest: int) -> str:
    """Plain text of at most `longest` characters, cut at a word where one ends near."""
    text = text[:_INPUT_CHARS]
    if "<" in text or "&" in text:
        text = _without_markup(text)
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or _keeps(c))
    return _cut(" ".join(kept.split()), longest)


def _keeps(character: str) -> bool:
    return unicodedata.category(character) not in _DROPPED


def _without_markup(text: str) -> str:
    encodable = text.encode("utf-8", "ignore").decode("utf-8")
    tree = LexborHTMLParser(encodable)
    tree.strip_tags(["script", "style", "noscript", "template"])
    return tree.body.text(separator=" ") if tree.body is not None else ""


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    head = text[:longest]
    space = head.rfind(" ")
    return head[:space] if space > longest * 0.8 else head.rstrip()
