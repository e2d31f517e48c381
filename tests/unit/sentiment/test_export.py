"""The export path, run on a local checkpoint; needs the environment of `make sentiment-export`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="needs onnx: make sentiment-export")
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
    assert manifest["version"] in (exported / "card.html").read_text()


def test_the_export_for_arm_uses_all_8_bits_and_says_so(checkpoint, exported, tmp_path):
    made = export(str(checkpoint), tmp_path / "arm", NOW, processor="arm64")
    assert made["params"] == {"processor": "arm64", "reduced_range": False, "weights": "int8"}
    assert greatest_weight(tmp_path / "arm") > 64 >= greatest_weight(exported)


def greatest_weight(folder: Path) -> int:
    """The greatest magnitude among the int8 matrices: 127 in full range, 64 at most in the reduced one."""
    given = onnx.load(folder / "model.onnx").graph.initializer
    whole = [onnx.numpy_helper.to_array(one) for one in given if one.data_type == onnx.TensorProto.INT8]
    return max(int(np.abs(one.astype(int)).max()) for one in whole if one.ndim == 2)


@pytest.mark.parametrize(
    ("limit", "value", "says"),
    [
        ("LEAST_AGREEMENT", 1.01, "arg-max agrees"),
        ("MOST_SHIFT", -1.0, r"mean \|Δp\|"),
        ("MOST_RECALL_LOSS", -1.0, "recall"),
    ],
)
def test_an_int8_model_beyond_any_limit_is_not_written(checkpoint, tmp_path, monkeypatch, limit, value, says):
    monkeypatch.setattr(f"cryptocast.sentiment.int8.{limit}", value)
    with pytest.raises(Disagreement, match=says):
        export(str(checkpoint), tmp_path / "out", NOW)
    assert not (tmp_path / "out").exists()


def test_a_model_of_other_labels_is_refused(tmp_path):
    folder = save_checkpoint(tmp_path / "other", **SMALL, labels=("joy", "anger", "fear"))
    with pytest.raises(CorruptArtifact, match="labels are"):
        export(str(folder), tmp_path / "out", NOW)
    assert not (tmp_path / "out").exists()


def test_a_model_that_cannot_be_had_is_named(tmp_path):
    with pytest.raises(BadInput, match="nowhere"):
        export(str(tmp_path / "nowhere"), tmp_path / "out", NOW)
