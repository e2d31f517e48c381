"""The page tells the words of a step from those of an input by the same beginnings as the API."""

from __future__ import annotations

import re
from pathlib import Path

from cryptocast.missing import NOT_ISSUED, NOT_SHOWN

NOTICES = Path(__file__).parents[2] / "frontend" / "src" / "words" / "notices.ts"


def test_the_page_knows_the_beginnings() -> None:
    body = re.search(r"function isOfASteps.*?\n}", NOTICES.read_text(), re.DOTALL)
    assert body
    assert set(re.findall(r"startsWith\('([^']*)'\)", body[0])) == {NOT_ISSUED, NOT_SHOWN}
