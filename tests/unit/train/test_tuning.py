from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState, create_trial

from cryptocast.domain import Horizon
from cryptocast.errors import NotEnoughData
from cryptocast.features.spec import FEATURE_NAMES, MODEL_FEATURES
from cryptocast.store.studies import sqlalchemy_url
from cryptocast.train.dataset import Examples
from cryptocast.train.fit import FitRules
from cryptocast.train.hiring import load_examples, save_examples
from cryptocast.train.splits import DAY_S, Plan, make_plan
from cryptocast.train.trials import (
    DEFAULT,
    SLOPE,
    Search,
    default_params,
    finished,
    judge,
    make_search,
    pruner,
    rules_of,
    sampler,
    space,
)
from cryptocast.train.tuning import (
    Tuner,
    TuningRules,
    choose,
    study_name,
    tuner_for,
    tuning_window,
)
from tests.unit.train.markets import FAST, RULES, make_examples

SPLIT = RULES.split
BAD = replace(
    FAST, rounds=100, learning_rate=0.01, depth=2, subsample=0.3, colsample=0.3, half_life_days=30.0
)
"""So few rounds at so small a rate that a tuned setting must be better."""


def material(n: int = 6_000, signal: float = 0.5) -> tuple[Examples, Plan]:
    """As a training hands them to a study: as many features as a model uses, the telling one among them."""
    examples = make_examples(n, signal).only(FEATURE_NAMES[:MODEL_FEATURES])
    return examples, make_plan(examples.as_of, examples.horizon_s, SPLIT)


def searched(base: FitRules = FAST, signal: float = 0.5) -> tuple[Search, Examples]:
    examples, plan = material(signal=signal)
    return make_search(examples, tuning_window(examples, plan), SPLIT, base)


def in_memory() -> optuna.Study:
    return optuna.create_study(direction="minimize", sampler=sampler(7, 0, 0), pruner=pruner())


def test_neither_calibration_nor_held_out_rows_are_ever_seen() -> None:
    examples, plan = material()
    search, own = make_search(examples, tuning_window(examples, plan), SPLIT, FAST)
    calibration = plan.folds[-1].begins_s
    assert int(own.as_of[-1]) + own.horizon_s + SPLIT.embargo_s <= calibration
    assert len(own) > 0.5 * (examples.as_of < calibration).sum()
    confirmation = search.plan.held_out_begins_s
    for fold in search.plan.folds:
        assert own.as_of[fold.test].max() + own.horizon_s + SPLIT.embargo_s <= confirmation
        assert own.as_of[fold.fit].max() + own.horizon_s + SPLIT.embargo_s <= fold.begins_s


def test_the_same_day_is_the_same_study_and_another_day_or_feature_another() -> None:
    whole, _ = material(6_400)
    examples = whole.take(np.arange(6_000))

    def name(of: Examples, base: FitRules = FAST, horizon: Horizon = Horizon.M15, scored_by: str = "") -> str:
        window = tuning_window(of, make_plan(of.as_of, of.horizon_s, SPLIT))
        _, own = make_search(of, window, SPLIT, base)
        return study_name(horizon, window, own, SPLIT, base, scored_by)

    def later(seconds: int) -> Examples:
        """The same span of time, begun and ended so much later."""
        begins, ends = examples.as_of[[0, -1]] + seconds
        return whole.take(np.flatnonzero((whole.as_of >= begins) & (whole.as_of <= ends)))

    names = [name(later(900 * step)) for step in range(97)]
    assert len(set(names)) <= 3  # both ends of the window cross midnight once
    assert max(names.count(one) for one in names) >= 48
    assert name(later(DAY_S)) != name(examples)
    assert name(examples.take(np.delete(np.arange(len(examples)), 3_000))) != name(examples)
    assert name(replace(examples, up=~examples.up)) != name(examples)
    assert name(examples.only(examples.features[:9])) != name(examples)
    assert name(examples, replace(FAST, depth=5)) != name(examples)
    assert name(examples, replace(FAST, threads=8)) == name(examples)
    assert name(examples, horizon=Horizon.H1) != name(examples)
    assert name(examples, scored_by="minilm-2") != name(examples, scored_by="standin-1")


def test_the_fixed_parameters_lie_within_the_space() -> None:
    fixed = default_params(FitRules())
    assert set(fixed) == set(space())
    assert all(getattr(FitRules(), name) == value for name, value in fixed.items())
    assert default_params(FAST)["rounds"] == 50


def test_a_trial_changes_only_what_is_searched() -> None:
    base = replace(FAST, max_bin=32, seed=3)
    params = {**default_params(base), "l2": 1.23456}
    rules = rules_of(create_trial(params=params, distributions=space(), value=0.0), base)
    assert (rules.l2, rules.max_bin, rules.seed, rules.mirror) == (1.23, 32, 3, base.mirror)
    kept = create_trial(params=params, distributions=space(), value=0.0, user_attrs={DEFAULT: True})
    assert rules_of(kept, base) == base


