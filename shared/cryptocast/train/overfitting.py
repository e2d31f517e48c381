"""How much of a chosen configuration's figure is the choosing: combinatorial purged folds and PBO.

    groups   | 1 | 2 | 3 | 4 | 5 | 6 |     every pair of groups is tested once: 15 folds of six groups,
    a fold   | F |-T-| F | F |-T-| F |     a purge and an embargo on both sides of each tested group

Each group is tested in several folds by models that saw other data, and so there are several whole paths
of forecasts out of sample instead of one (Lopez de Prado 2018, chapter 12). A fold may be fitted on rows
after its test: that is right for asking how far figures scatter, and wrong for saying what a forecast
would have been worth, which is what the walk-forward of `evaluate` says.

PBO (Bailey, Borwein, Lopez de Prado, Zhu 2015): time is cut into stretches of equally many rows; of all ways
to split these into two halves, the share in which the configuration that is best in the one half lies below
the median of all in the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from scipy import stats

from cryptocast.errors import BadInput, NotEnoughData
from cryptocast.registry.manifest import Calibration
from cryptocast.registry.price_model import apply_platt
from cryptocast.series import Bools, Floats, Ints
from cryptocast.train.dataset import Examples
from cryptocast.train.evaluate import brier
from cryptocast.train.fit import FitRules, fit_known, margins
from cryptocast.train.selection import select_features
from cryptocast.train.statistics import finite, mcnemar

FEWEST_FIT = 500
BLOCKS = 12
"""Into how many stretches of equally many rows PBO cuts: 924 ways to halve them."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class CombinatorialFold:
    """Row numbers to fit on and to test on; `groups` are the tested ones, ascending."""

    groups: tuple[int, ...]
    fit: Ints
    test: Ints


def combinatorial_folds(
    as_of: Ints, horizon_s: int, embargo_s: int, groups: int = 6, tested: int = 2
) -> list[CombinatorialFold]:
    """Every choice of `tested` out of `groups` equal stretches of time. Raises `BadInput`, `NotEnoughData`.

    A row is fitted on only if its label was known an embargo before a tested stretch begins, or it lies an
    embargo after the last label of that stretch was known.
    """
    if not 1 <= tested < groups:
        raise BadInput(
            f"{tested} of {groups} groups cannot be tested: it takes at least 1, and fewer than all"
        )
    edges = _edges(as_of, groups)
    folds = []
    for chosen in combinations(range(groups), tested):
        test, kept = np.zeros(len(as_of), dtype=np.bool_), np.ones(len(as_of), dtype=np.bool_)
        for group in chosen:
            begins, ends = edges[group], edges[group + 1]
            test |= (as_of >= begins) & (as_of < ends)
            kept &= (as_of + horizon_s + embargo_s <= begins) | (as_of >= ends + horizon_s + embargo_s)
        if not test.any():
            raise NotEnoughData(
                f"stretches {chosen} of {groups} hold no row to test on: the bars have too long a hole; "
                "fewer stretches (--groups) are longer"
            )
        if kept.sum() < FEWEST_FIT:
            raise NotEnoughData(
                f"testing stretches {chosen} of {groups} leaves {int(kept.sum())} rows to fit on, "
                f"{FEWEST_FIT} are needed"
            )
        folds.append(CombinatorialFold(chosen, np.flatnonzero(kept), np.flatnonzero(test)))
    return folds


def paths(as_of: Ints, folds: Sequence[CombinatorialFold], said: Sequence[Floats], groups: int) -> Floats:
    """What each fold said of its test rows → (paths, n): a group's j-th forecast belongs to path j."""
    edges = _edges(as_of, groups)
    group_of = np.searchsorted(edges[1:-1], as_of, side="right")
    count = sum(0 in fold.groups for fold in folds)
    out = np.full((count, len(as_of)), np.nan)
    used = [0] * groups
    for fold, values in zip(folds, said, strict=True):
        for group in fold.groups:
            own = group_of[fold.test] == group
            out[used[group], fold.test[own]] = values[own]
            used[group] += 1
    return out


