"""int8 that says something else than float is refused, each fault in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptocast.sentiment.int8 import Disagreement, compare

SURE = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]] * 40)


def test_the_same_scores_agree_in_everything():
    found = compare(SURE, SURE)
    assert (found.argmax, found.mean_shift, found.recall_loss) == (1.0, 0.0, 0.0)
    found.require()


def test_answers_that_flip_are_refused():
    flipped = SURE.copy()
    flipped[:3] = flipped[:3, ::-1]
    flipped[[0, 3, 6]] = [0.1, 0.1, 0.8]
    with pytest.raises(Disagreement, match="arg-max agrees on 9"):
        compare(SURE, flipped).require()


def test_probabilities_that_shift_are_refused_though_every_answer_stays():
    soft = SURE * 0.7 + 0.1
    with pytest.raises(Disagreement, match=r"mean \|Δp\| is 0\.0"):
        compare(SURE, soft).require()


def test_recall_is_of_the_truth_where_there_is_one():
    truth = np.zeros(len(SURE), dtype=np.int64)
    worse = SURE.copy()
    worse[0] = [0.1, 0.8, 0.1]
    assert compare(SURE, worse, truth).recall_loss == pytest.approx(1 / len(SURE))
    assert compare(SURE, worse).recall_loss == pytest.approx(1 / 40)


@given(st.integers(0, 2**32 - 1))
def test_a_better_int8_model_loses_no_recall(seed):
    p = np.random.default_rng(seed).dirichlet([1, 1, 1], 50)
    assert compare(p, np.eye(3)[p.argmax(axis=1)], p.argmax(axis=1)).recall_loss == 0.0
