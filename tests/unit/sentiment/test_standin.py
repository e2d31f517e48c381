"""The stand-in names itself one, is small, and its training works on any folder of labelled texts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from cryptocast.registry.manifest import parse_manifest
from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin import FOLDER
from cryptocast.sentiment.standin_training import STOCKTWITS, TWITTER, measure, read_texts, train

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())


def test_the_manifest_says_that_it_is_a_stand_in_and_what_it_was_trained_on():
    assert MANIFEST["name"] == "standin"
    assert MANIFEST["stand_in"] is True
    assert MANIFEST["version"].startswith("standin-")
    assert set(MANIFEST["training_data"]) == {STOCKTWITS, TWITTER}


def test_the_manifest_states_held_out_accuracy_beside_the_baseline():
    metrics = MANIFEST["metrics"]
    assert metrics["stocktwits_two_way_accuracy"] > 0.65
    assert metrics["twitter_three_way_accuracy"] > metrics["twitter_majority_accuracy"]
    assert min(metrics["stocktwits_texts"], metrics["twitter_texts"]) > 1_000


def test_the_manifest_is_one_that_the_registry_reads():
    manifest = parse_manifest((FOLDER / "manifest.json").read_bytes(), "manifest.json")
    assert manifest.stand_in
    assert manifest.kind == "sentiment"


def test_the_files_are_small():
    assert sum(file.stat().st_size for file in FOLDER.iterdir() if file.is_file()) < 1_500_000


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An artifact trained on made-up texts in the shape of the real files."""
    folder = tmp_path_factory.mktemp("texts")
    random = np.random.default_rng(0)
    words = {"bearish": ["fall", "loss"], "neutral": ["meeting", "report"], "bullish": ["gain", "rise"]}

    def rows(labels, count):
        picked = [str(label) for label in random.choice(labels, count)]
        text = [
            f"{random.choice(words[label])} case {i} {random.choice(words[label])}"
            for i, label in enumerate(picked)
        ]
        return pd.DataFrame({"text": text, "label": picked})

    rows(["bearish", "bullish"], 400).to_parquet(folder / STOCKTWITS)
    rows(list(words), 400).to_parquet(folder / TWITTER)
    return folder, train(folder, CREATED)


def test_training_learns_and_what_it_makes_loads(made):
    _, files = made
    scorer = Scorer.load(files)
    scores = scorer.score(["fall loss", "meeting report", "gain rise"])
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def test_training_measures_on_texts_it_kept_out(made):
    folder, files = made
    metrics = json.loads(files["manifest.json"])["metrics"]
    held_out = read_texts(folder).held_out
    assert metrics["stocktwits_texts"] + metrics["twitter_texts"] == held_out.sum()
    assert 0 < held_out.sum() < held_out.size / 3
    assert metrics["twitter_three_way_accuracy"] > 0.9


def test_a_text_in_both_files_counts_once(tmp_path):
    for name in (STOCKTWITS, TWITTER):
        pd.DataFrame(
            {"text": ["gain", "gain", "loss"], "label": ["bullish", "bullish", "bearish"]}
        ).to_parquet(tmp_path / name)
    texts = read_texts(tmp_path)
    assert sorted(texts.text) == ["gain", "loss"]


def test_two_way_texts_are_measured_without_the_neutral_answer():
    probabilities = np.array([[0.1, 0.8, 0.05], [0.1, 0.8, 0.1], [0.0, 0.9, 0.1]])
    found = measure(probabilities, np.array([0, 1, 2]), np.array([True, False, False]))
    assert found["stocktwits_two_way_accuracy"] == 1.0
    assert found["twitter_three_way_accuracy"] == 0.5
