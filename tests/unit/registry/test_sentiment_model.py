"""A sentiment model that is published again, as it is or measured anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from cryptocast.errors import CorruptArtifact, ModelNotFound, RegistryError
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import load_champion, read_champion
from cryptocast.registry.sentiment_model import publish_sentiment
from cryptocast.sentiment.artifact import LABELS, to_json
from cryptocast.sentiment.standin_onnx import build_onnx
from cryptocast.sentiment.writing import write_cards, write_model
from tests.unit.registry.conftest import bucket, s3
from tests.unit.sentiment.artifacts import word_tokenizer

__all__ = ["bucket", "s3"]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def written(folder: Path, bias: float = 0.0) -> Path:
    write_model(
        folder,
        build_onnx(np.zeros((2, 3)), np.array([0.0, bias, 0.0]), np.ones(2)),
        word_tokenizer(),
        name="small",
        labels=LABELS,
        max_tokens=128,
        created_at=NOW,
        said={"title": "a small model", "metrics": {"news_accuracy": 0.4, "news_texts": 100}},
    )
    return folder


def objects(bucket: Bucket, version: str) -> dict[str, bytes]:
    prefix = f"{layout.SENTIMENT}/{version}/"
    return {name: bucket.get(prefix + name).body for name in bucket.names(prefix)}


def test_the_same_again_changes_nothing(bucket: Bucket, tmp_path: Path) -> None:
    folder = written(tmp_path)
    first, again = (publish_sentiment(bucket, folder, NOW + timedelta(hours=h)) for h in (0, 1))
    assert first == again
    assert not again.kept
    assert read_champion(bucket, layout.SENTIMENT)[0].promoted_at == NOW


def test_a_model_that_was_measured_again_serves_with_what_was_registered(
    bucket: Bucket, tmp_path: Path
) -> None:
    folder, other = written(tmp_path / "one"), written(tmp_path / "other", bias=1.0)
    version = publish_sentiment(bucket, folder, NOW).version
    before = objects(bucket, version)
    assert publish_sentiment(bucket, other, NOW).version != version
    write_cards(folder, {"news_accuracy": 0.5})
    again = publish_sentiment(bucket, folder, NOW)
    assert (again.version, again.kept) == (version, True)
    assert objects(bucket, version) == before
    served = load_champion(bucket, layout.SENTIMENT).manifest
    assert (served.version, served.metrics["news_accuracy"]) == (version, 0.4)


def test_another_model_under_the_same_version_is_still_refused(bucket: Bucket, tmp_path: Path) -> None:
    version = publish_sentiment(bucket, written(tmp_path / "one"), NOW).version
    other = written(tmp_path / "other", bias=1.0)
    manifest = json.loads((other / layout.MANIFEST).read_text()) | {"version": version}
    (other / layout.MANIFEST).write_bytes(to_json(manifest))
    with pytest.raises(RegistryError, match="exists already with other content"):
        publish_sentiment(bucket, other, NOW)


def test_other_tokens_make_another_model(bucket: Bucket, tmp_path: Path) -> None:
    folder = written(tmp_path)
    publish_sentiment(bucket, folder, NOW)
    manifest = json.loads((folder / layout.MANIFEST).read_text()) | {"max_tokens": 64}
    (folder / layout.MANIFEST).write_bytes(to_json(manifest))
    with pytest.raises(RegistryError, match="exists already with other content"):
        publish_sentiment(bucket, folder, NOW)


def test_what_was_registered_and_altered_does_not_come_to_serve(bucket: Bucket, tmp_path: Path) -> None:
    folder = written(tmp_path)
    version = publish_sentiment(bucket, folder, NOW).version
    bucket.put(layout.file_key(layout.SENTIMENT, version, "model.onnx"), b"hostile")
    write_cards(folder, {"news_accuracy": 0.5})
    with pytest.raises(CorruptArtifact, match=r"model\.onnx"):
        publish_sentiment(bucket, folder, NOW)


def cut_off(bucket: Bucket, folder: Path) -> str:
    """An upload of `folder` that ended before its manifest; returns the version."""
    version = publish_sentiment(bucket, folder, NOW).version
    for key in (
        layout.file_key(layout.SENTIMENT, version, layout.MANIFEST),
        layout.champion_key(layout.SENTIMENT),
    ):
        bucket._client.delete_object(Bucket=bucket.name, Key=key)
    return version


def test_an_upload_that_was_cut_off_is_finished_with_other_cards(bucket: Bucket, tmp_path: Path) -> None:
    folder = written(tmp_path)
    version = cut_off(bucket, folder)
    write_cards(folder, {"news_accuracy": 0.5})
    done = publish_sentiment(bucket, folder, NOW)
    assert (done.version, done.kept) == (version, False)
    served = load_champion(bucket, layout.SENTIMENT)
    assert served.manifest.metrics["news_accuracy"] == 0.5
    assert served.files["card.json"] == (folder / "card.json").read_bytes()


def test_what_another_upload_replaced_meanwhile_does_not_come_to_serve(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path)
    create = Bucket.create

    def raced(self: Bucket, key: str, body: bytes) -> str:
        if key.endswith(layout.MANIFEST):
            self.put(key.replace(layout.MANIFEST, "card.json"), b"another upload's")
        return create(self, key, body)

    monkeypatch.setattr(Bucket, "create", raced)
    with pytest.raises(CorruptArtifact, match=r"card\.json"):
        publish_sentiment(bucket, folder, NOW)
    with pytest.raises(ModelNotFound):
        read_champion(bucket, layout.SENTIMENT)
