"""A fit learns from the direction over twice the horizon too, and from none that was not known in time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cryptocast.domain import Horizon
from cryptocast.train.dataset import Examples, build_examples, build_table, no_documents
from cryptocast.train.fit import EMBARGO_S, FitRules, fit_known, later_known, targets
from cryptocast.train.hiring import load_examples, save_examples
from cryptocast.train.overfitting import _fold, combinatorial_folds
from cryptocast.train.selftest import all_known_in_time
from cryptocast.train.splits import SplitRules, known_before, make_plan
from tests.unit.train.markets import UNTIL, make_market

END = int(UNTIL.timestamp())
BARS = make_market(20)
TABLE = build_table(BARS, no_documents(sorted(BARS)), int(BARS["BTC"].opened_s[0]), END)
EXAMPLES = build_examples(BARS, TABLE, Horizon.H1, END)
H1 = Horizon.H1.seconds
AT = int(EXAMPLES.as_of[len(EXAMPLES) * 3 // 4])
KNOWN = known_before(EXAMPLES.as_of, H1, AT, EMBARGO_S)
RULES = FitRules(rounds=5, min_child_weight=5.0)


def scrambled(examples: Examples, rows: np.ndarray) -> Examples:
    """With the opposite of every later label in `rows`."""
    later = examples.later_up.copy()
    later[rows] = 1 - later[rows]
    return replace(examples, later_up=later)


def test_the_later_label_is_where_the_price_stands_after_two_horizons() -> None:
    closes = {s: dict(zip((b.opened_s + 900).tolist(), b.close, strict=True)) for s, b in BARS.items()}
    for i in range(0, len(EXAMPLES), 97):
        series, at = closes[str(EXAMPLES.symbols[i])], int(EXAMPLES.as_of[i])
        there = at + 2 * H1 in series and at + 2 * H1 <= END
        expected = (np.sign(series[at + 2 * H1] - series[at]) + 1) / 2 if there else np.nan
        assert EXAMPLES.later_up[i] == pytest.approx(expected, nan_ok=True)
    assert np.isnan(EXAMPLES.later_up[EXAMPLES.as_of > END - 2 * H1]).all()


def test_a_target_is_half_of_each_where_the_later_one_was_known_an_embargo_before() -> None:
    found = targets(EXAMPLES, KNOWN, AT, FitRules())
    early = EXAMPLES.as_of[KNOWN] + 2 * H1 + EMBARGO_S <= AT
    up, later = EXAMPLES.up[KNOWN].astype(float), EXAMPLES.later_up[KNOWN]
    assert 0 < early.sum() < len(early)
    assert found[early] == pytest.approx(0.5 * up[early] + 0.5 * later[early])
    assert found[~early] == pytest.approx(up[~early])
    assert targets(EXAMPLES, KNOWN, AT, FitRules(later_weight=0.0)) == pytest.approx(up)


def test_a_later_label_that_was_not_known_in_time_changes_no_tree() -> None:
    too_late = np.flatnonzero(EXAMPLES.as_of + 2 * H1 + EMBARGO_S > AT)
    in_time = np.flatnonzero(EXAMPLES.as_of + 2 * H1 + EMBARGO_S <= AT)
    fitted = fit_known(EXAMPLES, KNOWN, AT, RULES).save_raw()
    assert fit_known(scrambled(EXAMPLES, too_late), KNOWN, AT, RULES).save_raw() == fitted
    assert fit_known(scrambled(EXAMPLES, in_time), KNOWN, AT, RULES).save_raw() != fitted


def test_the_self_test_counts_later_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    split = SplitRules()
    plan = make_plan(EXAMPLES.as_of, H1, split)
    assert all_known_in_time(EXAMPLES, plan, split.embargo_s).passed

    def careless(examples: Examples, rows: np.ndarray, _at_s: int) -> np.ndarray:
        return np.isfinite(examples.later_up[rows])

    monkeypatch.setattr("cryptocast.train.selftest.later_known", careless)
    found = all_known_in_time(EXAMPLES, plan, split.embargo_s)
    assert not found.passed
    assert 0 <= found.figure < split.embargo_s


def test_a_combinatorial_fold_learns_nothing_of_its_tested_stretches() -> None:
    fold = combinatorial_folds(EXAMPLES.as_of, 2 * H1, EMBARGO_S)[3]
    tested = set(EXAMPLES.as_of[fold.test].tolist())
    reaches = EXAMPLES.as_of[fold.fit] + 2 * H1
    assert not tested & set(reaches.tolist())
    said = _fold(EXAMPLES, fold, RULES)
    others = np.setdiff1d(np.arange(len(EXAMPLES)), fold.fit)
    assert _fold(scrambled(EXAMPLES, others), fold, RULES) == pytest.approx(said, abs=0)


def test_workers_are_handed_the_later_labels(tmp_path) -> None:
    save_examples(EXAMPLES, tmp_path / "examples.npz")
    read = load_examples(tmp_path / "examples.npz")
    assert np.array_equal(read.later_up, EXAMPLES.later_up, equal_nan=True)
    save_examples(replace(EXAMPLES, later_up=None), tmp_path / "without.npz")
    assert load_examples(tmp_path / "without.npz").later_up is None
    some = np.array([3, 1])
    assert EXAMPLES.take(some).later_up.tolist() == EXAMPLES.later_up[some].tolist()
    assert not later_known(replace(EXAMPLES, later_up=None), some, END).any()
