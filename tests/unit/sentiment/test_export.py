"""The export path, run on a local checkpoint; needs the environment of `make sentiment-export`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs torch: make sentiment-export")
transformers = pytest.importorskip("transformers", reason="needs transformers: make sentiment-export")

from cryptocast.errors import BadInput, CorruptArtifact  # noqa: E402
from cryptocast.sentiment.export import export  # noqa: E402
from cryptocast.sentiment.int8 import Disagreement  # noqa: E402
from cryptocast.sentiment.phrases import phrases  # noqa: E402
from cryptocast.sentiment.scorer import Scorer  # noqa: E402
from tests.model.cryptobert_shape import SMALL, save_checkpoint  # noqa: E402

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_checkpoint(tmp_path_factory.mktemp("checkpoint") / "cryptobert", **SMALL)


@pytest.fixture(scope="module")
def exported(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported")
    export(str(checkpoint), out, NOW)
    return out


def test_the_folder_loads_and_says_what_the_float_model_says(checkpoint, exported):
    texts, _ = phrases(200, seed=9)
    tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(checkpoint).eval()
    inputs = tokenizer(texts, padding=True, truncation=True, max_length=128, return_tensors="pt")
    with torch.no_grad():
        whole = torch.softmax(model(**inputs).logits, 1).numpy()
    found = Scorer.load(exported).score(texts)
    assert np.abs(found - whole).mean() < 0.02
    assert (found.argmax(1) == whole.argmax(1)).mean() >= 0.97


def test_the_manifest_says_where_it_came_from_and_how_well_it_agrees(exported):
    manifest = json.loads((exported / "manifest.json").read_text())
    assert manifest["labels"] == ["bearish", "neutral", "bullish"]
    assert manifest["name"] == "cryptobert"
    assert manifest["max_tokens"] == 128
    assert manifest["source"]["model"].endswith("cryptobert")
    assert manifest["metrics"]["agreement_with_float"]["argmax"] >= 0.98


def test_a_model_of_other_labels_is_refused(tmp_path):
    folder = save_checkpoint(tmp_path / "other", **SMALL, labels=("joy", "anger", "fear"))
    with pytest.raises(CorruptArtifact, match="labels are"):
        export(str(folder), tmp_path / "out", NOW)
    assert not (tmp_path / "out").exists()


def test_a_model_that_cannot_be_had_is_named(tmp_path):
    with pytest.raises(BadInput, match="nowhere"):
        export(str(tmp_path / "nowhere"), tmp_path / "out", NOW)


def test_an_int8_model_that_differs_is_not_written(checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr("cryptocast.sentiment.int8.LEAST_AGREEMENT", 1.01)
    with pytest.raises(Disagreement, match="arg-max agrees"):
        export(str(checkpoint), tmp_path / "out", NOW)
    assert not (tmp_path / "out").exists()
