"""The threshold of calls: one sequence of tests, which finds something in 5 % of cases where nothing is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from cryptocast.domain import Horizon
from cryptocast.series import Bools, Floats
from cryptocast.train.challenger import best_free
from cryptocast.train.dataset import Examples
from cryptocast.train.statistics import surely
from cryptocast.train.threshold import Searched, always, fewest_calls, fix_threshold, widest_sure
from tests.unit.train.markets import make_examples
from tests.unit.train.test_statistics import BAR_S, nothing_known

RUNS = 400
COVERAGES = tuple(share / 100 for share in range(5, 101, 5))


def rows(up: Bools, horizon_s: int = BAR_S, coins: int = 1) -> Examples:
    n = len(up)
    as_of = np.repeat(np.arange(n // coins, dtype=np.int64) * BAR_S, coins)
    none = np.zeros(n)
    return Examples(horizon_s, np.full(n, "BTC"), as_of, np.zeros((n, 1), np.float32), up, none, none)


def useless(seed: int, n: int = 1_800) -> tuple[Floats, Examples]:
    random = np.random.default_rng(seed)
    return random.uniform(0.4, 0.6, n), rows(random.random(n) < 0.5)


def widest_of_all_looks(p_up: Floats, tested: Examples, to_beat: float) -> bool:
    """What was done before: the first of many coverages, the widest first, whose own test passes."""
    confidence, right = np.maximum(p_up, 1 - p_up), (p_up > 0.5) == tested.up
    called = [confidence >= np.quantile(confidence, 1 - coverage) for coverage in COVERAGES]
    return any(surely(float(right[one].mean()), int(one.sum())) > to_beat for one in called)


def test_a_useless_model_gets_a_threshold_in_at_most_five_per_cent_of_cases() -> None:
    found = [widest_sure(*useless(seed), always(0.5), COVERAGES).passed is not None for seed in range(RUNS)]
    many_looks = [widest_of_all_looks(*useless(seed), 0.5) for seed in range(RUNS)]
    assert 0.01 < np.mean(found) < 0.07, "5 % and two standard errors of 400 runs"
    assert np.mean(many_looks) > 0.12, "the same tests, each taken for itself"


def test_nor_where_labels_overlap_and_coins_move_together() -> None:
    found = []
    for seed in range(RUNS // 2):
        _, calls, up = nothing_known(seed, horizon=4, moments=2_000)
        p_up, tested = 1 / (1 + np.exp(-calls / 5)), rows(up, 4 * BAR_S, coins=2)
        found.append(widest_sure(p_up, tested, always(0.5), COVERAGES).passed is not None)
    assert np.mean(found) < 0.08


@pytest.mark.parametrize("seed", range(5))
def test_a_skilled_model_gets_the_coverage_up_to_which_it_is_skilled(seed: int) -> None:
    """The surer half is right in 70 %, the rest in 50 %: 62 % hold up to a coverage of 83 %."""
    random = np.random.default_rng(seed)
    confidence = random.uniform(0.5, 0.6, 20_000)
    up = random.random(20_000) < 0.5
    right = random.random(20_000) < np.where(confidence > 0.55, 0.7, 0.5)
    p_up = np.where(up == right, confidence, 1 - confidence)
    passed = widest_sure(p_up, rows(up), always(0.62), COVERAGES).passed
    assert passed is not None
    assert 0.7 <= passed.coverage <= 0.85


def test_the_first_failure_ends_it_whatever_would_come_after() -> None:
    confidence = np.linspace(0.6, 0.5, 4_000)
    right = np.arange(4_000) % 2 == 0
    right[1_000:] = True
    up = np.ones(4_000, dtype=bool)
    p_up = np.where(right, confidence, 1 - confidence)
    assert widest_of_all_looks(p_up, rows(up), 0.55)
    assert widest_sure(p_up, rows(up), always(0.55), COVERAGES) == Searched(passed=None, tests=1)


def test_it_begins_where_five_points_above_the_bar_are_significant() -> None:
    n = fewest_calls(0.65)
    assert n == pytest.approx(263, abs=5)
    assert surely(0.70, n) > 0.65 >= surely(0.70, n - 1)
    random = np.random.default_rng(0)
    p_up = random.uniform(0.7, 0.9, 2_000)
    found = widest_sure(p_up, rows(random.random(2_000) < 0.9), always(0.65), COVERAGES)
    assert found.passed is not None
    assert found.tests == sum(2_000 * coverage >= n for coverage in COVERAGES)
    assert fewest_calls(1.0) == 999, "a bar that cannot be beaten asks for more than there is"


def test_the_threshold_is_the_smallest_that_surely_beats_the_baseline() -> None:
    examples = make_examples(6_000, signal=1.5)
    p_up = 1 / (1 + np.exp(-1.5 * examples.x[:, 0].astype(float)))
    easy, hard = fix_threshold(p_up, examples, always(0.55)), fix_threshold(p_up, examples, always(0.85))
    assert 0.5 <= easy.threshold < hard.threshold < 1
    right = (p_up > 0.5) == examples.up
    called = np.maximum(p_up, 1 - p_up) >= hard.threshold
    assert surely(float(right[called].mean()), int(called.sum() / 2)) > 0.85
    assert hard.coverage == pytest.approx(float(called.mean()))
    assert "on these the free forecast was right in 85.0%" in hard.rule
    assert f"which the surest {hard.coverage:.1%} reached" in hard.rule
    assert hard.tested is True


def test_where_nothing_beats_the_baseline_the_top_fifth_is_called_and_the_rule_says_so() -> None:
    examples = make_examples(6_000, signal=0.0)
    p_up = np.random.default_rng(5).uniform(0.4, 0.6, 6_000)
    fixed = fix_threshold(p_up, examples, always(0.52))
    assert fixed.coverage == pytest.approx(0.2, abs=0.01)
    assert "which was right in 52.0% of them. So it calls its surest 20%" in fixed.rule
    assert fixed.tested is False


def test_a_model_that_says_the_opposite_of_the_last_bar_is_no_better_than_that_where_it_is_sure() -> None:
    """Reversal is right more often after large bars: to be surer there is not to know more than it does."""
    passed = []
    for seed in range(20):
        random = np.random.default_rng(seed)
        examples = make_examples(8_000, signal=0.0, seed=seed)
        last = random.normal(size=8_000)
        up = random.random(8_000) < 0.5 - 0.03 * np.sign(last) * np.abs(last)
        examples = replace(examples, up=up, last_move=last)
        fixed = fix_threshold(1 / (1 + np.exp(last / 10)), examples, partial(best_free, examples, 0.5))
        passed.append(fixed.tested)
    assert not any(passed)


def test_a_slice_of_few_independent_calls_is_not_tested_and_the_rule_says_so() -> None:
    examples = make_examples(6_000, signal=1.5, horizon=Horizon.H24)
    p_up = 1 / (1 + np.exp(-1.5 * examples.x[:, 0].astype(float)))
    fixed = fix_threshold(p_up, examples, always(0.52))
    assert fixed.coverage == pytest.approx(0.2, abs=0.01)
    assert "too few forecasts that do not overlap to tell skill from luck: 31, and" in fixed.rule
    assert fixed.tested is False


def test_a_bar_that_is_lower_on_the_whole_slice_asks_for_more_calls_than_there_are() -> None:
    """With 66 % to beat 280 calls would do, but the surest fifth has 56, and the whole has 50 % to beat."""
    p_up, tested = useless(1, n=280)
    fixed = fix_threshold(p_up, tested, lambda called: 0.66 if called.mean() < 0.5 else 0.5)
    assert fewest_calls(0.66) < 280 < fewest_calls(0.5)
    assert widest_sure(p_up, tested, lambda called: 0.5, COVERAGES) == Searched(passed=None, tests=0)
    assert f"tell skill from luck: 280, and {fewest_calls(0.5)} are needed" in fixed.rule
    assert "not surely better" not in fixed.rule


def test_a_constant_probability_always_abstains() -> None:
    fixed = fix_threshold(np.full(500, 0.51), make_examples(500), always(0.5))
    assert fixed.threshold == 1.0
    assert "It never calls" in fixed.rule


def test_a_rule_is_told_without_the_words_of_statisticians() -> None:
    examples = make_examples(6_000, signal=1.5)
    p_up = 1 / (1 + np.exp(-1.5 * examples.x[:, 0].astype(float)))
    rules = [fix_threshold(p_up, examples, always(bar)).rule for bar in (0.55, 0.99)]
    rules.append(fix_threshold(np.full(500, 0.51), make_examples(500), always(0.5)).rule)
    for rule in rules:
        assert rule[0].isupper()
        assert rule.count("(") == rule.count(")")
        assert not rule.endswith(".")
        assert not [word for word in ("purged", "slice", "margin", "out of fold", "baseline") if word in rule]
