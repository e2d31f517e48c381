"""From examples to a challenger: out-of-fold margins, calibration, threshold, final fit, figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import xgboost

from cryptocast.registry.manifest import Abstain, Calibration, Skill
from cryptocast.registry.price_model import apply_platt
from cryptocast.series import Bools, Floats, Ints
from cryptocast.train.calibrate import fit_platt
from cryptocast.train.dataset import Examples
from cryptocast.train.evaluate import baselines, best_baseline, evaluate
from cryptocast.train.fit import FitRules, fit_known, margin_scale, margins, thinned
from cryptocast.train.skill import floored, measure_skill
from cryptocast.train.splits import Plan, known_before
from cryptocast.train.threshold import fix_threshold

FOLD_ROWS = 40_000
"""What a fold's model is fitted on at most: it only serves calibration and threshold."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """Rows beside what a model that was not fitted on them said, calibrated; (n,)."""

    examples: Examples
    p_up: Floats


@dataclass(frozen=True, slots=True)
class Challenger:
    """A fitted model with everything its manifest tells, except the data's origin."""

    booster: xgboost.Booster
    calibration: Calibration
    abstain: Abstain
    """On everything where `skill` is not shown."""
    skill: Skill
    held_out: dict[str, float]
    """Figures on the held-out slice, by the very model that is registered."""
    walk_forward: dict[str, float]
    """Figures on the calibration slice, by the fold's model; Platt was fitted on the folds before."""
    out_of_fold: Predictions
    """Every walk-forward fold, by its own model; the last one is the calibration slice."""
    calibration_begins_s: int
    fresh: Predictions
    """The held-out slice, by the very model that is registered."""
    fitted_rows: int
    """How many rows that model was fitted on."""


def make_challenger(examples: Examples, plan: Plan, embargo_s: int, rules: FitRules) -> Challenger:
    """Fit every fold, calibrate on all but the last, fix the threshold on the last, fit the final model.

    The held-out slice is touched once, at the end, for the figures and for the floor: a model that shows no
    skill there and on the calibration slice abstains on everything.
    """
    rows, oof = _out_of_fold(examples, plan, rules)
    calibration_slice = plan.folds[-1]
    begins = calibration_slice.begins_s
    earlier = known_before(examples.as_of[rows], examples.horizon_s, begins, embargo_s)
    calibration = fit_platt(oof[earlier], examples.up[rows[earlier]])
    in_slice = examples.as_of[rows] >= begins
    tested = examples.take(rows[in_slice])
    p_up = apply_platt(calibration, oof[in_slice])
    share_up = float(examples.up[calibration_slice.fit].mean())
    abstain = fix_threshold(p_up, tested, partial(best_free, tested, share_up))
    walk_forward = evaluate(p_up, tested, abstain.threshold, share_up)
    booster = fit_known(examples, plan.development, plan.held_out_begins_s, rules)
    scale = margin_scale(booster, examples, plan.development, plan.held_out_begins_s)
    out_of_fold = Predictions(examples.take(rows), apply_platt(calibration, oof))
    # Fitted in units of each fold's own margins; what is served speaks in the final model's.
    calibration = calibration.model_copy(update={"a": calibration.a / scale})
    held_out = examples.take(plan.held_out)
    fresh = Predictions(held_out, apply_platt(calibration, margins(booster, held_out.x)))
    fitted_share = float(examples.up[plan.development].mean())
    # By what nothing was chosen or fitted on; the earlier folds took part in choosing the features.
    unseen = examples.take(np.concatenate([rows[in_slice], plan.held_out]))
    constant = np.repeat([share_up, fitted_share], [len(p_up), len(plan.held_out)])
    skill = measure_skill(np.concatenate([p_up, fresh.p_up]), unseen, constant)
    abstain = floored(abstain, skill)
    figures = evaluate(fresh.p_up, held_out, abstain.threshold, fitted_share)
    fitted = len(thinned(plan.development, rules.most_rows))
    return Challenger(
        booster, calibration, abstain, skill, figures, walk_forward, out_of_fold, begins, fresh, fitted
    )


def best_free(tested: Examples, share_up: float, called: Bools) -> float:
    """Accuracy on the rows `called` (n,) of the best free forecast, the majority known afterwards too."""
    calls = tested.take(np.flatnonzero(called))
    hindsight = max(calls.up.mean(), 1 - calls.up.mean())
    return max(best_baseline(baselines(calls, share_up)), float(hindsight))


def _out_of_fold(examples: Examples, plan: Plan, rules: FitRules) -> tuple[Ints, Floats]:
    """Row numbers, ascending, and each one's margin by the fold's model that did not see it, in its unit."""
    rows: list[Ints] = []
    out: list[Floats] = []
    short = replace(rules, most_rows=min(rules.most_rows, FOLD_ROWS))
    for fold in plan.folds:
        booster = fit_known(examples, fold.fit, fold.begins_s, short)
        rows.append(fold.test)
        scale = margin_scale(booster, examples, fold.fit, fold.begins_s)
        out.append(margins(booster, examples.x[fold.test]) / scale)
    return np.concatenate(rows), np.concatenate(out)


def balanced_accuracy(called_up: Bools, up: Bools) -> tuple[float, float]:
    """Mean of the accuracy on ups and on downs, and its standard deviation if the calls knew nothing."""
    rate = float(called_up.mean())
    accuracy = (float(called_up[up].mean()) + float(1 - called_up[~up].mean())) / 2
    spread = 0.5 * np.sqrt(rate * (1 - rate) * (1 / up.sum() + 1 / (~up).sum()))
    return accuracy, float(spread)
