"""The floor: what is no better than a constant abstains on everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from cryptocast.domain import Call, Horizon
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import load_champion, read_champion
from cryptocast.registry.manifest import Abstain
from cryptocast.serve.forecaster import Forecaster
from cryptocast.train.dataset import no_documents
from cryptocast.train.job import train_from_series
from cryptocast.train.skill import floored, in_words, measure_skill
from tests.unit.train.markets import RULES, UNTIL, make_examples, make_market

NAME = layout.price_model(Horizon.M15)
CALLS = Abstain(threshold=0.55, rule="fixed before")
ROWS = make_examples(4_000, signal=0.6)
UP = ROWS.up
TRUE = 1 / (1 + np.exp(-0.6 * ROWS.x[:, 0].astype(float)))


@pytest.mark.parametrize(("p_up", "shown"), [
    (TRUE, True),
    (1 - TRUE, False),
    (np.random.default_rng(1).uniform(0.49, 0.51, len(UP)), False),
    (np.full(len(UP), UP.mean()), False),
])  # fmt: skip
def test_skill_is_a_brier_score_surely_below_that_of_the_share_fitted_on(
    p_up: np.ndarray, shown: bool
) -> None:
    # The best constant there is: noise around one half must not beat it by being nearer to the truth.
    skill = measure_skill(p_up, ROWS, np.full(len(UP), UP.mean()))
    assert skill.shown is shown
    assert skill.constant_brier == pytest.approx(float(np.mean((UP.mean() - UP) ** 2)))
    assert ("no skill yet" in in_words(skill)) is not shown
    assert ("not surely below" in in_words(skill)) is not shown


def test_a_p_value_is_never_told_as_nought() -> None:
    skill = measure_skill(TRUE, ROWS, np.full(len(UP), UP.mean()))
    assert "(p below 0.0001, below 0.1 is needed)" in in_words(skill.model_copy(update={"p_value": 1e-9}))
    assert "(p 0.0210, below" in in_words(skill.model_copy(update={"p_value": 0.021}))


def test_a_slice_that_is_shorter_than_two_horizons_shows_nothing() -> None:
    long = replace(ROWS.take(np.arange(300)), horizon_s=Horizon.H24.seconds)
    assert measure_skill(TRUE[:300], long, np.full(300, 0.5)).p_value == 1.0
    assert not measure_skill(TRUE[:300], long, np.full(300, 0.5)).shown


def test_the_threshold_stays_where_skill_is_shown_and_is_one_elsewhere() -> None:
    good, bad = (measure_skill(p_up, ROWS, np.full(len(UP), 0.5)) for p_up in (TRUE, 1 - TRUE))
    assert floored(CALLS, good) == CALLS
    assert (floored(CALLS, bad).threshold, floored(CALLS, bad).coverage) == (1.0, 0.0)
    assert "abstains on everything" in floored(CALLS, bad).rule


def test_a_first_model_of_a_random_walk_serves_and_abstains_until_one_with_skill_comes(
    bucket: Bucket,
) -> None:
    walk = make_market(40, reversal=0.0, seed=3)
    (first,) = train_from_series(bucket, walk, no_documents(("BTC", "ETH")), (Horizon.M15,), RULES)
    assert first.promoted
    assert "shows no skill yet and abstains on everything" in read_champion(bucket, NAME)[0].reason
    champion = load_champion(bucket, NAME)
    assert champion.manifest.skill is not None
    assert not champion.manifest.skill.shown
    assert champion.manifest.metrics["coverage"] == 0.0
    rows = np.random.default_rng(1).normal(size=(500, len(champion.manifest.feature_names))) * 5
    assert {estimate.call for estimate in Forecaster(champion).estimate(rows)} == {Call.ABSTAIN}
    card = champion.files[layout.CARD_PAGE].decode()
    assert "It shows no skill yet and abstains on everything" in card

    later = replace(RULES, now=UNTIL + timedelta(hours=1))
    learnt = make_market(40, reversal=0.4)
    (second,) = train_from_series(bucket, learnt, no_documents(("BTC", "ETH")), (Horizon.M15,), later)
    assert second.promoted, second.reason
    able = load_champion(bucket, NAME)
    assert able.manifest.skill is not None
    assert able.manifest.skill.shown
    assert able.manifest.metrics["coverage"] > 0
