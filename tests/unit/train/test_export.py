from __future__ import annotations

import json

import numpy as np
import pytest
import xgboost

from cryptocast.errors import RegistryError
from cryptocast.features.rows import FEATURE_NAMES
from cryptocast.train.export import PARITY, check_parity, to_onnx, to_trees
from cryptocast.train.fit import FitRules, fit
from tests.unit.train.markets import FAST, make_examples


def test_onnx_says_what_xgboost_says_also_for_missing_values() -> None:
    examples = make_examples()
    booster = fit(examples.x, examples.up, FAST)
    tried = examples.x.copy()
    tried[::3, 0] = np.nan
    tried[::5, 7] = np.nan
    assert check_parity(booster, to_onnx(booster), tried) <= PARITY


def test_a_forest_a_round_is_exported_whole() -> None:
    examples = make_examples()
    data = xgboost.QuantileDMatrix(examples.x, label=examples.up, max_bin=64)
    params = {**FAST.params(), "num_parallel_tree": 3}
    booster = xgboost.train(params, data, 20)
    trees = json.loads(to_trees(booster, FEATURE_NAMES))
    assert len(trees["trees"]) == 60
    assert check_parity(booster, to_onnx(booster), examples.x) <= PARITY


def test_another_models_onnx_is_refused() -> None:
    examples = make_examples()
    booster = fit(examples.x, examples.up, FAST)
    other = fit(examples.x, ~examples.up, FAST)
    with pytest.raises(RegistryError, match="differ by"):
        check_parity(booster, to_onnx(other), examples.x)


def test_the_same_data_and_rules_give_the_same_bytes() -> None:
    examples = make_examples(1_000)
    first, second = (fit(examples.x, examples.up, FAST) for _ in range(2))
    assert to_trees(first, FEATURE_NAMES) == to_trees(second, FEATURE_NAMES)
    assert to_onnx(first) == to_onnx(second)


def test_trees_json_is_plain_and_complete() -> None:
    examples = make_examples(1_000)
    trees = json.loads(to_trees(fit(examples.x, examples.up, FAST), FEATURE_NAMES))
    assert trees["feature_names"] == list(FEATURE_NAMES)
    assert trees["base_margin"] == 0.0
    assert len(trees["trees"]) == FAST.rounds * FAST.trees_per_round


def test_the_recorded_parameters_name_the_rounds() -> None:
    assert FitRules(rounds=9).recorded()["rounds"] == 9
    assert FitRules().recorded()["objective"] == "binary:logistic"
