"""Documents that say the same, out of files."""

from __future__ import annotations

import numpy as np
import pytest

from cryptocast.collect.near_duplicates import near_duplicates, title_key

TITLE = "Bitcoin rises to a record high"
HOUR_S = 3_600


@pytest.mark.parametrize(
    "title",
    [
        f"{TITLE.upper()}!",
        f"{TITLE} | CryptoSlate",
        f"{TITLE} - The Daily Coin",
        "“Bitcoin” rises, to a record-high…",
    ],
)
def test_case_punctuation_and_a_source_behind_the_title_make_no_difference(title: str) -> None:
    assert title_key(title) == title_key(TITLE)


def test_other_words_make_one_and_short_titles_have_no_key() -> None:
    assert title_key("Bitcoin rises to a record low") != title_key(TITLE)
    assert title_key("Daily discussion") is None


def test_a_copy_within_a_day_of_any_before_it_is_one() -> None:
    titles = [TITLE, "Daily thread", TITLE, "Daily thread", f"{TITLE} | Paper", TITLE]
    seen_s = np.array([0, 1, 2, 3, 26, 51]) * HOUR_S
    assert near_duplicates(titles, seen_s).tolist() == [False, False, True, False, True, False]


def test_no_document_has_no_copy() -> None:
    assert near_duplicates([], np.zeros(0, dtype=np.int64)).tolist() == []
