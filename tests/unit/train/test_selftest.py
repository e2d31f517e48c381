from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cryptocast.domain import Horizon
from cryptocast.errors import BadInput
from cryptocast.features.rows import FEATURE_NAMES, FeatureTable
from cryptocast.features.spec import MODEL_FEATURES
from cryptocast.series import DocumentSeries
from cryptocast.train import selftest, selftest_run
from cryptocast.train.challenger import balanced_accuracy, make_challenger
from cryptocast.train.dataset import Examples, build_table, no_documents
from cryptocast.train.selftest import (
    all_known_in_time,
    credible_accuracy,
    live_equals_bulk,
    no_feature_knows_the_future,
    planted_future_is_caught,
    run_self_tests,
    shuffled_labels,
)
from cryptocast.train.splits import Fold, Plan, SplitRules, make_plan
from tests.unit.train.markets import FAST, UNTIL, make_examples, make_market

SPLIT = SplitRules(folds=3)
NONE = no_documents(("BTC", "ETH"))


def plan_of(examples: Examples) -> Plan:
    return make_plan(examples.as_of, examples.horizon_s, SPLIT)


def test_honest_data_passes_every_test() -> None:
    examples = make_examples(6_000, signal=0.4)
    plan = plan_of(examples)
    challenger = make_challenger(examples, plan, SPLIT.embargo_s, FAST)
    tests = run_self_tests(examples, plan, challenger, FAST, SPLIT.embargo_s)
    assert [t.name for t in tests if not t.passed] == []
    assert [t.name for t in tests] == [
        "all known in time",
        "shuffled labels",
        "planted future",
        "no feature knows the future",
        "credible accuracy",
    ]


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


def test_a_check_that_lets_the_planted_feature_pass_fails_itself(monkeypatch) -> None:
    examples = make_examples(2_000, signal=0.4)
    assert planted_future_is_caught(examples, 7).passed
    monkeypatch.setattr(selftest, "ORDERLY", 1.1)
    found = planted_future_is_caught(examples, 7)
    assert not found.passed
    assert "not caught" in found.reason


@pytest.mark.parametrize("seed", range(20))
def test_wherever_the_future_is_planted_it_is_caught(seed: int) -> None:
    found = planted_future_is_caught(make_examples(2_000, signal=0.4, seed=seed), seed)
    assert found.passed
    assert found.figure > selftest.ORDERLY + 0.05


def test_a_label_that_was_known_too_late_is_noticed() -> None:
    examples = make_examples(4_000, signal=0.4)
    plan = plan_of(examples)
    assert all_known_in_time(examples, plan, SPLIT.embargo_s).passed
    last = plan.folds[-1]
    late = replace(last, fit=np.append(last.fit, last.fit[-1] + 1))
    found = all_known_in_time(examples, replace(plan, folds=(*plan.folds[:-1], late)), SPLIT.embargo_s + 900)
    assert not found.passed
    assert not all_known_in_time(
        examples, replace(plan, development=np.append(plan.development, plan.held_out[0])), 0
    ).passed


def table_of(bars) -> FeatureTable:
    first, until = int(bars["BTC"].opened_s[0]), int(UNTIL.timestamp())
    return build_table(bars, NONE, first, until)


def test_rows_built_live_are_the_tables_and_one_last_bit_is_noticed() -> None:
    bars = make_market(12)
    table = table_of(bars)
    found = live_equals_bulk(bars, NONE, table)
    assert found.passed
    assert found.reason.startswith("0 of ")
    values = np.nextafter(table.values, np.inf)
    found = live_equals_bulk(bars, NONE, replace(table, values=values))
    assert not found.passed
    assert f"the first is {FEATURE_NAMES[0]} of BTC" in found.reason


def test_a_feature_that_looks_one_bar_ahead_is_noticed() -> None:
    bars = make_market(12)
    table = table_of(bars)
    values = table.values.copy()
    values[:-2, 3] = table.values[2:, 3]
    found = live_equals_bulk(bars, NONE, replace(table, values=values))
    assert not found.passed
    assert FEATURE_NAMES[3] in found.reason


def test_a_document_that_is_used_before_it_was_seen_is_noticed() -> None:
    bars = make_market(12)
    until = int(UNTIL.timestamp())
    seen = np.arange(until - 10 * 86_400, until, 1_800, dtype=np.int64)
    texts = DocumentSeries(
        ("BTC", "ETH"),
        seen,
        np.arange(len(seen)) % 2 == 0,
        np.random.default_rng(0).uniform(-1, 1, len(seen)),
        np.ones((len(seen), 2), dtype=np.bool_),
    )
    table = build_table(bars, texts, int(bars["BTC"].opened_s[0]), until)
    assert live_equals_bulk(bars, texts, table).passed
    early = build_table(bars, replace(texts, first_seen_s=seen - 3_600), int(bars["BTC"].opened_s[0]), until)
    assert not live_equals_bulk(bars, texts, early).passed


def test_nothing_to_compare_is_no_proof() -> None:
    bars = make_market(12)
    assert not live_equals_bulk(bars, NONE, build_table(bars, NONE, 0, 900)).passed


def test_an_incredible_accuracy_is_a_failure() -> None:
    examples = make_examples(4_000, signal=8.0)
    challenger = make_challenger(examples, plan_of(examples), SPLIT.embargo_s, FAST)
    assert not credible_accuracy(challenger).passed


def test_balanced_accuracy_is_a_half_for_a_constant() -> None:
    accuracy, deviation = balanced_accuracy(np.ones(10, bool), np.arange(10) < 7)
    assert accuracy == 0.5
    assert deviation == 0.0
    assert balanced_accuracy(np.arange(10) < 7, np.arange(10) < 7)[0] == pytest.approx(1.0)


def test_the_command_tests_the_model_that_a_job_would_make(monkeypatch) -> None:
    fitted: list[int] = []

    def noted(examples: Examples, *rest):
        fitted.append(len(examples.features))
        return make_challenger(examples, *rest)

    monkeypatch.setattr(selftest_run, "make_challenger", noted)
    found = selftest_run.self_test(make_market(25), NONE, [Horizon.M15], 900, FAST, SPLIT)
    assert fitted == [MODEL_FEATURES]
    assert [one.horizon for one in found] == [None, Horizon.M15]
    assert all(one.passed for one in found)


def test_a_coin_that_ends_before_the_days_asked_for_is_told() -> None:
    market = make_market(25)
    first, *_ = market
    old = market | {first: market[first].take(market[first].opened_s < market[first].opened_s[480])}
    assert selftest_run.recent(market, 5).keys() == market.keys()
    with pytest.raises(BadInput, match=f"{first}: no bar in the last 5 days"):
        selftest_run.recent(old, 5)
