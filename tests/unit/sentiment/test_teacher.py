"""What the teachers say reaches the student as it should. Needs torch: `make sentiment-test`."""

from __future__ import annotations

import argparse

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs torch: make sentiment-export")
pytest.importorskip("transformers", reason="needs torch: make sentiment-export")

from sentiment_training import teacher, texts
from sentiment_training.kept import file_name
from sentiment_training.train import Examples

LABELLED = [f"message {i}" for i in range(40)]
POSTS = ["a post", "another"]


def examples(some: list[str]) -> Examples:
    one = np.ones(len(some), np.float32)
    return Examples(some, np.tile(np.float32([0.75, 0.25, 0.0]), (len(some), 1)), 0.3 * one, 0.8 * one)


@pytest.fixture
def material() -> texts.Material:
    development = texts.Labelled(["kept apart"], np.array([2]), np.array([True]), np.array(["development"]))
    return texts.Material(examples(LABELLED), examples(["a phrase"]), development, POSTS)


def keep(given: argparse.Namespace, fold: int, said: np.ndarray) -> None:
    """What `teacher._fold` finds in place of a training."""
    others = [*POSTS, "kept apart"]
    settings = {
        "fold": fold,
        "taught": teacher.TAUGHT,
        "teacher": given.teacher,
        "texts": ["a phrase", *others],
    }
    name = file_name("teacher", given.data, settings)
    np.save((given.work / name).with_suffix(".npy"), said.astype(np.float16))


def test_of_a_labelled_text_counts_the_teacher_that_did_not_see_it_of_others_the_mean(tmp_path, material):
    given = argparse.Namespace(data=tmp_path, work=tmp_path, teacher="models/mpnet")
    for fold in range(teacher.FOLDS):
        keep(given, fold, np.full((len(LABELLED) + 3, 3), fold / 8))
    said = teacher.taught(given, material)
    assert len(set(teacher.folds(LABELLED))) == teacher.FOLDS
    assert said.labelled[:, 0] == pytest.approx(teacher.folds(LABELLED) / 8)
    assert said.posts.shape == (2, 3) and said.development.shape == (1, 3)
    assert said.posts[0, 0] == pytest.approx(np.mean(range(teacher.FOLDS)) / 8)


def test_a_label_keeps_its_share_and_its_weights():
    mixed = texts.softened(examples(LABELLED), np.tile([0.0, 0.25, 0.75], (40, 1)), 0.8)
    assert mixed.target[0] == pytest.approx([0.15, 0.25, 0.6])
    assert mixed.three_way[0] == pytest.approx(0.3) and mixed.two_way[0] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("BTC 🚀 https://example.com/a", "bitcoin  rocket   "),
        ("HODL, no FUD", "hold on for gains, no fear and doubt"),
        ("rugged terrain of wrecked ships", "robbed terrain of wrecked ships"),
        ("nothing to spell", "nothing to spell"),
    ],
)
def test_a_text_is_spelled_in_words_that_any_encoder_has(text, read):
    assert teacher.spelled(text) == read
