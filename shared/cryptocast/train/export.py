"""A booster as files: ONNX to serve, trees.json to explain. No pickle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost

from cryptocast.errors import RegistryError
from cryptocast.registry.price_model import onnx_margins, open_session
from cryptocast.train.fit import margins

PARITY = 1e-5
"""The largest difference in probability between ONNX Runtime and XGBoost that is let through."""


def to_onnx(booster: xgboost.Booster) -> bytes:
    """Input `features` float32 (n, features); outputs `label`, `probabilities` (n, 2)."""
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    shape = [None, booster.num_features()]
    # Without a name the converter invents one, and the same trees would be another version each time.
    model = convert_xgboost(booster, "cryptocast", initial_types=[("features", FloatTensorType(shape))])
    return bytes(model.SerializeToString())


def check_parity(booster: xgboost.Booster, onnx: bytes, x: npt.NDArray[np.float32]) -> float:
    """The largest difference in probability on `x`. Raises `RegistryError` above `PARITY`."""
    ours = 1 / (1 + np.exp(-onnx_margins(open_session(onnx), x.astype(np.float64))))
    theirs = 1 / (1 + np.exp(-margins(booster, x)))
    worst = float(np.abs(ours - theirs).max(initial=0.0))
    if not worst <= PARITY:
        raise RegistryError(f"ONNX and XGBoost differ by {worst:.2e} in probability, {PARITY:.0e} is allowed")
    return worst


def to_trees(booster: xgboost.Booster, feature_names: Sequence[str]) -> bytes:
    """trees.json: per tree, columns by node; a leaf has left -1. Margins are log-odds."""
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    base = float(json.loads(learner["learner_model_param"]["base_score"])[0])
    body = {
        "format": 1,
        "feature_names": list(feature_names),
        "base_margin": float(np.log(base / (1 - base))),
        "trees": [_tree(tree) for tree in learner["gradient_booster"]["model"]["trees"]],
    }
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()


def _tree(tree: dict[str, Any]) -> dict[str, Any]:
    leaf = [child < 0 for child in tree["left_children"]]
    split = tree["split_conditions"]
    return {
        "feature": tree["split_indices"],
        "threshold": [0.0 if is_leaf else value for is_leaf, value in zip(leaf, split, strict=True)],
        "left": tree["left_children"],
        "right": tree["right_children"],
        "default_left": tree["default_left"],
        "cover": tree["sum_hessian"],
        "value": [value if is_leaf else 0.0 for is_leaf, value in zip(leaf, split, strict=True)],
    }
