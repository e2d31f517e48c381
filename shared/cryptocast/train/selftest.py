"""Checks that a training job makes of itself; where one fails, nothing is registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from cryptocast.domain import BAR_INTERVAL_S
from cryptocast.features.rows import FEATURE_NAMES, HISTORY_S, FeatureTable, compute
from cryptocast.series import BarSeries, Bools, DocumentSeries
from cryptocast.train.challenger import Challenger, balanced_accuracy
from cryptocast.train.dataset import Examples
from cryptocast.train.fit import FitRules, fit, margins
from cryptocast.train.splits import Plan

_DEVIATIONS = 4.0
_MEANINGLESS: Callable[[np.random.Generator, Bools], Bools] = np.random.Generator.permutation
_LARGEST_SAMPLE = 20_000
_ROUNDS = 60
LIVE_MOMENTS = 24
"""How many moments are built a second time, as live."""
ORDERLY = 0.7
"""No honest feature alone orders the labels so well: the best of ours reach .55 on real prices."""
CREDIBLE = 0.75
"""No honest figure over all calls comes near it: the best published ones lie at 55-60 %."""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """One check: what was measured, what was allowed, and whether it passed."""

    name: str
    passed: bool
    figure: float
    reason: str


def run_self_tests(
    examples: Examples, plan: Plan, challenger: Challenger, rules: FitRules, embargo_s: int
) -> list[SelfTest]:
    """Those of one horizon, on the development rows; `live_equals_bulk` is for all horizons at once."""
    development = examples.take(plan.development)
    return [
        all_known_in_time(examples, plan, embargo_s),
        shuffled_labels(examples, plan, rules),
        planted_future_is_caught(development, rules.seed),
        no_feature_knows_the_future(development),
        credible_accuracy(challenger),
    ]


def all_known_in_time(examples: Examples, plan: Plan, embargo_s: int) -> SelfTest:
    """No label that is fitted on may be known later than an embargo before the test begins.

    The figure is the shortest time between the two, over all folds and the held-out slice, in seconds.
    """
    cuts = [(fold.fit, fold.test) for fold in plan.folds] + [(plan.development, plan.held_out)]
    as_of = examples.as_of
    shortest = min(
        int(np.min(as_of[test])) - int(np.max(as_of[fit])) - examples.horizon_s for fit, test in cuts
    )
    said = (
        f"the last label was known {shortest / 60:g} min before its test began, {embargo_s / 60:g} are needed"
    )
    return SelfTest("all known in time", shortest >= embargo_s, float(shortest), said)


def planted_future_is_caught(examples: Examples, seed: int) -> SelfTest:
    """The check for features that know the future must find one: it gets a copy with one planted.

    In the copy one feature is the label's own return with noise as large as its usual size. A check that
    lets it pass checks nothing.
    """
    random = np.random.default_rng(seed)
    column = int(random.integers(len(examples.features)))
    usual = float(np.median(np.abs(examples.return_log)))
    moves = examples.return_log / max(usual, 1e-12)
    x = examples.x.copy()
    x[:, column] = (moves + random.normal(size=len(moves))).astype(np.float32)
    found = no_feature_knows_the_future(replace(examples, x=x))
    caught = not found.passed and examples.features[column] in found.reason
    said = f"planted into {examples.features[column]}: {'caught' if caught else 'not caught'}, {found.reason}"
    return SelfTest("planted future", caught, found.figure, said)


def live_equals_bulk(
    bars: Mapping[str, BarSeries],
    documents: DocumentSeries,
    table: FeatureTable,
    interval_s: int = BAR_INTERVAL_S,
    moments: int = LIVE_MOMENTS,
) -> SelfTest:
    """Rows made one moment at a time, from only what was known then, must be the table's to the last bit.

    Known at `as_of` are the bars that had closed and the documents that had been seen, as far back as a
    live cycle reads. The figure is the number of values that differ.
    """
    all_moments = np.unique(table.as_of)
    random = np.random.default_rng(LIVE_MOMENTS)
    chosen = np.sort(random.choice(all_moments, min(moments, len(all_moments)), replace=False))
    differ, compared, worst = 0, 0, ""
    for as_of in chosen.tolist():
        live = _live_row(bars, documents, as_of, interval_s)
        bulk = np.flatnonzero(table.as_of == as_of)
        if not np.array_equal(live.symbols, table.symbols[bulk]):
            return SelfTest("live equals bulk", False, 1.0, f"{_utc(as_of)}: other coins have a row live")
        other = live.values.view(np.int64) != table.values[bulk].view(np.int64)
        other_missing = live.missing != table.missing[bulk]
        differ += int(other.sum() + other_missing.sum())
        compared += other.size + other_missing.size
        if other.any() and not worst:
            row, column = (int(i[0]) for i in np.nonzero(other))
            worst = f"; the first is {FEATURE_NAMES[column]} of {live.symbols[row]} at {_utc(as_of)}"
    said = f"{differ} of {compared} values at {len(chosen)} moments differ when built live{worst}"
    return SelfTest("live equals bulk", not differ and bool(compared), float(differ), said)


def _live_row(
    bars: Mapping[str, BarSeries], documents: DocumentSeries, as_of: int, interval_s: int
) -> FeatureTable:
    since = as_of - HISTORY_S // BAR_INTERVAL_S * interval_s
    known = {
        symbol: series.take((series.opened_s >= since) & (series.opened_s + series.interval_s <= as_of))
        for symbol, series in bars.items()
    }
    seen = (documents.first_seen_s >= since) & (documents.first_seen_s <= as_of)
    return compute(known, documents.take(seen), np.array([as_of], dtype=np.int64), interval_s)


def _utc(posix_s: int) -> str:
    return f"{datetime.fromtimestamp(posix_s, tz=UTC):%Y-%m-%d %H:%M}"


def shuffled_labels(examples: Examples, plan: Plan, rules: FitRules) -> SelfTest:
    """Labels without any meaning must be forecast no better than a coin: 50 % within four deviations."""
    random = np.random.default_rng(rules.seed)
    fold = plan.folds[-1]
    fitted = fold.fit[:: max(1, len(fold.fit) // _LARGEST_SAMPLE)]
    tested = fold.test[:: max(1, len(fold.test) // _LARGEST_SAMPLE)]
    meaningless = _MEANINGLESS(random, examples.up)
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
    passed = areas[worst] < ORDERLY
    name = examples.features[worst]
    said = f"{name} alone orders the labels with AUC {areas[worst]:.3f}, {ORDERLY} is too good"
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
