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
    """
    lowered = text.lower()
    capitals_tell = any(c.islower() for c in text) and _capital_share(text) < 0.5
    return tuple(
        symbol
        for symbol, coin in COINS.items()
        if _named(coin).search(lowered) or (capitals_tell and _bare(symbol).search(text))
    )


@cache
def _named(coin: Coin) -> re.Pattern[str]:
    words = {coin.name.lower(), f"${coin.symbol.lower()}", *coin.aliases}
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w$])(?:{alternatives})(?!\w){_OTHER_COINS}")


@cache
def _bare(symbol: str) -> re.Pattern[str]:
    pattern = _NOT_THE_COIN.get(symbol, re.escape(symbol))
    return re.compile(rf"(?<![\w$])(?:{pattern})(?!\w)")


def _capital_share(text: str) -> float:
    letters = [c for c in text if c.isalpha()]
    return sum(c.isupper() for c in letters) / len(letters) if letters else 0.0
