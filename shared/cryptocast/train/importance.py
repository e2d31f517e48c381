"""What a model goes by: gain while it was fitted, contributions (SHAP) on rows that it was not fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import xgboost

from cryptocast.train.dataset import Examples
from cryptocast.train.fit import gain_shares

_SAMPLE = 2_000
_DOTS = 60


def importance(booster: xgboost.Booster, examples: Examples) -> list[dict[str, Any]]:
    """One entry a feature, the largest mean contribution first.

    `gain` is the feature's share of all gain; `contribution` the mean absolute contribution in log-odds on
    at most 2,000 of the rows; `leans` the rank correlation of value and contribution: above 0, more of it
    speaks for up; `dots` are (contribution, rank of the value from 0 to 1) of 60 rows.
    """
    rows = np.unique(np.linspace(0, len(examples) - 1, min(_SAMPLE, len(examples))).astype(np.int64))
    x = examples.x[rows]
    given = booster.predict(xgboost.DMatrix(x), pred_contribs=True)[:, :-1]
    gain = gain_shares(booster, x.shape[1])
    shown = np.unique(np.linspace(0, len(rows) - 1, min(_DOTS, len(rows))).astype(np.int64))
    out = []
    for i, name in enumerate(examples.features):
        rank = np.argsort(np.argsort(x[:, i], kind="stable"), kind="stable") / max(len(x) - 1, 1)
        out.append(
            {
                "feature": name,
                "gain": float(gain[i]),
                "contribution": float(np.abs(given[:, i]).mean()),
                "leans": _correlation(rank, given[:, i]),
                "dots": [[round(float(given[j, i]), 4), round(float(rank[j]), 2)] for j in shown],
            }
        )
    return sorted(out, key=lambda one: -one["contribution"])


def _correlation(rank: Any, given: Any) -> float:
    if not np.ptp(given) or not np.ptp(rank):
        return 0.0
    return float(np.corrcoef(rank, np.argsort(np.argsort(given)))[0, 1])
