"""Why a forecast came out as it did: exact path-dependent TreeSHAP in NumPy, from trees.json.

Equal to XGBoost's `predict(pred_contribs=True)` (Lundberg et al. 2020, algorithm 2), without XGBoost.
For one leaf of value v whose path asks m different features, with o_i whether the row answers feature
i's questions as the path does and z_i the share of the training cover that does,

    contribution_i = v (o_i - z_i) ∫₀¹ ∏_{j≠i} (z_j (1 - t) + o_j t) dt .

The integrand is a polynomial of degree m - 1, so Gauss-Legendre quadrature is exact. The o are bits:
what each leaf gives for each of its 2^m patterns is computed once, and a row only looks it up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cryptocast.errors import CorruptArtifact
from cryptocast.series import Floats, Ints

MAX_DEPTH = 6
"""A leaf has 2^depth patterns; deeper trees would need another method."""
_CELLS = 4_000_000
"""Rows are taken in blocks of about this many (row, leaf, feature) cells, some 30 MB."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """All questions of one path about one feature: an interval, and whether a missing value passes."""

    low: float
    high: float
    missing_passes: bool
    share: float


_ANYTHING = _Slot(-np.inf, np.inf, True, 1.0)
"""Fills up paths shorter than the deepest: always answered, so it gets and changes nothing."""


class Explainer:
    """Contributions per feature in log-odds. `bias` is the margin expected before any feature is known."""

    def __init__(self, trees: Mapping[str, Any]) -> None:
        try:
            leaves = [leaf for tree in trees["trees"] for leaf in _leaves(tree)]
            self.features = tuple(map(str, trees["feature_names"]))
            self.bias = float(trees["base_margin"]) + sum(_expected(tree) for tree in trees["trees"])
            depth = max((len(path) for path, _ in leaves), default=1) or 1
            if depth > MAX_DEPTH:
                raise ValueError(f"a path asks {depth} features, at most {MAX_DEPTH} are possible")
            if any(not 0 <= feature < len(self.features) for path, _ in leaves for feature in path):
                raise ValueError("a question is about a feature that has no name")
        except (KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
            raise CorruptArtifact(f"trees.json: {type(error).__name__}: {error}") from None
        self._fill(leaves, depth)

    @classmethod
    def from_json(cls, body: bytes) -> Explainer:
        """Raises `CorruptArtifact` where `body` holds no trees."""
        try:
            return cls(json.loads(body))
        except ValueError as error:
            raise CorruptArtifact(f"trees.json: not JSON: {error}") from None

    def contributions(self, x: Floats) -> Floats:
        """(n, features) → (n, features) in log-odds; with `bias`, a row adds up to its raw margin.

        Values are compared as float32, as XGBoost does; NaN means missing.
        """
        rows = np.asarray(x, dtype=np.float32)
        out = np.empty((len(rows), len(self.features)), dtype=np.float64)
        step = max(1, _CELLS // self._feature.size)
        for start in range(0, len(rows), step):
            out[start : start + step] = self._block(rows[start : start + step])
        return out

    def weighted_sum(self, x: npt.NDArray[np.float32], weight: Floats) -> Floats:
        """(n, features), (n,) → (features,): `weight @ contributions(x)`, faster for many rows.

        What a leaf gives depends on a row's pattern alone, so the weights of each pattern are summed first.
        """
        columns = np.asfortranarray(x, dtype=np.float32)
        missing = np.isnan(columns)
        some_missing = missing.any(axis=0)
        out = np.zeros(len(self.features))
        for leaf, features in enumerate(self._feature.tolist()):
            pattern = np.zeros(len(columns), dtype=np.uint8)
            for j, feature in enumerate(features):
                asked = columns[:, feature]
                passes = (asked >= self._low[leaf, j]) & (asked < self._high[leaf, j])
                if self._missing_passes[leaf, j] and some_missing[feature]:
                    passes |= missing[:, feature]
                pattern |= passes.view(np.uint8) << j
            given = np.bincount(pattern, weight, 1 << len(features)) @ self._table[leaf]
            np.add.at(out, features, given)
        return out

    def _block(self, rows: npt.NDArray[np.float32]) -> Floats:
        asked = rows[:, self._feature]
        passes = (asked >= self._low) & (asked < self._high)
        passes |= np.isnan(asked) & self._missing_passes
        pattern = passes @ self._bits
        given = self._table[np.arange(len(self._feature)), pattern]
        return np.asarray(given.reshape(len(rows), -1) @ self._to_feature, dtype=np.float64)

    def _fill(self, leaves: list[tuple[dict[int, _Slot], float]], depth: int) -> None:
        padded = [[*path.items(), *[(0, _ANYTHING)] * (depth - len(path))] for path, _ in leaves]
        value = np.array([v for _, v in leaves], dtype=np.float64)
        share = np.array([[s.share for _, s in row] for row in padded]).reshape(-1, depth)
        self._feature: Ints = np.array([[f for f, _ in row] for row in padded], np.int64).reshape(-1, depth)
        self._low = np.array([[s.low for _, s in row] for row in padded], np.float32).reshape(-1, depth)
        self._high = np.array([[s.high for _, s in row] for row in padded], np.float32).reshape(-1, depth)
        self._missing_passes = np.array([[s.missing_passes for _, s in row] for row in padded], bool)
        self._bits = 1 << np.arange(depth)
        self._table = _pattern_table(share, value)
        self._to_feature = np.zeros((self._feature.size, len(self.features)))
        self._to_feature[np.arange(self._feature.size), self._feature.ravel()] = 1.0


def _pattern_table(share: Floats, value: Floats) -> Floats:
    """(leaves, 2^depth, depth): what each slot contributes under each pattern of answers."""
    depth = share.shape[1]
    nodes, weights = np.polynomial.legendre.leggauss((depth + 1) // 2)
    nodes, weights = (nodes + 1) / 2, weights / 2
    patterns = np.arange(2**depth)
    table = np.zeros((len(share), len(patterns), depth))
    for t, weight in zip(nodes, weights, strict=True):
        factors = []
        for j in range(depth):
            answered = (patterns >> j) & 1
            factors.append(share[:, [j]] * (1 - t) + answered * t)
        for i in range(depth):
            others = np.full((len(share), len(patterns)), weight)
            for j in range(depth):
                if j != i:
                    others = others * factors[j]
            table[:, :, i] += others
    for i in range(depth):
        table[:, :, i] *= ((patterns >> i) & 1) - share[:, [i]]
    return table * value[:, None, None]


def _leaves(tree: Mapping[str, Any]) -> Iterator[tuple[dict[int, _Slot], float]]:
    """Every leaf of one tree: its path, one slot per different feature, and its value."""
    stack: list[tuple[int, dict[int, _Slot]]] = [(0, {})]
    while stack:
        node, path = stack.pop()
        left, right = tree["left"][node], tree["right"][node]
        if left < 0:
            yield path, float(tree["value"][node])
            continue
        if left <= node or right <= node:
            raise ValueError(f"node {node} is its own descendant")
        feature, threshold = int(tree["feature"][node]), float(tree["threshold"][node])
        slot = path.get(feature, _ANYTHING)
        missing_left = bool(tree["default_left"][node])
        cover = float(tree["cover"][node])
        for child, low, high, missing_passes in (
            (left, slot.low, min(slot.high, threshold), missing_left),
            (right, max(slot.low, threshold), slot.high, not missing_left),
        ):
            share = float(tree["cover"][child]) / cover if cover > 0 else 0.0
            taken = _Slot(low, high, slot.missing_passes and missing_passes, slot.share * share)
            stack.append((int(child), {**path, feature: taken}))


def _expected(tree: Mapping[str, Any]) -> float:
    """The tree's mean value over its training cover."""
    return sum(value * float(np.prod([s.share for s in path.values()])) for path, value in _leaves(tree))
