"""The page tells what is no input of a forecast by the same beginnings as the API."""

from __future__ import annotations

import re

from cryptocast.missing import NO_INPUTS, NOT_ISSUED, STEP_FAILED, inputs_only, missing_words, named_after
from tests.template import ROOT

WORDS = ROOT / "frontend" / "src" / "words"
FAILED = {"failures": {step: {} for step in ("score_sentiment", "build_features", "forecast", "publish")}}


def test_a_step_that_failed_is_no_input() -> None:
    said = missing_words(FAILED)
    assert said == (
        "sentiment: scoring failed",
        "step build_features: failed",
        "step forecast: failed",
        "step publish: failed",
    )
    assert inputs_only(said) == ("sentiment: scoring failed",)
    assert named_after(STEP_FAILED, said) == ("build_features", "forecast", "publish")


def test_who_was_not_forecast_is_named_once() -> None:
    said = ("forecast 1h: no champion", "forecast BTC: no feature row", "forecast BTC: 2 rows have no close")
    assert named_after(NOT_ISSUED, said) == ("1h", "BTC")


def test_the_page_knows_the_beginnings() -> None:
    body = re.search(r"NO_INPUTS = \[.*?\]", (WORDS / "cycle.ts").read_text(), re.DOTALL)
    assert body
    assert set(re.findall(r"'([^']*)'", body[0])) == set(NO_INPUTS)


def test_the_page_knows_the_stand_in_by_what_the_api_says() -> None:
    beginning = re.search(r"const STAND_IN = '([^']*)'", (WORDS / "notices.ts").read_text())
    routes = ROOT / "shared" / "cryptocast" / "serve" / "routes_models.py"
    assert beginning
    assert f'"{beginning[1]}' in routes.read_text()
