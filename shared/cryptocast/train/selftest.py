"""Checks that a training job makes of itself; where one fails, nothing is registered."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cryptocast.series import Bools
from cryptocast.train.challenger import Challenger, balanced_accuracy
from cryptocast.train.dataset import Examples
from cryptocast.train.fit import FitRules, fit, margins
from cryptocast.train.splits import Plan

_DEVIATIONS = 4.0
_LARGEST_SAMPLE = 20_000
_ROUNDS = 60
CREDIBLE = 0.75
"""No honest figure over all calls comes near it: the best published ones lie at 55-60 %."""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """One check: what was measured, what was allowed, and whether it passed."""

    name: str
    passed: bool
    figure: float
    reason: str


def run_self_tests(examples: Examples, plan: Plan, challenger: Challenger, rules: FitRules) -> list[SelfTest]:
    """All of them, on the development rows."""
    return [
        shuffled_labels(examples, plan, rules),
        no_feature_knows_the_future(examples.take(plan.development)),
        credible_accuracy(challenger),
    ]


def shuffled_labels(examples: Examples, plan: Plan, rules: FitRules) -> SelfTest:
    """Labels without any meaning must be forecast no better than a coin: 50 % within four deviations."""
    random = np.random.default_rng(rules.seed)
    fold = plan.folds[-1]
    fitted = fold.fit[:: max(1, len(fold.fit) // _LARGEST_SAMPLE)]
    tested = fold.test[:: max(1, len(fold.test) // _LARGEST_SAMPLE)]
    meaningless = random.permutation(examples.up)
    short = replace(rules, rounds=min(rules.rounds, _ROUNDS))
    booster = fit(examples.x[fitted], meaningless[fitted], short, features=examples.features)
    called_up = margins(booster, examples.x[tested]) > 0
    accuracy, deviation = balanced_accuracy(called_up, meaningless[tested])
    allowed = _DEVIATIONS * deviation
    passed = abs(accuracy - 0.5) <= allowed
    said = f"balanced accuracy {accuracy:.4f} on {len(tested)} rows, 0.5 ± {allowed:.4f} is noise"
    return SelfTest("shuffled labels", passed, accuracy, said)


def no_feature_knows_the_future(examples: Examples) -> SelfTest:
    """No single feature may order the labels well: one that does was computed from them."""
    areas = [
        abs(_area_under_curve(examples.x[:, i], examples.up) - 0.5) + 0.5 for i in range(examples.x.shape[1])
    ]
    worst = int(np.argmax(areas))
    passed = areas[worst] < CREDIBLE
    name = examples.features[worst]
    said = f"{name} alone orders the labels with AUC {areas[worst]:.3f}, {CREDIBLE} is too good"
    return SelfTest("no feature knows the future", passed, areas[worst], said)


def credible_accuracy(challenger: Challenger) -> SelfTest:
    """A figure over all calls that nobody honest reaches is a leak until shown otherwise."""
    best = max(challenger.walk_forward["accuracy"], challenger.held_out["accuracy"])
    said = f"accuracy of all calls {best:.3f}, {CREDIBLE} is too good to be true"
    return SelfTest("credible accuracy", best < CREDIBLE, best, said)


def _area_under_curve(values: npt.NDArray[np.float32], up: Bools) -> float:
    """The probability that an up has the larger value than a down, ties counting half."""
    _, group, count = np.unique(values, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    ups = int(up.sum())
    downs = len(up) - ups
    if not ups or not downs:
        return 0.5
    return float((rank[group][up].sum() - ups * (ups + 1) / 2) / (ups * downs))
