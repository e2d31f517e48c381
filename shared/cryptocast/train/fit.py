"""The one model: gradient-boosted trees on 15 features, pooled over coins, with default parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost

from cryptocast.features.mirror import mirrored
from cryptocast.features.spec import FEATURE_NAMES
from cryptocast.series import Bools, Floats, Ints
from cryptocast.train.dataset import Examples

HOUR_S = 3_600
_DAY_S = 24 * HOUR_S
_FEWEST_RECENT = 250
TRIALS = 254
"""Configurations looked at on this project's data before these were written down: reported p-values are
corrected for them (decisions 6, 10 and 11 have the lists)."""


@dataclass(frozen=True, slots=True)
class FitRules:
    """What XGBoost is told. A training run takes these as they are unless it is asked to tune."""

    rounds: int = 100
    depth: int = 3
    trees_per_round: int = 4
    """Trees that each round averages: a small forest errs less than one tree."""
    learning_rate: float = 0.09
    subsample: float = 0.5
    colsample: float = 0.5
    colsample_node: float = 0.6
    min_child_weight: float = 200.0
    l2: float = 5.0
    max_bin: int = 64
    mirror: float = 0.3
    """Weight of every row's image in a market upside down, beside its own of 1; 0 leaves the images out."""
    mirror_beyond_hour: float = 1.0
    """The same for horizons over an hour: with few independent labels a lean is mostly luck."""
    half_life_days: float = 360.0
    """Sample weights halve with this age; 0 weighs all alike."""
    most_rows: int = 160_000
    """Beyond it the rows are thinned evenly in time: labels overlap, so little is lost."""
    threads: int = 1
    seed: int = 7

    def params(self) -> dict[str, Any]:
        """As XGBoost names them."""
        return {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "max_depth": self.depth,
            "learning_rate": self.learning_rate,
            "subsample": self.subsample,
            "colsample_bytree": self.colsample,
            "colsample_bynode": self.colsample_node,
            "num_parallel_tree": self.trees_per_round,
            "min_child_weight": self.min_child_weight,
            "reg_lambda": self.l2,
            "max_bin": self.max_bin,
            # Even odds to start from: the share of ups in one window says nothing about the next.
            "base_score": 0.5,
            "nthread": self.threads,
            "seed": self.seed,
        }

    def recorded(self) -> Mapping[str, Any]:
        """For the manifest."""
        return {
            **self.params(),
            "rounds": self.rounds,
            "mirror": self.mirror,
            "mirror_beyond_hour": self.mirror_beyond_hour,
            "half_life_days": self.half_life_days,
            "most_rows": self.most_rows,
        }


def fit(
    x: npt.NDArray[np.float32],
    up: Bools,
    rules: FitRules,
    weight: Floats | None = None,
    features: Sequence[str] = FEATURE_NAMES,
) -> xgboost.Booster:
    """(n, features), (n,) → a booster. The same input and rules give the same trees.

    With `rules.mirror` every row is seen a second time as it would be were the market upside down, with
    the opposite label: a market's ups and downs are the same game, and noise has less to hold on to.
    """
    label = up.astype(np.float32)
    if rules.mirror:
        x, label = np.concatenate([x, mirrored(x, features)]), np.concatenate([label, 1 - label])
        own = np.ones(len(up)) if weight is None else weight
        weight = np.concatenate([own, rules.mirror * own])
    data = xgboost.QuantileDMatrix(
        x, label=label, weight=weight, max_bin=rules.max_bin, nthread=rules.threads
    )
    return xgboost.train(rules.params(), data, num_boost_round=rules.rounds)


def fit_known(examples: Examples, known: Ints, at_s: int, rules: FitRules) -> xgboost.Booster:
    """Fit on the rows `known` at `at_s`: the recent ones weigh more, and too many are thinned in time."""
    if examples.horizon_s > HOUR_S:
        rules = replace(rules, mirror=rules.mirror_beyond_hour)
    rows = thinned(known, rules.most_rows)
    weight = recency(examples.as_of[rows], at_s, rules.half_life_days)
    return fit(examples.x[rows], examples.up[rows], rules, weight, examples.features)


def thinned(rows: Ints, most: int) -> Ints:
    """At most `most` of the (n,) `rows`, evenly: what `fit_known` fits on, with `FitRules.most_rows`."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def recency(as_of: Ints, at_s: int, half_life_days: float) -> Floats:
    """Weights that halve every `half_life_days` before `at_s`, with a mean of 1; 0 days: all equal."""
    if half_life_days <= 0 or not len(as_of):
        return np.ones(len(as_of))
    weight = 0.5 ** ((at_s - as_of) / (half_life_days * 86_400.0))
    return np.asarray(weight / weight.mean())


def margin_scale(booster: xgboost.Booster, examples: Examples, fitted: Ints, at_s: int) -> float:
    """The 90 % quantile of |margin| over the last 90 days of the rows `fitted` before `at_s`.

    A model of little history speaks louder than one of much: in this unit they can be compared.
    """
    recent = fitted[examples.as_of[fitted] >= at_s - 90 * _DAY_S]
    recent = recent if len(recent) >= _FEWEST_RECENT else fitted
    if not len(recent):
        return 1.0
    return max(float(np.quantile(np.abs(margins(booster, examples.x[recent])), 0.9)), 1e-6)


def gain_shares(booster: xgboost.Booster, features: int) -> Floats:
    """(features,): each feature's share of the gain of all splits."""
    gained = booster.get_score(importance_type="total_gain")
    gain = np.array([gained.get(f"f{i}", 0.0) for i in range(features)], dtype=np.float64)
    return np.asarray(gain / max(float(gain.sum()), 1e-12))


def margins(booster: xgboost.Booster, x: npt.NDArray[np.float32]) -> Floats:
    """(n, features) → (n,) log-odds of up by XGBoost itself."""
    return np.asarray(booster.inplace_predict(x, predict_type="margin"), dtype=np.float64)
