"""How a model version comes by its 15 features, and that nothing later than its rows has a say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from cryptocast.errors import NotEnoughData
from cryptocast.features.spec import FEATURE_NAMES, FEATURES, GROUPS, MODEL_FEATURES
from cryptocast.series import Ints
from cryptocast.train.dataset import Examples
from cryptocast.train.evidence import EVIDENCE
from cryptocast.train.fit import FitRules
from cryptocast.train.selection import Selection, select_features, select_in_plan
from cryptocast.train.splits import SplitRules, make_plan
from cryptocast.train.walkforward import EMBARGO_S, calibrate_spans, fit_spans
from tests.unit.train.markets import make_examples

RULES = FitRules(
    rounds=30, depth=2, min_child_weight=5, trees_per_round=1, mirror=0.0, mirror_beyond_hour=0.0
)
COUNT = 5_200
BEGINS = 4_200
KNOWN = np.arange(3_000, dtype=np.int64)
TEXTS = tuple(feature.name for feature in FEATURES if feature.group in {"sentiment", "social"})
PLANTED = "market_breadth_1h"
"""The last of the older evidence, so that only the rows speak for it."""
COPIES = ("rises_1h", "market_return_1h", "market_average_distance_2h", "rises_24h")
"""Its neighbours there, so that they start alike: noise like all the others."""


def pool(signal: float = 1.5, seed: int = 0, planted: str = PLANTED) -> Examples:
    """Noise in every candidate but one, which raises the odds of up."""
    made = make_examples(COUNT, signal=0.0, seed=seed)
    random = np.random.default_rng([seed, 1])
    up = random.random(COUNT) < 1 / (1 + np.exp(-signal * made.x[:, FEATURE_NAMES.index(planted)]))
    return replace(made, up=up, return_log=np.where(up, 0.01, -0.01))


def constant(examples: Examples, names: Sequence[str], value: float = 0.0) -> Examples:
    x = examples.x.copy()
    x[:, [FEATURE_NAMES.index(name) for name in names]] = value
    return replace(examples, x=x)


def choose(examples: Examples, known: Ints = KNOWN) -> Selection:
    return select_features(examples, known, np.ones(len(examples), dtype=np.bool_), RULES, EMBARGO_S)


@pytest.fixture(scope="module")
def chosen() -> Selection:
    return choose(pool())


def test_exactly_15_are_chosen_in_the_order_of_the_candidates(chosen: Selection) -> None:
    assert len(set(chosen.features)) == MODEL_FEATURES == 15
    assert chosen.features == tuple(name for name in FEATURE_NAMES if name in chosen.features)
    assert {row["name"] for row in chosen.table} == set(FEATURE_NAMES)
    assert {row["name"] for row in chosen.table if row["kept"]} == set(chosen.features)
    assert chosen.recorded()["kept"] == list(chosen.features)


@pytest.mark.parametrize("wanted", [5, 40])
def test_another_number_is_chosen_where_it_is_asked_for(wanted: int) -> None:
    own = np.ones(COUNT, dtype=np.bool_)
    other = select_features(pool(), KNOWN, own, RULES, EMBARGO_S, wanted=wanted)
    assert len(set(other.features)) == wanted
    assert PLANTED in other.features


def test_every_group_that_varies_is_represented(chosen: Selection) -> None:
    group = {feature.name: feature.group for feature in FEATURES}
    assert {group[name] for name in chosen.features} == set(GROUPS)
    assert chosen.absent == {}


def test_a_planted_feature_is_kept_and_noise_is_not_preferred_to_it(chosen: Selection) -> None:
    told = {row["name"]: row for row in chosen.table}
    assert told[PLANTED]["kept"]
    assert told[PLANTED]["folds"] == 1.0
    assert told[PLANTED]["worth"] == max(row["worth"] for row in chosen.table) > 100
    assert told[PLANTED]["gain"] == max(row["gain"] for row in chosen.table)
    assert EVIDENCE.get(PLANTED, 0.0) < 0.001
    assert all(told[name]["worth"] < told[PLANTED]["worth"] / 10 for name in COPIES)


def test_what_is_planted_is_found_wherever_it_is() -> None:
    for seed, name in enumerate(("volume_ratio_4h", "return_24h", "news_count_6h"), start=1):
        assert name in choose(pool(seed=seed, planted=name)).features


def test_rows_after_the_given_ones_change_nothing(chosen: Selection) -> None:
    examples, random = pool(), np.random.default_rng(3)
    x, up = examples.x.copy(), examples.up.copy()
    x[KNOWN[-1] + 1 :] = random.normal(5, 50, x[KNOWN[-1] + 1 :].shape)
    up[KNOWN[-1] + 1 :] = x[KNOWN[-1] + 1 :, 0] > 5
    spoilt = replace(examples, x=x, up=up, return_log=np.where(up, 0.5, -0.5))
    assert choose(spoilt) == chosen


def test_the_same_rows_give_the_same_choice_and_others_may_not(chosen: Selection) -> None:
    assert choose(pool()) == chosen
    assert choose(pool(seed=8)).features != chosen.features


def test_a_group_that_never_varies_is_named_with_the_reason() -> None:
    found = choose(constant(pool(), TEXTS))
    said = "no document in the data: every value is the one for missing"
    assert found.absent == {"sentiment": said, "social": said}
    assert not set(found.features) & set(TEXTS)
    assert not {row["name"] for row in found.table} & set(TEXTS)
    clock = choose(constant(pool(), ("hour", "minute", "weekday"), 3.0))
    assert clock.absent == {"time": "its values never vary"}


def test_where_too_few_vary_constants_fill_up_to_15() -> None:
    left = (PLANTED, "hour", "return_1h")
    found = choose(constant(pool(), [name for name in FEATURE_NAMES if name not in left]))
    assert len(found.features) == MODEL_FEATURES
    assert set(left) <= set(found.features)
    assert {row["name"] for row in found.table} == set(left)


@pytest.mark.parametrize("count", [0, 1, 250])
def test_too_few_rows_are_refused_in_words(count: int) -> None:
    with pytest.raises(NotEnoughData, match=f"{count} rows are too few to choose features from"):
        choose(pool(), KNOWN[:count])


def test_only_own_rows_judge_and_too_few_of_them_are_refused() -> None:
    own = np.zeros(COUNT, dtype=np.bool_)
    own[:100] = True
    with pytest.raises(NotEnoughData, match="100 rows"):
        select_features(pool(), KNOWN, own, RULES, EMBARGO_S)


def test_a_training_run_chooses_without_the_slice_that_fixes_the_threshold_and_the_held_out_one() -> None:
    examples = pool()
    rules = SplitRules(folds=3)
    plan = make_plan(examples.as_of, examples.horizon_s, rules)
    first = select_in_plan(examples, plan, rules.embargo_s, RULES)
    later = examples.as_of >= plan.folds[-1].begins_s
    assert later.sum() > 1_000
    noise = np.random.default_rng(4).random(COUNT) < 0.5
    turned = replace(examples, up=np.where(later, noise, examples.up))
    assert select_in_plan(turned, plan, rules.embargo_s, RULES) == first
    earlier = replace(examples, up=np.where(later, examples.up, noise))
    assert select_in_plan(earlier, plan, rules.embargo_s, RULES) != first


def test_an_evaluation_chooses_before_its_test_begins_and_poison_in_the_test_changes_nothing() -> None:
    examples = pool()
    begins, ends = int(examples.as_of[BEGINS]), int(examples.as_of[-1]) + 1
    honest = calibrate_spans(fit_spans(examples, ("BTC", "ETH"), [begins], ends, RULES, workers=1))
    tested = examples.as_of >= begins
    x = examples.x.copy()
    x[tested, FEATURE_NAMES.index("minute")] = np.where(examples.up[tested], 9.0, -9.0)
    x[tested, FEATURE_NAMES.index(PLANTED)] = 0.0
    poisoned = replace(examples, x=x, up=np.where(tested, ~examples.up, examples.up))
    found = calibrate_spans(fit_spans(poisoned, ("BTC", "ETH"), [begins], ends, RULES, workers=1))
    assert found.features == honest.features
    assert found.selection == honest.selection is not None
    assert len(found.features) == MODEL_FEATURES
    assert found.thresholds == honest.thresholds


def test_an_evaluation_that_is_told_so_uses_every_feature_it_is_given() -> None:
    examples = pool().only(FEATURE_NAMES[:20])
    begins, ends = int(examples.as_of[BEGINS]), int(examples.as_of[-1]) + 1
    found = calibrate_spans(
        fit_spans(examples, ("BTC", "ETH"), [begins], ends, RULES, workers=1, select=False)
    )
    assert (found.features, found.selection) == (FEATURE_NAMES[:20], None)
