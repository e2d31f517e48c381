"""Documents that say the same, out of files; in the store the SQL function `title_key` is the rule."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from cryptocast.series import Bools, Ints

_SOURCE_BEHIND = re.compile(r"\s[-|–—]\s[^-|–—]{1,30}\Z")
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[^A-Za-z0-9]+")
_FEWEST_LETTERS = 20
_COUNTS_ONCE_FOR_S = 86_400


def title_key(title: str) -> str | None:
    """What near-duplicates share: ASCII letters and digits of the title without a source's name at its end.

    None under 20 of them ("Daily discussion"): such titles repeat without being copies.
    """
    bare = _NEITHER_LETTER_NOR_DIGIT.sub("", _SOURCE_BEHIND.sub("", title)).lower()
    return bare if len(bare) >= _FEWEST_LETTERS else None


def near_duplicates(titles: Sequence[str], seen_s: Ints) -> Bools:
    """(n,): which documents repeat one that was first seen in the 24 h before them; `seen_s` ascends."""
    key = pd.Series([title_key(title) for title in titles], dtype=object)
    since_same_s = pd.Series(seen_s).groupby(key).diff()
    return (since_same_s <= _COUNTS_ONCE_FOR_S).to_numpy()
