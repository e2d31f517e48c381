"""The model card: what it says is what was measured, and both its forms say the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser

import numpy as np
import pytest
import xgboost

from cryptocast.domain import DataLabel, Horizon
from cryptocast.features.words import in_words
from cryptocast.page import table
from cryptocast.registry.manifest import Calibration, DataWindow, Manifest
from cryptocast.serve.card_example import CARD_DATA
from cryptocast.train.card import card_files, make_card
from cryptocast.train.challenger import Challenger, Predictions, make_challenger
from cryptocast.train.drawing import curve, swarm
from cryptocast.train.figures import FIGURES, figures_table
from cryptocast.train.selftest import SelfTest
from cryptocast.train.splits import SplitRules, make_plan
from tests.unit.train.markets import FAST, UNTIL, make_examples

SPLIT = SplitRules(folds=3)
TESTS = [SelfTest("planted future", True, 0.8, "caught <b>& named</b>")]


@pytest.fixture(scope="module")
def challenger() -> Challenger:
    examples = make_examples(16_000, signal=0.6)
    return make_challenger(examples, make_plan(examples.as_of, 900, SPLIT), SPLIT.embargo_s, FAST)


@pytest.fixture(scope="module")
def manifest(challenger: Challenger) -> Manifest:
    return Manifest(
        kind="prices",
        horizon=Horizon.M15,
        version="v1",
        created_at=UNTIL,
        title="XGBoost <15m>",
        data_label=DataLabel.SIMULATED,
        data_window=DataWindow(since=UNTIL, fit_until=UNTIL, until=UNTIL, symbols=("BTC", "ETH"), rows=7),
        feature_names=challenger.fresh.examples.features,
        calibration=challenger.calibration,
        abstain=challenger.abstain,
        skill=challenger.skill,
        metrics={**challenger.held_out, "onnx_parity": 4e-8},
    )


@pytest.fixture(scope="module")
def card(manifest: Manifest, challenger: Challenger):
    return make_card(manifest, TESTS, challenger)


def shape(value: object) -> object:
    """The fields, those of a list's first entry included; figures by name are the horizon's own."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items() if name not in ("held_out", "intervals")}
    return [shape(value[0])] if isinstance(value, list) and value else None


def test_the_example_of_the_api_has_the_fields_of_a_card(card) -> None:
    assert shape(CARD_DATA) == shape(card)
    assert CARD_DATA.keys() == card.keys()
    for figures in ("held_out", "intervals"):
        assert CARD_DATA[figures].keys() <= card[figures].keys()


def test_figures_have_intervals_that_hold_them(card) -> None:
    for name in ("accuracy", "accuracy_of_calls", "brier", "log_loss"):
        low, high = card["intervals"][name]
        assert low < card["held_out"][name] < high


def test_every_figure_has_a_name_of_the_field_its_meaning_its_unit_and_which_way_is_better(
    card, manifest, challenger
) -> None:
    assert set(card["held_out"]) == set(FIGURES), "of a model that calls"
    html = card_files(manifest, TESTS, challenger)["card.html"].decode()
    for key, figure in FIGURES.items():
        assert f"<td>{figure.name}<small>{escape(figure.means)}</small></td>" in html
        assert figure.unit
        assert "_" not in key or key not in html
    for words in ("Brier score", "Expected calibration error (ECE)", "Log loss"):
        row = re.search(rf"<tr><td>{re.escape(words)}<small>.*?</tr>", html)
        assert row is not None
        assert row.group().endswith("<td class=words>lower</td></tr>")
    assert "<td class=words>% of calls</td><td class=words>higher</td>" in html


def test_a_figure_without_a_name_is_told_by_its_key() -> None:
    html = figures_table({"new_figure": 0.25}, {})
    assert "<td>new figure</td><td>0.25</td><td></td>" in html


def test_moments_are_told_as_people_write_them(manifest, challenger) -> None:
    html = card_files(manifest, TESTS, challenger)["card.html"].decode()
    assert f"<td>since</td><td class=words>{UNTIL:%Y-%m-%d %H:%M} UTC</td>" in html
    assert "T00:00:00" not in html


