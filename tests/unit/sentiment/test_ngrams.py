"""Words and pairs of words beside a transformer: what they learn, and that the graph gives the same."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from cryptocast.sentiment.standin_onnx import build_onnx
from sentiment_training import ngrams

WORDS = 40
GOOD, BAD, NOT = 10, 11, 12


def examples() -> tuple[list[list[int]], np.ndarray]:
    """Good is bullish and bad bearish, each turned round by the word before it; others are neutral."""
    chance = np.random.default_rng(0)
    ids, label = [], []
    for _ in range(600):
        rest = [int(x) for x in chance.integers(20, WORDS, 4)]
        for said, means in (([GOOD], 2), ([BAD], 0), ([NOT, GOOD], 0), ([NOT, BAD], 2), ([20], 1)):
            ids.append([2, *rest[:2], *said, *rest[2:], 3])
            label.append(means)
    return ids, np.array(label)


@pytest.fixture(scope="module")
def fitted() -> ngrams.NGrams:
    ids, label = examples()
    weight = np.ones(len(ids))
    return ngrams.fit(ids, np.eye(3)[label], weight, 0 * weight, WORDS)


def test_a_pair_of_words_turns_what_the_word_alone_says(fitted):
    said = ngrams.logits(fitted, [[2, 25, GOOD, 26, 3], [2, 25, NOT, GOOD, 26, 3], [2, 25, BAD, 26, 3]])
    assert said.argmax(axis=1).tolist() == [2, 0, 0]


def test_a_two_way_text_teaches_the_side_alone():
    ids, label = examples()
    sided = np.flatnonzero(label != 1)
    given = [ids[i] for i in sided]
    none = np.zeros(len(given))
    model = ngrams.fit(given, np.eye(3)[label[sided]], none, none + 1, WORDS)
    assert np.abs(model.table[:, 1]).max() == 0
    assert ngrams.logits(model, [[2, GOOD, 3]])[0].argmax() == 2


def test_the_joined_graph_gives_both_sums_whatever_the_padding(fitted):
    chance = np.random.default_rng(1)
    own = build_onnx(chance.normal(size=(WORDS, 3)), chance.normal(size=3), np.ones(WORDS))
    joined = ngrams.join(onnx.load_from_string(own), fitted, np.array([0.5, 0.3]))
    ids, mask = np.zeros((3, 9), dtype=np.int64), np.zeros((3, 9), dtype=np.int64)
    rows = [[2, GOOD, 3], [2, 25, NOT, BAD, 26, 27, 28, 29, 3], [2, 3]]
    for at, row in enumerate(rows):
        ids[at, : len(row)], mask[at, : len(row)] = row, 1
    feed = {"input_ids": ids, "attention_mask": mask}
    run = [onnxruntime.InferenceSession(m).run(None, feed)[0] for m in (own, joined.SerializeToString())]
    wanted = 0.5 * run[0] + 0.3 * ngrams.logits(fitted, rows)
    assert run[1] == pytest.approx(wanted, abs=2e-3)


def test_the_better_of_two_models_weighs_more():
    label = np.array([0, 1, 2, 0, 2] * 20)
    two_way = label != 1
    two_way[:50] = False
    right, noise = 2.0 * np.eye(3)[label], np.random.default_rng(2).normal(size=(100, 3))
    weights = ngrams.weigh(noise, right, label, two_way)
    assert weights[1] > 1
    assert weights[0] < 0.5


def test_the_graph_keeps_its_inputs_and_its_output(fitted):
    own = build_onnx(np.zeros((WORDS, 3)), np.zeros(3), np.ones(WORDS))
    graph = ngrams.join(onnx.load_from_string(own), fitted, np.ones(2)).graph
    assert [one.name for one in graph.input] == ["input_ids", "attention_mask"]
    assert graph.output == [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])]
