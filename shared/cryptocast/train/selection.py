"""Which of the candidate features a model uses: chosen from the rows that it may be fitted on, no others.

On walk-forward folds inside those rows a model is fitted on every candidate. A feature scores by its share of
what the contributions are worth on each fold's later rows, less what varies between the folds; by its share
of gain; and by `EVIDENCE`, its share of the worth in bars before
2021-07, which a choice from earlier rows leaves out. The weakest leave, the rest is scored again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import xgboost

from cryptocast.errors import NotEnoughData
from cryptocast.features.spec import FEATURES, GROUPS, MODEL_FEATURES
from cryptocast.registry.explain import Explainer
from cryptocast.series import Bools, Floats, Ints
from cryptocast.train.dataset import Examples
from cryptocast.train.evidence import EVIDENCE, EVIDENCE_UNTIL_S
from cryptocast.train.export import to_trees
from cryptocast.train.fit import FitRules, fit_known, gain_shares, margins, thinned
from cryptocast.train.splits import DAY_S, Plan, known_before

FOLDS = 3
WARM_UP = 0.4
KEPT_FIRST = 30
FIT_ROWS = 40_000
JUDGE_ROWS = 20_000
FEWEST_ROWS = 300
ROUNDS = 40
"""Enough to tell the features apart: the order hardly changes after them, and time doubles."""
EVIDENCE_WEIGHT = 0.5
GAIN_WEIGHT = 0.3

_GROUP = {feature.name: feature.group for feature in FEATURES}


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen features, in the order of the candidates, and why."""

    features: tuple[str, ...]
    table: tuple[Mapping[str, Any], ...]
    """Every candidate that varied in the last round it was ranked in: `name`, `group`, `gain` (share),
    `worth` (1e-4 nats a row on later rows), `folds` (share of folds with positive worth), `kept`."""
    absent: Mapping[str, str]
    """Groups without a feature, and why."""

    def recorded(self) -> dict[str, Any]:
        """For manifest and report."""
        return {
            "kept": list(self.features),
            "candidates": [dict(row) for row in self.table],
            "absent": dict(self.absent),
            "folds": FOLDS,
        }


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the folds say of each of `features`; all (n,)."""

    features: tuple[str, ...]
    gain: Floats
    worth: Floats
    folds: Floats
    score: Floats
    """Share of steady worth, plus `GAIN_WEIGHT` times the share of gain: higher is better."""


def select_features(
    examples: Examples,
    known: Ints,
    own: Bools,
    rules: FitRules,
    embargo_s: int,
    seed: int = 1,
    wanted: int = MODEL_FEATURES,
    tested_from_s: int | None = None,
) -> Selection:
    """Choose `wanted` features from the rows `known`; folds are judged on those that are also `own`.

    `tested_from_s`: where a test may begin before the last of these rows, its first moment. Raises
    `NotEnoughData` where the rows are too few for a fold. With fewer varying candidates than that, constant
    ones fill up, which no tree will ask.
    """
    varied = varying(examples, known)
    absent = {group: _why_absent(group) for group in GROUPS if not any(_GROUP[n] == group for n in varied)}
    table: dict[str, dict[str, Any]] = {}
    chosen_at = int(examples.as_of[known[-1]]) + examples.horizon_s + embargo_s if len(known) else 0
    used_at = chosen_at if tested_from_s is None else min(chosen_at, tested_from_s)
    evidence = EVIDENCE if used_at >= EVIDENCE_UNTIL_S else {}
    names = varied
    for keep in (KEPT_FIRST, wanted) if wanted < KEPT_FIRST else (wanted,):
        if len(names) <= keep and table:
            break
        ranking = rank_features(examples.only(names), known, own, rules, embargo_s, seed)
        score = ranking.score + EVIDENCE_WEIGHT * np.array([evidence.get(name, 0.0) for name in names])
        names = _best(names, score, keep)
        table |= {row["name"]: row for row in _rows(ranking, names)}
    kept = set(names)
    for name in examples.features:  # constants, only where nothing else is left
        if len(kept) < wanted:
            kept.add(name)
    chosen = tuple(name for name in examples.features if name in kept)
    return Selection(chosen, tuple(table.values()), absent)


def select_in_plan(examples: Examples, plan: Plan, embargo_s: int, rules: FitRules) -> Selection:
    """Choose for a training run: from the whole days before the calibration slice, as tuning does.

    The slice that fixes the threshold and the held-out one have no say. Raises `NotEnoughData`.
    """
    first = -(-int(examples.as_of[0]) // DAY_S) * DAY_S
    ends = plan.folds[-1].begins_s // DAY_S * DAY_S
    known = known_before(examples.as_of, examples.horizon_s, ends, embargo_s)
    known = known[examples.as_of[known] >= first]
    return select_features(examples, known, np.ones(len(examples), dtype=np.bool_), rules, embargo_s)


def rank_features(
    examples: Examples, known: Ints, own: Bools, rules: FitRules, embargo_s: int, seed: int = 1
) -> Ranking:
    """Fit on every fold and rank. Raises `NotEnoughData`."""
    mine = known[own[known]]
    if len(mine) < FEWEST_ROWS:
        raise NotEnoughData(f"{len(mine)} rows are too few to choose features from; {FEWEST_ROWS} are needed")
    cuts = WARM_UP + (1 - WARM_UP) * np.arange(FOLDS + 1) / FOLDS
    edges = examples.as_of[mine[((len(mine) - 1) * cuts).astype(np.int64)]]
    short = replace(rules, most_rows=FIT_ROWS, rounds=min(rules.rounds, ROUNDS), seed=seed)
    gains, worths = [], []
    for begins, ends in pairwise(edges.tolist()):
        fitted = known[known_before(examples.as_of[known], examples.horizon_s, begins, embargo_s)]
        tested = thinned(mine[(examples.as_of[mine] >= begins) & (examples.as_of[mine] < ends)], JUDGE_ROWS)
        if min(len(fitted), len(tested)) < FEWEST_ROWS // FOLDS:
            raise NotEnoughData(
                f"a fold to choose features from would have {len(fitted)} rows to fit on and {len(tested)} "
                "to judge by"
            )
        booster = fit_known(examples, fitted, begins, short)
        gains.append(gain_shares(booster, len(examples.features)))
        worths.append(_worth(booster, examples, tested))
    gain, worth = np.array(gains), np.array(worths)
    steady = worth.mean(axis=0) - worth.std(axis=0) / np.sqrt(len(worth))
    score = shares(steady) + GAIN_WEIGHT * gain.mean(axis=0)
    return Ranking(
        examples.features, gain.mean(axis=0), worth.mean(axis=0), (worth > 0).mean(axis=0), np.asarray(score)
    )


def shares(worth: Floats) -> Floats:
    """What is above 0 as shares of its sum."""
    above = np.maximum(worth, 0.0)
    return np.asarray(above / max(float(above.sum()), 1e-12))


def _worth(booster: xgboost.Booster, examples: Examples, rows: Ints) -> Floats:
    """What each feature's contributions save in log loss on `rows`, to second order, 1e-4 nats a row.

    With m the sum of a row's contributions c, the loss falls by (y - 1/2) m - m² / 8, which the features
    share as (y - 1/2) c - c m / 8: a sum of contributions, weighted by row.
    """
    x = examples.x[rows]
    explainer = Explainer.from_json(to_trees(booster, examples.features))
    weight = examples.up[rows] - 0.5 - (margins(booster, x) - explainer.bias) / 8
    return 1e4 * explainer.weighted_sum(x, weight) / len(rows)


def _best(names: Sequence[str], score: Floats, keep: int) -> tuple[str, ...]:
    """The `keep` best, among them the best of every group that has any."""
    order = [names[i] for i in np.argsort(-score, kind="stable")]
    first = [next(name for name in order if _GROUP[name] == g) for g in GROUPS if _has(order, g)]
    chosen = set(first + [name for name in order if name not in first][: keep - len(first)])
    return tuple(name for name in names if name in chosen)


def _has(names: Sequence[str], group: str) -> bool:
    return any(_GROUP[name] == group for name in names)


def _rows(ranking: Ranking, kept: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "group": _GROUP[name],
            "gain": round(float(ranking.gain[i]), 5),
            "worth": round(float(ranking.worth[i]), 4),
            "folds": round(float(ranking.folds[i]), 3),
            "kept": name in kept,
        }
        for i, name in enumerate(ranking.features)
    ]


def varying(examples: Examples, known: Ints) -> tuple[str, ...]:
    """The features that are not the same on every one of the rows `known`."""
    spread = np.ptp(examples.x[known], axis=0) if len(known) else np.zeros(len(examples.features))
    return tuple(name for name, one in zip(examples.features, spread.tolist(), strict=True) if one > 0)


def _why_absent(group: str) -> str:
    texts = group in {"sentiment", "social"}
    return "no document in the data: every value is the one for missing" if texts else "its values never vary"
