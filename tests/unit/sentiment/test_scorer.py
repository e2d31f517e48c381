"""The scorer scores any text, and one text never costs another its score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryptocast.sentiment.scorer import NEUTRAL, Scorer
from cryptocast.sentiment.standin import FOLDER


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load(FOLDER)


def test_probabilities_are_bearish_neutral_bullish_and_sum_to_one(scorer):
    scores = scorer.score(["Prices crash, traders panic", "Shares surge to a record high"])
    assert scores.shape == (2, 3)
    assert scores.sum(axis=1) == pytest.approx([1, 1])
    assert scores[0, 0] > scores[0, 2]
    assert scores[1, 2] > scores[1, 0]


@pytest.mark.parametrize("text", ["", " \n\t", "\x00", "https://example.com/a", "﻿", "\u200b"])
def test_a_text_with_nothing_to_read_in_it_is_finite_and_near_neutral(scorer, text):
    (score,) = scorer.score([text])
    assert score.argmax() == 1


def test_empty_text_is_exactly_neutral(scorer):
    assert scorer.score(["", "  \n"]).tolist() == [list(NEUTRAL)] * 2


def test_no_texts_no_scores(scorer):
    assert scorer.score([]).shape == (0, 3)


def test_a_huge_text_is_cut_and_costs_no_more_than_a_long_one(scorer):
    long = "profit and growth " * 1_000
    huge = scorer.score([long * 600, "x" * 10_000_000])
    assert np.isfinite(huge).all()
    assert huge[0] == pytest.approx(scorer.score([long])[0], abs=1e-6)


def test_only_the_first_128_tokens_are_read(scorer):
    start = "bank " * 128
    longer, short = scorer.score([start + "crash panic bankrupt", start])
    assert longer == pytest.approx(short, abs=1e-6)


@given(texts=st.lists(st.text(st.characters(), max_size=60), max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_texts_score_finite_each_as_it_would_alone(scorer, texts):
    scores = scorer.score([*texts, "\ud800 \udfff \x00 \u202e"])
    assert np.isfinite(scores).all()
    assert scores.sum(axis=1) == pytest.approx(np.ones(len(texts) + 1))
    for text, score in zip(texts[:3], scores, strict=False):
        assert scorer.score([text])[0] == pytest.approx(score, abs=1e-6)


def test_scores_come_back_in_the_order_of_the_texts(scorer):
    texts = [f"shares {'surge' if i % 2 else 'plunge'} " + "today " * (i % 17) for i in range(150)]
    scores = scorer.score(texts)
    assert (scores[1::2, 2] > scores[::2, 2]).all()


def test_a_text_that_the_model_fails_on_is_nan_and_costs_the_others_nothing(scorer, tmp_path):
    broken = Scorer.load(narrow_model(tmp_path))
    scores = broken.score(["the", UNKNOWN_TO_THE_MODEL, "the"])
    assert np.isfinite(scores[[0, 2]]).all()
    assert np.isnan(scores[1]).all()


UNKNOWN_TO_THE_MODEL = "growth"


def narrow_model(folder):
    """A model with one row of weights fewer than its tokenizer has words: the last word breaks it."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    from cryptocast.sentiment.standin_onnx import build_onnx
    from tests.unit.sentiment.artifacts import write_artifact

    words = {"[PAD]": 0, "[UNK]": 1, "the": 2, UNKNOWN_TO_THE_MODEL: 3}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    model = build_onnx(np.zeros((3, 3)), np.zeros(3), np.ones(3))
    return write_artifact(folder, model, tokenizer.to_str().encode(), ["the"], [[1 / 3, 1 / 3, 1 / 3]])


def test_labels_in_another_order_are_put_in_ours(tmp_path):
    from tests.unit.sentiment.artifacts import constant_artifact

    bias = [np.log(0.7), np.log(0.2), np.log(0.1)]
    labels = ("bullish", "bearish", "neutral")
    scorer = Scorer.load(constant_artifact(tmp_path, bias, labels, golden=[0.2, 0.1, 0.7]))
    assert scorer.score(["anything"])[0] == pytest.approx([0.2, 0.1, 0.7], abs=1e-6)
