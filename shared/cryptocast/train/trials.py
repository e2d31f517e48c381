"""One trial: a setting of the trees, judged on the folds of the tuning window; and the loop of a worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

from cryptocast.registry.manifest import Calibration
from cryptocast.registry.price_model import apply_platt
from cryptocast.series import Bools, Floats
from cryptocast.store.studies import DONE, StudyStore
from cryptocast.train.calibrate import platt_slope
from cryptocast.train.dataset import Examples
from cryptocast.train.evaluate import log_loss
from cryptocast.train.fit import FitRules, fit_known, margins
from cryptocast.train.splits import Plan, SplitRules, known_before, make_plan

TRIAL_ROWS = 20_000
"""What a trial's fold is fitted on at most: half of what the challenger's folds get, for speed."""
FOLDS = 3
CONFIRMATION = 0.2
"""The share of the tuning window that only confirms."""
DEFAULT = "default"
"""The user attribute of the trial that has the fixed parameters; it is never pruned."""
SLOPE = "slope"

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Search:
    """What every trial of a study is judged on; `base` holds what is not searched."""

    examples: Examples
    plan: Plan
    base: FitRules


def make_search(
    examples: Examples, window: tuple[int, int], split: SplitRules, base: FitRules
) -> tuple[Search, Examples]:
    """The rows of the window and its folds. Raises `NotEnoughData`.

    The cut is `make_plan`'s: what is held out there is the confirmation here.
    """
    begins, ends = window
    known = known_before(examples.as_of, examples.horizon_s, ends, split.embargo_s)
    own = examples.take(known[examples.as_of[known] >= begins])
    rules = replace(split, folds=FOLDS, held_out=CONFIRMATION, held_out_max_s=ends - begins)
    plan = make_plan(own.as_of, own.horizon_s, rules)
    return Search(own, plan, base), own


def space() -> dict[str, BaseDistribution]:
    """What is searched, by the field of `FitRules`."""
    return {
        "depth": IntDistribution(2, 5),
        "rounds": IntDistribution(50, 250, step=25),
        "learning_rate": FloatDistribution(0.02, 0.2, log=True),
        "subsample": FloatDistribution(0.3, 0.9),
        "colsample": FloatDistribution(0.3, 1.0),
        "min_child_weight": FloatDistribution(20.0, 1_000.0, log=True),
        "l2": FloatDistribution(0.5, 50.0, log=True),
        "half_life_days": FloatDistribution(30.0, 720.0, log=True),
    }


def default_params(base: FitRules) -> dict[str, Any]:
    """The fixed parameters as a point of the space; what lies outside is moved to its edge."""
    fields = asdict(base)
    bounds: dict[str, Any] = dict(space())
    return {name: min(max(fields[name], bound.low), bound.high) for name, bound in bounds.items()}


def rules_of(trial: optuna.trial.Trial | FrozenTrial, base: FitRules) -> FitRules:
    """The rules of a trial; numbers to three digits, so that a manifest can be read."""
    if trial.user_attrs.get(DEFAULT):
        return base
    rounded: dict[str, Any] = {
        k: v if isinstance(v, int) else float(f"{v:.3g}") for k, v in trial.params.items()
    }
    return replace(base, **rounded)


def sampler(seed: int, worker: int, tried: int) -> optuna.samplers.BaseSampler:
    """Tree-structured Parzen estimators; workers shun each other's open trials.

    The seed differs by worker and by the trials that are there, or a study that goes on would draw again
    what it drew before.
    """
    own = seed + 1_000 * worker + tried
    return optuna.samplers.TPESampler(seed=own, n_startup_trials=10, constant_liar=True)


def pruner() -> optuna.pruners.BasePruner:
    """Stops what is worse than the median of the others after the same fold.

    Not Hyperband: with three folds there are three budgets at most, and it would share 50 trials out to
    brackets that learn nothing of each other.
    """
    return optuna.pruners.MedianPruner(n_startup_trials=5)


def judge(search: Search, trial: optuna.trial.Trial) -> float:
    """Mean log loss, in nats, over the folds so far, reported after each fold. Raises `TrialPruned`.

    The margins of all folds so far share one slope, as Platt's calibration will give them: what counts
    is what a setting knows, not how loud it says it.
    """
    rules = rules_of(trial, search.base)
    short = replace(rules, most_rows=min(rules.most_rows, TRIAL_ROWS), threads=1)
    said: list[Floats] = []
    up: list[Bools] = []
    value = float("nan")
    for step, fold in enumerate(search.plan.folds):
        booster = fit_known(search.examples, fold.fit, fold.begins_s, short)
        said.append(margins(booster, search.examples.x[fold.test]))
        up.append(search.examples.up[fold.test])
        slope = platt_slope(np.concatenate(said), np.concatenate(up))
        p_up = apply_platt(Calibration(a=slope), np.concatenate(said))
        value = log_loss(p_up, np.concatenate(up))
        trial.report(value, step)
        if step + 1 < len(search.plan.folds) and not trial.user_attrs.get(DEFAULT) and trial.should_prune():
            raise optuna.TrialPruned
    trial.set_user_attr(SLOPE, slope)
    return value


def finished(study: optuna.Study) -> int:
    """Trials that are done."""
    return len(study.get_trials(deepcopy=False, states=DONE))


def run_trials(
    store: StudyStore,
    study: optuna.Study,
    search: Search,
    wanted: int,
    *,
    wait: bool = False,
    stop: Callable[[], bool] = lambda: False,
    tell: Tell | None = None,
) -> int:
    """Work until `wanted` trials are done or in other hands, or `stop` says so; how many were run here.

    With `wait` it stays until all are done, and takes up those that other workers lost.
    """
    ran = 0
    while not stop():
        trial = store.claim(study, wanted, space())
        if trial is None:
            if not wait or finished(study) >= wanted:
                break
            time.sleep(0.5)
            continue
        _run(store, study, search, trial)
        ran += 1
        if tell:
            tell(finished(study), wanted)
    return ran


def _run(store: StudyStore, study: optuna.Study, search: Search, trial: optuna.trial.Trial) -> None:
    with store.heartbeats(study, trial):
        try:
            value = judge(search, trial)
        except optuna.TrialPruned:
            study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
        except optuna.exceptions.UpdateFinishedTrialError:
            return  # this process slept so long that another took the trial up
        except Exception:
            study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
            raise
        else:
            study.tell(trial, value, skip_if_finished=True)
