"""Combinatorial purged folds and the probability of backtest overfitting."""

from __future__ import annotations

import json
from dataclasses import replace
from math import comb

import numpy as np
import pytest
from typer.testing import CliRunner

from cryptocast.cli import app
from cryptocast.errors import BadInput, NotEnoughData
from cryptocast.features.spec import MODEL_FEATURES
from cryptocast.train import overfitting as work
from cryptocast.train.fit import TRIALS, FitRules, fit_known
from cryptocast.train.selection import select_features
from tests.unit.train.markets import FAST, make_examples
from tests.unit.train.questions import frame, write

HORIZON_S, EMBARGO_S = 3_600, 1_800
AS_OF = np.repeat(np.arange(6_000, dtype=np.int64) * 900, 2)


@pytest.mark.parametrize(("groups", "tested"), [(6, 2), (5, 1), (8, 3)])
def test_every_choice_of_groups_is_tested_once_and_nothing_near_it_is_fitted_on(groups, tested) -> None:
    folds = work.combinatorial_folds(AS_OF, HORIZON_S, EMBARGO_S, groups, tested)
    assert len({fold.groups for fold in folds}) == len(folds) == comb(groups, tested)
    for fold in folds:
        assert not np.intersect1d(fold.fit, fold.test).size
        tests = np.unique(AS_OF[fold.test])
        for fitted in np.unique(AS_OF[fold.fit])[::37]:
            nearest = tests[np.argmin(np.abs(tests - fitted))]
            # Neither label may reach into the other's time, an embargo included, whichever comes first.
            earlier, later = min(fitted, nearest), max(fitted, nearest)
            assert earlier + HORIZON_S + EMBARGO_S <= later + 900
        assert len(fold.fit) > (groups - tested) / groups * len(AS_OF) * 0.95


def test_no_more_is_purged_than_must_be() -> None:
    fold = work.combinatorial_folds(AS_OF, HORIZON_S, EMBARGO_S, 6, 1)[2]
    begins, ends = AS_OF[fold.test[0]], AS_OF[fold.test[-1]] + 900
    before, after = AS_OF[fold.fit][AS_OF[fold.fit] < begins], AS_OF[fold.fit][AS_OF[fold.fit] > begins]
    assert begins - before.max() - HORIZON_S - EMBARGO_S <= 900
    assert after.min() - ends - HORIZON_S - EMBARGO_S <= 900


def test_each_path_tells_every_row_once() -> None:
    folds = work.combinatorial_folds(AS_OF, HORIZON_S, EMBARGO_S, 6, 2)
    said = [np.full(len(fold.test), float(i)) for i, fold in enumerate(folds)]
    walked = work.paths(AS_OF, folds, said, 6)
    assert walked.shape == (5, len(AS_OF))
    assert np.isfinite(walked).all()
    for row in (0, 3_000, len(AS_OF) - 1):
        told = sorted(walked[:, row].tolist())
        assert told == sorted(float(i) for i, fold in enumerate(folds) if row in fold.test)


def test_folds_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadInput, match="fewer than all"):
        work.combinatorial_folds(AS_OF, HORIZON_S, EMBARGO_S, 6, 6)
    with pytest.raises(NotEnoughData, match="rows to fit on"):
        work.combinatorial_folds(AS_OF[:300], HORIZON_S, EMBARGO_S)
    with pytest.raises(NotEnoughData, match="no labelled row"):
        work.combinatorial_folds(AS_OF[:0], HORIZON_S, EMBARGO_S)


def test_the_best_of_many_that_know_nothing_is_a_coin_in_the_other_half() -> None:
    found = [
        work.probability_of_overfitting(np.random.default_rng(seed).normal(size=(10, 20)))[0]
        for seed in range(60)
    ]
    assert np.mean(found) == pytest.approx(0.5, abs=0.08)


def test_a_hole_of_months_leaves_no_block_empty() -> None:
    as_of = np.concatenate([AS_OF, AS_OF + 400 * 86_400])
    loss = np.random.default_rng(4).random((len(as_of), 3))
    loss[:, 2] -= 0.5
    blocks = work._by_block(loss, as_of)
    assert blocks == pytest.approx(np.full(blocks.shape, 0.5) - [0, 0, 0.5], abs=0.05)
    pbo, logits = work.probability_of_overfitting(-blocks)
    assert pbo == 0.0
    assert np.isfinite(logits).all()
    with pytest.raises(NotEnoughData, match="4 moments are too few to cut into 12"):
        work._by_block(loss[:600], np.repeat(AS_OF[:8:2], 150))
    with pytest.raises(BadInput, match="in every block"):
        work.probability_of_overfitting(np.where(np.eye(4) > 0, np.nan, 1.0))


def test_where_all_tested_stretches_lie_in_the_hole_nothing_is_left_to_test() -> None:
    share = np.linspace(0, 1, len(AS_OF))
    as_of = AS_OF[(share < 1 / 6) | (share > 1 / 2)]
    with pytest.raises(NotEnoughData, match=r"stretches \(1, 2\) of 6 hold no row to test on"):
        work.combinatorial_folds(as_of, HORIZON_S, EMBARGO_S, 6, 2)