def probability_of_overfitting(performance: Floats) -> tuple[float, Floats]:
    """(blocks, configurations), higher is better → PBO and the logit of every split.

    Combinatorially symmetric cross-validation; blocks are of equal length, their number is even. A
    configuration's performance over several blocks is the mean over them. Ties share their rank. Raises
    `BadInput`.
    """
    blocks, configurations = performance.shape
    if blocks % 2 or blocks < 4 or configurations < 2:
        raise BadInput("PBO needs an even number of blocks, four at least, and two configurations")
    if not np.isfinite(performance).all():
        raise BadInput("PBO needs the performance of every configuration in every block")
    logits = []
    for chosen in combinations(range(blocks), blocks // 2):
        inside = np.zeros(blocks, dtype=np.bool_)
        inside[list(chosen)] = True
        best = int(np.argmax(np.mean(performance[inside], axis=0)))
        ranks = stats.rankdata(np.mean(performance[~inside], axis=0))
        share = float(ranks[best]) / (configurations + 1)
        logits.append(math.log(share / (1 - share)))
    found = np.array(logits)
    return float((found <= 0).mean()), found


def deflated(statistic: float, trials: int) -> float:
    """P(the best of `trials` that know nothing has a lower z), Bailey and Lopez de Prado's expected maximum.

    Above .95 the statistic of the best configuration is more than its being the best explains.
    """
    if trials < 2:
        return float(stats.norm.cdf(statistic))
    euler = 0.5772156649015329
    expected = (1 - euler) * stats.norm.ppf(1 - 1 / trials) + euler * stats.norm.ppf(
        1 - 1 / (trials * math.e)
    )
    return float(stats.norm.cdf(statistic - expected))


def grid(base: FitRules) -> dict[str, FitRules]:
    """The configurations that are compared: the one in use, and steps away from it in each direction."""
    return {
        "in use": base,
        "depth 2": replace(base, depth=2),
        "depth 5": replace(base, depth=5),
        "half the rounds": replace(base, rounds=max(1, base.rounds // 2)),
        "twice the rounds": replace(base, rounds=2 * base.rounds),
        "small leaves": replace(base, min_child_weight=max(1.0, base.min_child_weight / 10)),
        "no mirror": replace(base, mirror=0.0, mirror_beyond_hour=0.0),
        "all ages alike": replace(base, half_life_days=0.0),
    }


def overfitting(
    examples: Examples,
    configurations: dict[str, FitRules],
    *,
    embargo_s: int,
    interval_s: int,
    trials: int,
    groups: int = 6,
    tested: int = 2,
    workers: int = 2,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Every configuration on every fold: accuracy and Brier over the paths, PBO, a deflated figure.

    Each fold chooses its features anew, by the first configuration, from the rows that it is fitted on.
    """
    folds = combinatorial_folds(examples.as_of, examples.horizon_s, embargo_s, groups, tested)
    said = _over_folds(examples, folds, configurations, embargo_s, workers, progress)
    walked = {name: paths(examples.as_of, folds, one, groups) for name, one in said.items()}
    rows = {name: _over_paths(one, examples.up) for name, one in walked.items()}
    loss = np.column_stack([((one - examples.up) ** 2).mean(axis=0) for one in walked.values()])
    pbo, logits = probability_of_overfitting(-_by_block(loss, examples.as_of))
    best = min(rows, key=lambda name: float(rows[name]["brier"]["mean"]))
    return {
        "n": len(examples),
        "groups": groups,
        "tested": tested,
        "folds": len(folds),
        "paths": len(walked[best]),
        "configurations": rows,
        "best": best,
        "pbo": pbo,
        "pbo_blocks": BLOCKS,
        "median_logit": float(np.median(logits)),
        **_deflated(examples, walked[best], interval_s, trials),
    }


def _over_folds(
    examples: Examples,
    folds: Sequence[CombinatorialFold],
    configurations: dict[str, FitRules],
    embargo_s: int,
    workers: int,
    progress: Progress | None,
) -> dict[str, list[Floats]]:
    """What each configuration says of each fold's tested rows."""
    first = next(iter(configurations.values()))
    said: dict[str, list[Floats]] = {name: [] for name in configurations}
    with ThreadPoolExecutor(max(1, workers), thread_name_prefix="overfitting") as pool:
        chosen = [pool.submit(_choose, examples, fold, first, embargo_s) for fold in folds]
        jobs = [
            (name, pool.submit(_fold, examples.only(features.result()), fold, rules))
            for fold, features in zip(folds, chosen, strict=True)
            for name, rules in configurations.items()
        ]
        for done, (name, job) in enumerate(jobs, start=1):
            said[name].append(job.result())
            if progress:
                progress("folds", done, len(jobs))
    return said


def _choose(examples: Examples, fold: CombinatorialFold, rules: FitRules, embargo_s: int) -> tuple[str, ...]:
    everything = np.ones(len(examples), dtype=np.bool_)
    tested_from_s = int(np.min(examples.as_of[fold.test]))
    return select_features(
        examples, fold.fit, everything, rules, embargo_s, tested_from_s=tested_from_s
    ).features


def _fold(examples: Examples, fold: CombinatorialFold, rules: FitRules) -> Floats:
    """Probabilities straight from the margins: no row is left over to calibrate on."""
    newest = int(examples.as_of[int(fold.fit[-1])]) + examples.horizon_s
    count = min(len(fold.fit), rules.most_rows)
    evenly = np.linspace(0, len(fold.fit) - 1, count).astype(np.int64)
    booster = fit_known(examples, fold.fit[evenly], newest, rules)
    return apply_platt(Calibration(), margins(booster, examples.x[fold.test]))


def _over_paths(walked: Floats, up: Bools) -> dict[str, Any]:
    accuracy = ((walked > 0.5) == up).mean(axis=1)
    losses = np.array([brier(path, up) for path in walked])
    return {"accuracy": _spread(accuracy), "brier": _spread(losses)}


def _spread(values: Floats) -> dict[str, float]:
    return {
        "mean": float(values.mean()),
        "sd": float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        "low": float(np.min(values)),
        "high": float(np.max(values)),
    }


def _by_block(loss: Floats, as_of: Ints) -> Floats:
    """(n, configurations) → (BLOCKS, configurations) means over stretches of equally many rows.

    Cut by rows and not by time: where bars have a hole of months, a stretch of time would hold none. Rows of
    one moment stay together. Raises `NotEnoughData`.
    """
    edges = as_of[len(as_of) * np.arange(1, BLOCKS) // BLOCKS]
    block = np.searchsorted(edges, as_of, side="right")
    if len(np.unique(block)) < BLOCKS:
        raise NotEnoughData(f"{len(np.unique(as_of))} moments are too few to cut into {BLOCKS} stretches")
    return np.array([loss[block == i].mean(axis=0) for i in range(BLOCKS)])


def _deflated(examples: Examples, walked: Floats, interval_s: int, trials: int) -> dict[str, Any]:
    """Of the best configuration's mean forecast, against the better of last bar again and its opposite.

    Without a test `z` and `deflated_probability` are None, and `why_none` says why.
    """
    right = (walked.mean(axis=0) > 0.5) == examples.up
    again = (examples.last_move > 0) == examples.up
    free = again if again.mean() > 0.5 else ~again
    overlap = max(1, examples.horizon_s // interval_s)
    test = mcnemar(right, free, examples.as_of, overlap)
    return {
        "accuracy_of_best": float(right.mean()),
        "accuracy_of_free": float(free.mean()),
        "z": finite(test.statistic),
        "trials": float(trials),
        "deflated_probability": finite(deflated(test.statistic, trials)),
        "why_none": test.why_none or None,
    }


def _edges(as_of: Ints, groups: int) -> Ints:
    """groups + 1 moments, POSIX seconds; the last one is after every row. Raises `NotEnoughData`."""
    if not len(as_of):
        raise NotEnoughData("there is no labelled row")
    first, end = int(as_of[0]), int(as_of[-1]) + 1
    return np.array([first + (end - first) * i // groups for i in range(groups + 1)], dtype=np.int64)
