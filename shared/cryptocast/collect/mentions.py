"""Which coins a text speaks of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from cryptocast.domain import COINS, Coin

_OTHER_COINS = r"(?! (?:cash|gold|classic|sv)\b)"
"""Bitcoin Cash and Ethereum Classic are coins of their own."""
_NOT_THE_COIN: Mapping[str, str] = {
    "ADA": r"(?<!the )ADA(?![ -](?i:complian|accessib|lovelace|act\b|title|lawsuit|requirement|guideline))",
    "DOT": r"(?<![Tt]he )(?<!US )(?<!U\.S\. )DOT(?![ -](?:com\b|plot|matrix|regulat|inspect|secretary))",
    "LINK": r"(?<![Tt]he )(?<![Mm]y )(?<![Tt]his )LINK(?![ -]?(?:in\b|below|here|to\b|is in\b|:))",
    "UNI": r"(?<![Aa]t )(?<![Tt]o )(?<!from )UNI(?! (?:student|degree|exam))",
}
"""Bare symbols that are words or other bodies' names too: the law, the department, a link, a university."""


def mentions(text: str) -> tuple[str, ...]:
    """Symbols of the known coins that `text` names, in the order of `COINS`.

    A coin is named by its name, an alias or `$SYMBOL`, whatever the case, and by its bare symbol
    only in capitals inside a text that is not all capitals: "SOL rallies", not "sol" or "CLICK THIS LINK".
    Where its words stand in one of its `other_meanings` they do not name it: "the ripple effect". Nor do
    they in its `lower_case_meanings`, in a text with capitals: "fears ripple through the market".
    """
    capitals_tell = any(c.islower() for c in text) and _capital_share(text) < 0.5
    lowered = text.lower()
    # Few texts name a coin, so its phrases are looked for only where it seems to be named.
    seeming = [coin for coin in COINS.values() if _names(coin, text, lowered, capitals_tell)]
    return tuple(coin.symbol for coin in seeming if _names_besides(coin, text, capitals_tell))


def _names(coin: Coin, text: str, lowered: str, capitals_tell: bool) -> bool:
    return bool(_named(coin).search(lowered) or (capitals_tell and _bare(coin.symbol).search(text)))


def _names_besides(coin: Coin, text: str, capitals_tell: bool) -> bool:
    """Whether `text` names the coin outside of the phrases that mean something else."""
    if not (coin.other_meanings or coin.lower_case_meanings):
        return True
    names_have_capitals = capitals_tell and any(c.isupper() for c in text)
    left = _other_meanings(coin, names_have_capitals).sub(" ", text)
    return _names(coin, left, left.lower(), capitals_tell)


@cache
def _named(coin: Coin) -> re.Pattern[str]:
    words = {coin.name.lower(), f"${coin.symbol.lower()}", *coin.aliases}
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w$])(?:{alternatives})(?!\w){_OTHER_COINS}")


@cache
def _other_meanings(coin: Coin, names_have_capitals: bool) -> re.Pattern[str]:
    phrases = [rf"(?i:{_phrase(phrase)})" for phrase in coin.other_meanings]
    if names_have_capitals:
        phrases += map(_phrase, coin.lower_case_meanings)
    nothing = "(?!)"
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases) or nothing})(?!\w)")


def _phrase(phrase: str) -> str:
    return re.escape(phrase).replace(r"\ ", "[ -]").replace("'", "['’]") + "s?"


@cache
def _bare(symbol: str) -> re.Pattern[str]:
    pattern = _NOT_THE_COIN.get(symbol, re.escape(symbol))
    return re.compile(rf"(?<![\w$])(?:{pattern})(?!\w)")


def _capital_share(text: str) -> float:
    letters = [c for c in text if c.isalpha()]
    return sum(c.isupper() for c in letters) / len(letters) if letters else 0.0
