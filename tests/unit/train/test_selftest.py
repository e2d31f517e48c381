from __future__ import annotations

import numpy as np
import pytest

from cryptocast.features.rows import FEATURE_NAMES
from cryptocast.train.challenger import balanced_accuracy, make_challenger
from cryptocast.train.dataset import Examples
from cryptocast.train.selftest import (
    credible_accuracy,
    no_feature_knows_the_future,
    run_self_tests,
    shuffled_labels,
)
from cryptocast.train.splits import Fold, Plan, SplitRules, make_plan
from tests.unit.train.markets import FAST, make_examples

SPLIT = SplitRules(folds=3)


def plan_of(examples: Examples) -> Plan:
    return make_plan(examples.as_of, examples.horizon_s, SPLIT)


def test_honest_data_passes_every_test() -> None:
    examples = make_examples(6_000, signal=0.4)
    plan = plan_of(examples)
    challenger = make_challenger(examples, plan, SPLIT.embargo_s, FAST)
    tests = run_self_tests(examples, plan, challenger, FAST)
    assert [t.name for t in tests if not t.passed] == []
    assert len(tests) == 3


def test_shuffled_labels_catch_rows_that_are_in_both_fit_and_test() -> None:
    examples = make_examples(4_000, signal=0.4)
    plan = plan_of(examples)
    assert shuffled_labels(examples, plan, FAST).passed
    both = plan.folds[-1].fit
    leaky = Plan((Fold(both, both, 0),), plan.development, plan.held_out, plan.held_out_begins_s)
    found = shuffled_labels(examples, leaky, FAST)
    assert not found.passed
    assert "is noise" in found.reason


def test_a_planted_future_feature_is_caught_and_named() -> None:
    examples = make_examples(2_000, signal=0.4)
    assert no_feature_knows_the_future(examples).passed
    planted = FEATURE_NAMES.index("range_ratio")
    examples.x[:, planted] = -examples.return_log * 100 + np.random.default_rng(0).normal(size=2_000)
    found = no_feature_knows_the_future(examples)
    assert not found.passed
    assert "range_ratio" in found.reason


def test_an_incredible_accuracy_is_a_failure() -> None:
    examples = make_examples(4_000, signal=8.0)
    challenger = make_challenger(examples, plan_of(examples), SPLIT.embargo_s, FAST)
    assert not credible_accuracy(challenger).passed


def test_balanced_accuracy_is_a_half_for_a_constant() -> None:
    accuracy, deviation = balanced_accuracy(np.ones(10, bool), np.arange(10) < 7)
    assert accuracy == 0.5
    assert deviation == 0.0
    assert balanced_accuracy(np.arange(10) < 7, np.arange(10) < 7)[0] == pytest.approx(1.0)
