"""The one model: gradient-boosted trees on 15 features, pooled over coins, with fixed parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost

from cryptocast.series import Bools, Floats


@dataclass(frozen=True, slots=True)
class FitRules:
    """What XGBoost is told. Written down once and not searched, so no figure is picked from many."""

    rounds: int = 150
    depth: int = 4
    learning_rate: float = 0.05
    subsample: float = 0.7
    colsample: float = 0.7
    min_child_weight: float = 50.0
    l2: float = 5.0
    max_bin: int = 64
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
        return {**self.params(), "rounds": self.rounds}


def fit(x: npt.NDArray[np.float32], up: Bools, rules: FitRules) -> xgboost.Booster:
    """(n, features), (n,) → a booster. The same input and rules give the same trees."""
    label = up.astype(np.float32)
    data = xgboost.QuantileDMatrix(x, label=label, max_bin=rules.max_bin, nthread=rules.threads)
    return xgboost.train(rules.params(), data, num_boost_round=rules.rounds)


def margins(booster: xgboost.Booster, x: npt.NDArray[np.float32]) -> Floats:
    """(n, features) → (n,) log-odds of up by XGBoost itself."""
    return np.asarray(booster.inplace_predict(x, predict_type="margin"), dtype=np.float64)
