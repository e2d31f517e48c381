"""A sentiment model that is published again, as it is or measured anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from cryptocast.errors import CorruptArtifact, RegistryError
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


def test_what_another_upload_replaced_meanwhile_is_put_right(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path)
    create = Bucket.create

    def raced(self: Bucket, key: str, body: bytes) -> str:
        if key.endswith(layout.MANIFEST):
            self.put(key.replace(layout.MANIFEST, "card.json"), b"another upload's")
        return create(self, key, body)

    monkeypatch.setattr(Bucket, "create", raced)
    publish_sentiment(bucket, folder, NOW)
    served = load_champion(bucket, layout.SENTIMENT)
    assert served.files["card.json"] == (folder / "card.json").read_bytes()


def ruined(bucket: Bucket, version: str, file: str = "card.json") -> str:
    key = layout.file_key(layout.SENTIMENT, version, file)
    bucket.put(key, b"another's")
    return key


@pytest.mark.parametrize("how", ["altered", "gone"])
@pytest.mark.parametrize("file", ["card.json", "model.onnx"])
def test_a_ruined_file_is_put_right_by_publishing_the_same_folder_again(
    bucket: Bucket, tmp_path: Path, file: str, how: str
) -> None:
    folder = written(tmp_path)
    version = publish_sentiment(bucket, folder, NOW).version
    before = objects(bucket, version)
    key = ruined(bucket, version, file)
    if how == "gone":
        bucket._client.delete_object(Bucket=bucket.name, Key=key)
    done = publish_sentiment(bucket, folder, NOW)
    assert (done.version, done.kept) == (version, False)
    assert objects(bucket, version) == before


def test_a_ruined_model_is_put_right_by_one_that_was_measured_again(bucket: Bucket, tmp_path: Path) -> None:
    folder = written(tmp_path)
    version = publish_sentiment(bucket, folder, NOW).version
    before = objects(bucket, version)
    ruined(bucket, version, "model.onnx")
    write_cards(folder, {"news_accuracy": 0.5})
    assert publish_sentiment(bucket, folder, NOW).kept
    assert objects(bucket, version) == before


def delete(bucket: Bucket, prefix: str) -> None:
    for name in bucket.names(prefix):
        bucket._client.delete_object(Bucket=bucket.name, Key=prefix + name)


def test_what_the_folder_cannot_put_right_does_not_serve_and_the_error_says_what_to_delete(
    bucket: Bucket, tmp_path: Path
) -> None:
    folder, other = written(tmp_path / "one"), written(tmp_path / "other", bias=1.0)
    before = publish_sentiment(bucket, other, NOW).version
    version = publish_sentiment(bucket, folder, NOW).version
    ruined(bucket, version)
    write_cards(folder, {"news_accuracy": 0.5})
    prefix = f"{layout.SENTIMENT}/{version}/"
    with pytest.raises(CorruptArtifact, match=f"{prefix}card.json: SHA-256 .* s3://{bucket.name}/{prefix}`"):
        publish_sentiment(bucket, folder, NOW)
    delete(bucket, prefix)
    assert not publish_sentiment(bucket, folder, NOW).kept
    assert load_champion(bucket, layout.SENTIMENT).manifest.metrics["news_accuracy"] == 0.5
    assert read_champion(bucket, layout.SENTIMENT)[0].previous == before


def test_a_manifest_that_was_altered_is_not_promoted_anew(bucket: Bucket, tmp_path: Path) -> None:
    folder = written(tmp_path)
    version = publish_sentiment(bucket, folder, NOW).version
    key = layout.file_key(layout.SENTIMENT, version, layout.MANIFEST)
    bucket.put(key, to_json(json.loads(bucket.get(key).body) | {"title": "better than it is"}))
    with pytest.raises(
        CorruptArtifact, match=rf"manifest\.json: SHA-256 .* s3://{bucket.name}/sentiment/{version}/"
    ):
        publish_sentiment(bucket, folder, NOW)