def test_a_trial_reports_each_fold_and_its_value_says_what_it_knows() -> None:
    search, _ = searched(signal=1.5)
    blind, _ = searched(signal=0.0)
    study = in_memory()
    knowing, guessing = (judge(s, study.ask(space())) for s in (search, blind))
    assert sorted(study.trials[0].intermediate_values) == [0, 1, 2]
    assert study.trials[0].intermediate_values[2] == knowing
    assert study.trials[0].user_attrs[SLOPE] > 0
    assert knowing < 0.66 < np.log(2) - 0.005 < guessing


def test_a_hopeless_trial_is_pruned_and_the_fixed_parameters_never_are() -> None:
    search, _ = searched(signal=1.5)
    study = in_memory()
    for _ in range(5):
        trial = create_trial(
            params=default_params(FAST),
            distributions=space(),
            value=0.1,
            intermediate_values={0: 0.1, 1: 0.1, 2: 0.1},
        )
        study.add_trial(trial)
    with pytest.raises(optuna.TrialPruned):
        judge(search, study.ask(space()))
    study.enqueue_trial(default_params(FAST), user_attrs={DEFAULT: True})
    assert judge(search, study.ask(space())) > 0.1


def with_trials(search: Search, settings: list[FitRules]) -> optuna.Study:
    """A study whose first trial is `search.base`, judged for real."""
    study = in_memory()
    study.enqueue_trial(default_params(search.base), user_attrs={DEFAULT: True})
    for rules in settings:
        study.enqueue_trial(default_params(rules))
    for _ in range(1 + len(settings)):
        trial = study.ask(space())
        study.tell(trial, judge(search, trial))
    return study


def test_a_better_setting_is_taken_and_the_reason_has_the_figures() -> None:
    search, own = searched(base=replace(BAD, rounds=2, min_child_weight=700.0), signal=1.5)
    study = with_trials(search, [replace(FAST, rounds=200, min_child_weight=20.0)])
    tuned = choose(study, search, own)
    assert tuned.report["taken"], tuned.reason
    assert tuned.fit.rounds == 200
    assert tuned.report["gain"] > 0
    assert tuned.report["p_value"] < 0.05
    assert tuned.reason.startswith("the tuned parameters were taken: on ")
    assert (tuned.report["complete"], tuned.report["pruned"], tuned.report["fail"]) == (2, 0, 0)

    few = choose(study, search, replace(own, horizon_s=Horizon.H24.seconds))
    assert (few.report["taken"], few.report["p_value"]) == (False, None)
    assert "the fixed parameters stay: on " in few.reason
    assert few.reason.endswith("horizons, 40 are needed")


def test_a_gain_within_the_noise_is_not_taken() -> None:
    search, own = searched(signal=0.0)
    study = with_trials(search, [replace(FAST, rounds=150, depth=d) for d in (2, 3, 4)])
    tuned = choose(study, search, own)
    assert not tuned.report["taken"]
    assert tuned.fit == FAST
    assert "fixed parameters" in tuned.reason


def test_without_the_fixed_parameters_to_compare_with_they_stay() -> None:
    search, own = searched()
    study = in_memory()
    study.add_trial(create_trial(params=default_params(FAST), distributions=space(), value=0.1))
    tuned = choose(study, search, own)
    assert (tuned.fit, tuned.report["taken"]) == (FAST, False)
    assert "nothing can be compared" in tuned.reason


def test_failed_trials_do_not_count_as_done() -> None:
    study = in_memory()
    study.add_trial(create_trial(state=TrialState.FAIL))
    study.add_trial(create_trial(state=TrialState.PRUNED))
    assert finished(study) == 1


def test_too_little_data_leaves_the_parameters_and_says_so() -> None:
    examples, plan = material(2_000)
    tuner = Tuner("postgresql://nobody@127.0.0.1:9/none", TuningRules(5))
    short = replace(SPLIT, fewest_rows=400)
    tuned = tuner.tune(examples, plan, short, FAST, Horizon.M15)
    assert tuned.fit == FAST
    assert tuned.reason.startswith("not tuned: ")
    with pytest.raises(NotEnoughData):
        make_search(examples, tuning_window(examples, plan), short, FAST)


def test_no_trials_means_no_tuner() -> None:
    assert tuner_for("postgresql://x", 0, 2) is None
    assert tuner_for("postgresql://x", 1, 2) is not None


def test_examples_survive_being_handed_over(tmp_path: Path) -> None:
    examples = make_examples(50).only(make_examples(50).features[:4])
    save_examples(examples, tmp_path / "examples.npz")
    again = load_examples(tmp_path / "examples.npz")
    assert (again.features, again.horizon_s) == (examples.features, examples.horizon_s)
    for column in ("symbols", "as_of", "x", "up", "return_log", "last_move"):
        kept, found = getattr(examples, column), getattr(again, column)
        assert found.dtype == kept.dtype
        assert (found == kept).all()


def test_the_url_names_the_driver_and_keeps_everything_else() -> None:
    url = "postgresql://user:p%40ss%25@host.example/db?sslmode=require"
    assert sqlalchemy_url(url) == url.replace("postgresql://", "postgresql+psycopg://")
