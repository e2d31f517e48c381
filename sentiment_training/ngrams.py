"""Words and pairs of words, weighed one by one; their sum joins the transformer's logits in its own file.

A linear model on word pairs errs elsewhere than a transformer of this size, most of all on the short messages
of traders, and costs next to nothing. Pairs share `PAIRS` rows by a hash of their two ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx
import scipy.sparse as sp
from onnx import TensorProto, helper, numpy_helper
from scipy.optimize import minimize

from cryptocast.sentiment.artifact import LABELS

Array = npt.NDArray[np.float64]
Ids = Sequence[Sequence[int]]

PAIRS = 1 << 17
FIRST, SECOND = 1_000_003, 7_919
PENALTY = 0.3
SPECIAL_IDS = 5
"""Padding, unknown and the marks of a text's ends: no words. A pair with an end does count."""
LEAST_TEXTS = 2
ITERATIONS = 100


@dataclass(frozen=True)
class NGrams:
    """Logits: the sum of a text's rows, three columns, over the root of the fourth's sum, and the bias."""

    table: npt.NDArray[np.float16]
    """(words + PAIRS, 4): idf times the weight for each class, and idf²."""
    bias: npt.NDArray[np.float32]


def counts(ids: Ids, words: int) -> sp.csr_matrix:
    """How often each word and each hashed pair occurs, (n, words + PAIRS)."""
    columns = []
    for row in ids:
        one = np.asarray(row, dtype=np.int64)
        columns.append(np.concatenate([one, words + (one[:-1] * FIRST + one[1:] * SECOND) % PAIRS]))
    at = np.repeat(np.arange(len(columns)), [len(one) for one in columns])
    shape = (len(columns), words + PAIRS)
    return sp.csr_matrix((np.ones(at.size), (at, np.concatenate(columns))), shape=shape)


def fit(ids: Ids, target: Array, three_way: Array, two_way: Array, words: int) -> NGrams:
    """Logistic regression with a ridge penalty; targets and weights as `train.Examples` has them."""
    counted = counts(ids, words)
    texts = np.asarray((counted > 0).sum(axis=0)).ravel()
    idf = np.where(texts >= LEAST_TEXTS, np.log((len(ids) + 1) / (texts + 1)) + 1.0, 0.0)
    idf[:SPECIAL_IDS] = 0.0
    norm = np.sqrt(np.asarray(counted @ idf**2).ravel() + 1e-6)
    kept = np.flatnonzero(idf)
    inputs = (sp.diags(1 / norm) @ counted[:, kept] @ sp.diags(idf[kept])).tocsr()
    sides = target[:, [0, 2]] / np.maximum(target[:, [0, 2]].sum(axis=1, keepdims=True), 1e-6)

    def loss(flat: Array) -> tuple[float, Array]:
        weights, bias = flat[:-3].reshape(-1, 3), flat[-3:]
        logits = inputs @ weights + bias
        every, either = _log_softmax(logits), _log_softmax(logits[:, [0, 2]])
        error = three_way[:, None] * (np.exp(every) - target)
        error[:, [0, 2]] += two_way[:, None] * (np.exp(either) - sides)
        total = -(three_way @ (every * target).sum(axis=1)) - two_way @ (either * sides).sum(axis=1)
        slope = np.concatenate([(inputs.T @ error + PENALTY * weights).ravel(), error.sum(axis=0)])
        return float(total + PENALTY / 2 * (weights**2).sum()), slope

    start = np.zeros(3 * (kept.size + 1))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS}).x
    table = np.zeros((idf.size, len(LABELS) + 1))
    table[kept, :3] = found[:-3].reshape(-1, 3) * idf[kept, None]
    table[:, 3] = idf**2
    return NGrams(table.astype(np.float16), found[-3:].astype(np.float32))


