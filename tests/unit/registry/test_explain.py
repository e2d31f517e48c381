from __future__ import annotations

import json
import time

import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st

from cryptocast.errors import CorruptArtifact
from cryptocast.registry.explain import Explainer
from cryptocast.train.export import to_trees

NAMES = tuple(f"f{i}" for i in range(6))


def random_model(
    seed: int, depth: int, rounds: int, missing: float, forest: int = 1
) -> tuple[xgboost.Booster, np.ndarray]:
    random = np.random.default_rng(seed)
    x = random.normal(size=(600, len(NAMES))).astype(np.float32)
    x[:, 2] = np.round(x[:, 2])  # ties, and thresholds that values lie on exactly
    x[random.random(x.shape) < missing] = np.nan
    odds = np.nan_to_num(x[:, 0]) * np.nan_to_num(x[:, 1]) + np.nan_to_num(x[:, 2])
    up = random.random(600) < 1 / (1 + np.exp(-odds))
    params = {"objective": "binary:logistic", "max_depth": depth, "eta": 0.3, "seed": seed, "nthread": 1}
    params |= {"num_parallel_tree": forest, "subsample": 0.7, "colsample_bynode": 0.7}
    return xgboost.train(params, xgboost.DMatrix(x, label=up), rounds), x


def theirs(booster: xgboost.Booster, x: np.ndarray) -> np.ndarray:
    return booster.predict(xgboost.DMatrix(x), pred_contribs=True)


@given(
    seed=st.integers(0, 10_000),
    depth=st.integers(1, 6),
    rounds=st.integers(1, 25),
    missing=st.sampled_from([0.0, 0.1, 0.6]),
    forest=st.sampled_from([1, 1, 4]),
)
@settings(max_examples=25, deadline=None)
def test_contributions_are_xgboosts_own(
    seed: int, depth: int, rounds: int, missing: float, forest: int
) -> None:
    booster, x = random_model(seed, depth, rounds, missing, forest)
    explainer = Explainer.from_json(to_trees(booster, NAMES))
    expected = theirs(booster, x)
    assert np.abs(explainer.contributions(x.astype(float)) - expected[:, :-1]).max() < 1e-4
    assert explainer.bias == pytest.approx(float(expected[0, -1]), abs=1e-4)
    weight = np.random.default_rng(seed).normal(size=len(x))
    assert explainer.weighted_sum(x, weight) == pytest.approx(weight @ expected[:, :-1], abs=1e-3)


def test_contributions_and_bias_add_up_to_the_margin() -> None:
    booster, x = random_model(3, 4, 40, 0.2)
    explainer = Explainer.from_json(to_trees(booster, NAMES))
    margins = booster.predict(xgboost.DMatrix(x), output_margin=True)
    total = explainer.contributions(x.astype(float)).sum(1) + explainer.bias
    assert total == pytest.approx(margins, abs=1e-4)


def test_many_rows_in_blocks_are_as_one_by_one() -> None:
    booster, x = random_model(4, 4, 200, 0.1)
    explainer = Explainer.from_json(to_trees(booster, NAMES))
    many = np.tile(x, (5, 1)).astype(float)
    together = explainer.contributions(many)
    alone = np.vstack([explainer.contributions(many[i : i + 1]) for i in range(3)])
    assert together[:3] == pytest.approx(alone)
    assert together[:600] == pytest.approx(together[2_400:])


@pytest.mark.parametrize(("rounds", "forest", "depth"), [(300, 4, 3), (1_200, 1, 4)])
def test_1200_trees_are_explained_exactly_and_quickly(rounds: int, forest: int, depth: int) -> None:
    booster, x = random_model(6, depth, rounds, 0.1, forest)
    explainer = Explainer.from_json(to_trees(booster, NAMES))
    began = time.process_time()
    given_ = explainer.contributions(x[:5].astype(float))
    took_s = time.process_time() - began
    assert np.abs(given_ - theirs(booster, x[:5])[:, :-1]).max() < 1e-4
    assert took_s < 0.25  # measured: .007 s for a cycle's five coins


def test_no_rows_are_no_contributions() -> None:
    booster, _ = random_model(5, 2, 2, 0.0)
    assert Explainer.from_json(to_trees(booster, NAMES)).contributions(np.zeros((0, 6))).shape == (0, 6)


def test_a_tree_that_is_one_leaf_gives_only_bias() -> None:
    x = np.zeros((20, 6), dtype=np.float32)
    params = {"objective": "binary:logistic", "base_score": 0.5, "nthread": 1}
    booster = xgboost.train(params, xgboost.DMatrix(x, label=np.arange(20) < 15), 3)
    explainer = Explainer.from_json(to_trees(booster, NAMES))
    assert np.all(explainer.contributions(x.astype(float)) == 0)
    assert explainer.bias == pytest.approx(float(booster.predict(xgboost.DMatrix(x), output_margin=True)[0]))


def broken(**changes: object) -> bytes:
    tree = {
        "feature": [0, 0, 0],
        "threshold": [0.5, 0.0, 0.0],
        "left": [1, -1, -1],
        "right": [2, -1, -1],
        "default_left": [1, 0, 0],
        "cover": [10.0, 6.0, 4.0],
        "value": [0.0, 1.0, -1.0],
    }
    return json.dumps({"feature_names": ["a"], "base_margin": 0.0, "trees": [tree | changes]}).encode()


def test_the_made_up_tree_is_sound_before_it_is_broken() -> None:
    explainer = Explainer.from_json(broken())
    assert explainer.bias == pytest.approx(0.2)
    given = explainer.contributions(np.array([[0.0], [0.5], [np.nan]]))
    assert given[:, 0] == pytest.approx([0.8, -1.2, 0.8])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"trees": 3}',
        broken(left=[0, -1, -1]),
        broken(right=[7, -1, -1]),
        broken(feature=[1, 0, 0]),
        broken(value=["x", "y", "z"]),
        broken(cover=[]),
    ],
)
def test_broken_trees_are_corrupt_not_a_crash(body: bytes) -> None:
    with pytest.raises(CorruptArtifact, match=r"trees\.json"):
        Explainer.from_json(body)


def test_trees_too_deep_to_tabulate_are_refused() -> None:
    booster, _ = random_model(1, 4, 2, 0.0)
    trees = json.loads(to_trees(booster, NAMES))
    depth = 8
    path = {
        "feature": [*range(depth), *[0] * (depth + 1)],
        "threshold": [0.0] * (2 * depth + 1),
        "left": [*range(1, depth + 1), *[-1] * (depth + 1)],
        "right": [*range(depth + 1, 2 * depth + 1), *[-1] * (depth + 1)],
        "default_left": [0] * (2 * depth + 1),
        "cover": [1.0] * (2 * depth + 1),
        "value": [0.1] * (2 * depth + 1),
    }
    trees |= {"trees": [path], "feature_names": [f"f{i}" for i in range(depth)]}
    with pytest.raises(CorruptArtifact, match="asks 8 features"):
        Explainer.from_json(json.dumps(trees).encode())