def test_it_says_which_number_is_by_which_method(card, manifest, challenger) -> None:
    html = card_files(manifest, TESTS, challenger)["card.html"].decode()
    for name, words in (
        ("intervals", "stationary block bootstrap"),
        ("accuracy_of_calls_lower", "Wilson's score interval, one-sided"),
        ("target", "Clopper-Pearson's exact one-sided bound"),
    ):
        assert words in card["methods"][name]
        assert escape(card["methods"][name]) in html


def test_every_threshold_was_fixed_before_the_slice_it_is_judged_on(card, challenger, manifest) -> None:
    other = replace(challenger, fresh=Predictions(challenger.fresh.examples, 1 - challenger.fresh.p_up))
    again = make_card(manifest, TESTS, other)
    assert [c["threshold"] for c in again["coverage"]] == [c["threshold"] for c in card["coverage"]]
    assert [c["coverage"] for c in card["coverage"]] == sorted(
        (c["coverage"] for c in card["coverage"]), reverse=True
    )
    everything = card["coverage"][0]
    assert everything["coverage"] == 1.0
    assert everything["accuracy"] == card["held_out"]["accuracy"]
    assert again["coverage"][0]["accuracy"] == pytest.approx(1 - everything["accuracy"], abs=0.01)


def with_accuracy(challenger: Challenger, share: float) -> Challenger:
    """Right in `share` of the held-out rows, whatever the confidence."""
    fresh = challenger.fresh
    confidence = np.maximum(fresh.p_up, 1 - fresh.p_up)
    hits = np.random.default_rng(3).random(len(confidence)) < share
    p_up = np.where(hits == fresh.examples.up, confidence, 1 - confidence)
    return replace(challenger, fresh=Predictions(fresh.examples, p_up))


@pytest.mark.parametrize(
    ("share", "met", "said"),
    [(0.9, True, "is met"), (0.3, False, "missed at every coverage")],
)
def test_it_says_in_words_whether_the_target_is_met(manifest, challenger, share, met, said) -> None:
    target = make_card(manifest, TESTS, with_accuracy(challenger, share))["target"]
    assert target["met"] is met
    assert said in target["said"]
    if met:
        assert target["coverage"] == 1.0
        assert target["lower95"] > 0.65


def test_months_are_of_both_kinds_and_count_every_row(card, challenger) -> None:
    for kind, judged in (("walk-forward", challenger.out_of_fold), ("held out", challenger.fresh)):
        rows = [one for one in card["months"] if one["kind"] == kind]
        assert sum(one["n"] for one in rows) == len(judged.p_up)
        assert all(0 <= one["accuracy"] <= 1 for one in rows)


def test_importance_is_xgboosts_gain_and_contributions(card, challenger) -> None:
    rows = card["importance"]
    x = challenger.fresh.examples.x
    given = challenger.booster.predict(xgboost.DMatrix(x), pred_contribs=True)[:, :-1]
    assert {one["feature"] for one in rows} == set(challenger.fresh.examples.features)
    assert sum(one["gain"] for one in rows) == pytest.approx(1)
    assert rows[0]["feature"] == challenger.fresh.examples.features[0], "the only one that says something"
    assert rows[0]["contribution"] == pytest.approx(np.abs(given[:, 0]).mean(), rel=0.1)
    assert rows[0]["leans"] > 0.9
    assert [one["contribution"] for one in rows] == sorted(
        (one["contribution"] for one in rows), reverse=True
    )