def test_one_that_is_truly_better_is_not_overfitted() -> None:
    performance = np.random.default_rng(0).normal(size=(10, 20))
    performance[:, 3] += 3
    pbo, logits = work.probability_of_overfitting(performance)
    assert pbo < 0.02
    assert len(logits) == comb(10, 5)


def test_what_is_best_only_where_it_was_chosen_is_found_out() -> None:
    """Half the time is the mirror of the other half: the best in one is the worst in the other."""
    half = np.random.default_rng(1).normal(size=(2, 9))
    pbo, _ = work.probability_of_overfitting(np.vstack([half, -half]))
    assert pbo > 0.6


def test_configurations_that_cannot_be_told_apart_are_no_evidence() -> None:
    assert work.probability_of_overfitting(np.zeros((6, 4)))[0] == 1.0
    with pytest.raises(BadInput, match="even number"):
        work.probability_of_overfitting(np.zeros((5, 4)))


def test_the_expected_maximum_is_that_of_a_simulation() -> None:
    best = np.random.default_rng(2).normal(size=(4_000, 169)).max(axis=1)
    assert work.deflated(float(best.mean()), 169) == pytest.approx(0.5, abs=0.02)
    assert work.deflated(1.96, 169) < 0.3
    assert work.deflated(6.0, 169) > 0.99
    assert work.deflated(0.0, 1) == 0.5


def test_a_market_with_something_to_learn_is_told_from_one_without() -> None:
    base = replace(FAST, mirror=1.0, trees_per_round=1, colsample_node=1.0)
    rules = {"in use": base, "one tree": replace(base, rounds=1), "deep": replace(base, depth=6, rounds=60)}
    told = {"embargo_s": 900, "interval_s": 900, "trials": 3, "groups": 4, "workers": 1}
    real = work.overfitting(make_examples(6_000, signal=0.8), rules, **told)
    none = work.overfitting(make_examples(6_000, signal=0.0), rules, **told)
    assert (real["folds"], real["paths"]) == (6, 3)
    assert real["best"] == "in use"
    assert real["pbo"] < 0.2
    assert real["configurations"]["in use"]["accuracy"]["low"] > 0.6
    assert none["configurations"]["deep"]["accuracy"]["mean"] == pytest.approx(0.5, abs=0.03)
    assert none["deflated_probability"] < 0.95
    assert set(work.grid(FitRules())) >= {"in use", "no mirror"}


def test_each_fold_chooses_its_features_from_the_rows_that_it_is_fitted_on(monkeypatch) -> None:
    examples, fitted, known, told = make_examples(6_000, signal=0.8), [], [], []

    def noted_choice(rows, fit, *rest, tested_from_s):
        known.append(fit)
        told.append(tested_from_s)
        return select_features(rows, fit, *rest, tested_from_s=tested_from_s)

    def noted_fit(rows, *rest):
        fitted.append(rows.features)
        return fit_known(rows, *rest)

    monkeypatch.setattr(work, "select_features", noted_choice)
    monkeypatch.setattr(work, "fit_known", noted_fit)
    rules = {"in use": FAST, "one tree": replace(FAST, rounds=1)}
    work.overfitting(examples, rules, embargo_s=900, interval_s=900, trials=3, groups=4, workers=1)
    folds = work.combinatorial_folds(examples.as_of, examples.horizon_s, 900, 4, 2)
    assert sorted(told) == sorted(examples.as_of[fold.test].min() for fold in folds)
    assert [fit.tolist() for fit in known] == [fold.fit.tolist() for fold in folds]
    assert [len(features) for features in fitted] == [MODEL_FEATURES] * 2 * len(folds)
    assert all(features[0] == examples.features[0] for features in fitted), "the only one with a signal"


@pytest.mark.parametrize(
    ("horizon", "said"), [("1h", f"after {TRIALS} trials"), ("24h", "no z: it spans 38 ")]
)
def test_the_command_prints_and_writes(tmp_path, monkeypatch, horizon, said) -> None:
    monkeypatch.setattr(work, "grid", lambda _base: {"in use": FAST, "one tree": replace(FAST, rounds=1)})
    path = write(tmp_path, frame(days=40))
    done = CliRunner().invoke(
        app,
        ["overfitting", "--prices", str(path), "--symbols", "BTC", "--horizon", horizon, "--groups", "4",
         "--out", str(tmp_path / "out"), "--workers", "1"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "probability of overfitting" in done.output
    assert said in done.output.replace("\n", " ")
    # Python reads NaN, which no other reader of JSON does.
    report = json.loads((tmp_path / "out/overfitting.json").read_text(), parse_constant=pytest.fail)
    assert 0 <= report["pbo"] <= 1
    assert (report["z"] is None) is (report["why_none"] is not None) is (horizon == "24h")
    if horizon == "1h":
        assert report["configurations"]["in use"]["brier"]["low"] < 0.25