def logits(model: NGrams, ids: Ids) -> Array:
    """(n, 3), as the graph of `join` gives them."""
    sums = counts(ids, len(model.table) - PAIRS) @ model.table.astype(np.float64)
    return np.asarray(sums[:, :3] / np.sqrt(sums[:, 3:] + 1e-6) + model.bias)


def weigh(one: Array, other: Array, label: npt.NDArray[np.int64], two_way: npt.NDArray[np.bool_]) -> Array:
    """The weights (2,) of two models' logits that make the likeliest sum of both on labelled texts."""

    def loss(weights: Array) -> float:
        joint = weights[0] * one + weights[1] * other
        three = _log_softmax(joint)[~two_way, label[~two_way]]
        two = _log_softmax(joint[:, [0, 2]])[two_way, label[two_way] // 2]
        return -float(three.mean() + two.mean())

    return np.asarray(minimize(loss, np.array([1.0, 0.5]), method="L-BFGS-B", bounds=[(0, 3), (0, 3)]).x)


def _log_softmax(values: Array) -> Array:
    moved = values - values.max(axis=1, keepdims=True)
    return np.asarray(moved - np.log(np.exp(moved).sum(axis=1, keepdims=True)))


def join(graph: onnx.ModelProto, model: NGrams, weights: Array) -> onnx.ModelProto:
    """`graph` with `weights[0]` times its logits plus `weights[1]` times those of `model` as its logits."""
    joined = onnx.ModelProto()
    joined.CopyFrom(graph)
    for node in joined.graph.node:
        node.output[:] = ["text_logits" if name == "logits" else name for name in node.output]
    table = model.table.astype(np.float32)
    table[:, :3] *= weights[1]
    named = {
        "table": table.astype(np.float16), "bias": (model.bias * weights[1]).astype(np.float32),
        "own": np.array(weights[0], dtype=np.float32), "tiny": np.array(1e-6, dtype=np.float32),
        "first": np.array(FIRST), "second": np.array(SECOND), "pairs": np.array(PAIRS),
        "words": np.array(len(table) - PAIRS), "zero": np.array([0]), "one": np.array([1]),
        "back": np.array([-1]), "end": np.array([np.iinfo(np.int64).max]), "parts": np.array([3, 1]),
    }  # fmt: skip
    joined.graph.initializer.extend(numpy_helper.from_array(v, f"ngrams_{k}") for k, v in named.items())
    joined.graph.node.extend(_nodes())
    onnx.checker.check_model(joined)
    return joined


def _nodes() -> list[onnx.NodeProto]:
    made: list[onnx.NodeProto] = []

    def add(kind: str, inputs: str, **said: object) -> str:
        out = f"ngrams_{len(made)}_{kind}"
        found = [name if "_" in name else f"ngrams_{name}" for name in inputs.split()]
        made.append(helper.make_node(kind, found, [out], **said))
        return out

    left = add("Mul", f"{add('Slice', 'input_ids zero back one')} first")
    right = add("Mul", f"{add('Slice', 'input_ids one end one')} second")
    both = add("Add", f"{left} {right}")
    pairs = add("Add", f"{add('Mod', f'{both} pairs')} words")
    rows = add(
        "Cast", add("Gather", f"table {add('Concat', f'input_ids {pairs}', axis=1)}"), to=TensorProto.FLOAT
    )
    mask = add("Concat", f"attention_mask {add('Slice', 'attention_mask one end one')}", axis=1)
    column = add("Unsqueeze", f"{add('Cast', mask, to=TensorProto.FLOAT)} back")
    sums = add("ReduceSum", f"{add('Mul', f'{rows} {column}')} one", keepdims=0)
    made.append(helper.make_node("Split", [sums, "ngrams_parts"], ["ngrams_raw", "ngrams_squares"], axis=1))
    root = add("Sqrt", add("Add", "ngrams_squares tiny"))
    theirs = add("Add", f"{add('Div', f'ngrams_raw {root}')} bias")
    ours = add("Mul", "text_logits own")
    made.append(helper.make_node("Add", [ours, theirs], ["logits"]))
    return made
