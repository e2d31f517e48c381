"""The card and the page tell a feature by the same words."""

from __future__ import annotations

import re
from pathlib import Path

from cryptocast.features.spec import FEATURE_NAMES
from cryptocast.features.words import WORDS, in_words

PAGE = Path(__file__).parents[3] / "frontend" / "src" / "words" / "features.ts"
CLOCK = {"hour", "minute"}
"""The page joins the two hands of the clock to one reason."""


def test_every_candidate_has_words_of_its_own() -> None:
    assert set(WORDS) == set(FEATURE_NAMES)
    assert len(set(WORDS.values())) == len(WORDS)


def test_they_are_those_of_the_page() -> None:
    theirs = dict(re.findall(r"^  (\w+): '(.*)',$", PAGE.read_text(), re.MULTILINE))
    assert theirs.pop("time_of_day") == "Time of day"
    assert theirs == {name: words for name, words in WORDS.items() if name not in CLOCK}


def test_an_unknown_name_is_made_readable() -> None:
    assert in_words("funding_rate") == "Funding rate"