class Balanced(HTMLParser):
    """Every tag that must be closed is, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        pass

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def test_the_page_says_what_the_json_says_and_needs_nothing_from_elsewhere(manifest, challenger) -> None:
    files = card_files(manifest, TESTS, challenger)
    card, html = json.loads(files["card.json"]), files["card.html"].decode()
    assert set(files) == {"card.json", "card.html"}
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert card["target"]["said"].replace("'", "&#x27;") in html
    assert "caught &lt;b&gt;&amp; named&lt;/b&gt;" in html
    assert "<h1>XGBoost &lt;15m&gt;</h1>" in html
    for word in ("Accuracy against coverage", "Reliability", "Month by month", "Gain by feature"):
        assert word in html
    assert all(name in html for name in manifest.feature_names)
    assert not re.search(r"(src|href)=|url\(|@import|<script", html)
    assert not re.search(r"\b(nan|inf)\b", html.lower())
    assert files == card_files(manifest, TESTS, challenger), "the same version has the same bytes"


def test_a_model_that_never_calls_and_never_moved_has_a_card(manifest, challenger) -> None:
    flat = replace(
        challenger, fresh=Predictions(challenger.fresh.examples, np.full(len(challenger.fresh.p_up), 0.5))
    )
    card = json.loads(card_files(manifest, [], flat)["card.json"])
    assert card["intervals"]["accuracy_of_calls"] == [None, None]
    assert card["coverage"][-1]["accuracy"] is None


def test_a_model_that_says_the_same_of_every_row_is_told_in_words(manifest, challenger) -> None:
    fresh = challenger.fresh
    flat = replace(challenger, fresh=Predictions(fresh.examples, np.full(len(fresh.p_up), 0.55)))
    told = manifest.model_copy(update={"calibration": Calibration(a=0.0, b=float(np.log(0.55 / 0.45)))})
    files = card_files(told, TESTS, flat)
    calibration, html = json.loads(files["card.json"])["calibration"], files["card.html"].decode()
    assert calibration["base_rate"] == pytest.approx(0.55)
    assert "It says 55.0% up every time" in html
    assert "there is no curve to draw: each gets 55.0%" in html
    assert "moves no forecast of this version" in html
    assert "aria-label='Accuracy against coverage'" not in html
    assert "aria-label='Reliability'" not in html


def test_a_model_that_orders_rows_has_its_curves_and_its_slope(card, manifest, challenger) -> None:
    html = card_files(manifest, TESTS, challenger)["card.html"].decode()
    assert card["calibration"]["slope"] == challenger.calibration.a > 0
    assert card["calibration"]["base_rate"] is None
    assert "aria-label='Reliability'" in html
    assert "moves no forecast" not in html


def test_features_are_told_in_words_and_by_name(manifest, challenger) -> None:
    html = card_files(manifest, TESTS, challenger)["card.html"].decode()
    for name in challenger.fresh.examples.features:
        assert html.count(f">{escape(in_words(name))}<") == 3, "in both drawings and the table"
        assert html.count(f">{name}<") == 1, "in the table only"


def axis(drawn: str) -> list[float]:
    """The shares on the x axis, in per cent."""
    return [float(text) for text in re.findall(r"text-anchor=middle>([\d.-]+)%", drawn)]


@pytest.mark.parametrize("at", [0.0, 0.004, 0.5, 0.5213, 0.997, 1.0])
@pytest.mark.parametrize("wide", [0.0, 0.003, 0.03])
def test_an_axis_spans_ten_points_or_more_and_no_share_that_cannot_be(at: float, wide: float) -> None:
    low, high = max(0.0, at - wide), min(1.0, at + wide)
    ticks = axis(curve("t", [(low, 0.5), (high, 0.5)], "x", "y"))
    assert ticks[-1] - ticks[0] >= 9.99
    assert 0 <= ticks[0] <= 100 * low + 1e-9
    assert 100 * high - 1e-9 <= ticks[-1] <= 100


def test_drawings_of_one_point_and_of_none() -> None:
    assert curve("t", [], "x", "y") == ""
    assert "<circle" in curve("t", [(0.5, 0.5)], "x", "y", aim=0.65)
    assert "nan" not in curve("t", [(0.5, 0.5)], "x", "y", diagonal=True)
    assert "&lt;" in table(("a",), [("<",)])


def test_what_was_high_is_red_and_what_was_low_blue_as_in_every_drawing_of_shap(manifest, challenger) -> None:
    html = card_files(manifest, TESTS, challenger)["card.html"].decode()
    assert "Red: the feature was high among these rows, blue: low." in html
    assert "--mark:#1d4ed8" in html, "blue"
    assert "color-mix(in oklab,var(--down) 75%,var(--mark))" in swarm("t", [("a", [(0.1, 0.75)])], "x")
