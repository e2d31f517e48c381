from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from cryptocast.domain import DataLabel, Horizon
from cryptocast.errors import (
    BadInput,
    CorruptArtifact,
    ModelNotFound,
    PromotionConflict,
    RegistryError,
    StoreUnavailable,
)
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import load, load_champion, read_champion, read_manifest, versions
from cryptocast.registry.manifest import Abstain, Manifest, sha256
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish

NOW = datetime(2022, 3, 1, 12, tzinfo=UTC)
NAME = layout.price_model(Horizon.H1)
FILES = {"model.onnx": b"onnx", "trees.json": b"{}"}


def manifest(**changes: object) -> Manifest:
    fields = {"kind": "prices", "horizon": Horizon.H1, "created_at": NOW, "data_label": DataLabel.REPLAY}
    return Manifest.model_validate(fields | changes)


def published(bucket: Bucket, body: bytes = b"onnx", at: datetime = NOW) -> str:
    return publish(bucket, "prices", FILES | {"model.onnx": body}, manifest(created_at=at))


def test_a_published_version_comes_back_with_hashes_and_files(bucket: Bucket) -> None:
    version = published(bucket)
    artifact = load(bucket, NAME, version)
    assert artifact.files == FILES
    assert artifact.manifest.sha256 == {name: sha256(body) for name, body in FILES.items()}
    assert artifact.manifest.data_label is DataLabel.REPLAY
    assert version.startswith("20220301T120000Z-")
    assert versions(bucket, NAME) == [version]
    assert read_manifest(bucket, NAME, version) == artifact.manifest


def test_sentiment_lies_in_its_own_folder_without_a_horizon(bucket: Bucket) -> None:
    version = publish(bucket, "sentiment", FILES, manifest(kind="sentiment", horizon=None, stand_in=True))
    assert load(bucket, "sentiment", version).manifest.stand_in


def test_publishing_the_same_twice_changes_nothing(bucket: Bucket) -> None:
    assert published(bucket) == published(bucket)
    assert len(versions(bucket, NAME)) == 1


def test_a_version_is_immutable(bucket: Bucket) -> None:
    version = published(bucket)
    with pytest.raises(RegistryError, match="exists already with other content"):
        publish(bucket, "prices", FILES | {"model.onnx": b"other"}, manifest(version=version))
    assert load(bucket, NAME, version).files["model.onnx"] == b"onnx"


def test_publishing_again_puts_back_a_file_that_is_not_its_manifests(bucket: Bucket) -> None:
    version = published(bucket)
    bucket.put(layout.file_key(NAME, version, "model.onnx"), b"other")
    assert published(bucket) == version
    assert load(bucket, NAME, version).files == FILES


def test_an_unfinished_upload_cannot_be_loaded(bucket: Bucket) -> None:
    bucket.put(layout.file_key(NAME, "v1", "model.onnx"), b"onnx")
    with pytest.raises(ModelNotFound, match="no version v1"):
        load(bucket, NAME, "v1")


def test_a_changed_file_is_refused_with_both_hashes(bucket: Bucket) -> None:
    version = published(bucket)
    bucket.put(layout.file_key(NAME, version, "model.onnx"), b"hostile")
    with pytest.raises(CorruptArtifact) as refused:
        load(bucket, NAME, version)
    assert sha256(b"hostile") in str(refused.value)
    assert sha256(b"onnx") in str(refused.value)


def test_a_changed_manifest_of_a_champion_is_refused(bucket: Bucket) -> None:
    version = published(bucket)
    promote(bucket, NAME, version, None, "first", NOW)
    key = layout.file_key(NAME, version, layout.MANIFEST)
    changed = json.loads(bucket.get(key).body) | {"title": "better than it is"}
    bucket.put(key, json.dumps(changed).encode())
    with pytest.raises(CorruptArtifact, match=r"manifest\.json: SHA-256"):
        load_champion(bucket, NAME)


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"kind": "prices"}'])
def test_a_broken_manifest_is_corrupt_not_a_crash(bucket: Bucket, body: bytes) -> None:
    version = published(bucket)
    bucket.put(layout.file_key(NAME, version, layout.MANIFEST), body)
    with pytest.raises(CorruptArtifact, match=version):
        load(bucket, NAME, version)


def test_the_manifest_of_another_version_is_corrupt(bucket: Bucket) -> None:
    first, second = published(bucket), published(bucket, b"other")
    stolen = bucket.get(layout.file_key(NAME, second, layout.MANIFEST)).body
    bucket.put(layout.file_key(NAME, first, layout.MANIFEST), stolen)
    with pytest.raises(CorruptArtifact, match=second):
        load(bucket, NAME, first)


def test_a_file_that_is_gone_is_corrupt(bucket: Bucket) -> None:
    version = published(bucket)
    bucket._client.delete_object(Bucket=bucket.name, Key=layout.file_key(NAME, version, "trees.json"))
    with pytest.raises(CorruptArtifact, match=r"trees\.json"):
        load(bucket, NAME, version)


def test_no_champion_is_named(bucket: Bucket) -> None:
    with pytest.raises(ModelNotFound, match="prices/1h has no champion"):
        load_champion(bucket, NAME)


def test_promotion_serves_the_version_and_remembers_the_previous(bucket: Bucket) -> None:
    first, second = published(bucket), published(bucket, b"other", NOW + timedelta(days=1))
    promote(bucket, NAME, first, None, "no champion yet", NOW)
    _, etag = read_champion(bucket, NAME)
    promote(bucket, NAME, second, etag, "lower Brier", NOW)
    champion, _ = read_champion(bucket, NAME)
    assert (champion.version, champion.previous, champion.reason) == (second, first, "lower Brier")
    assert load_champion(bucket, NAME).files["model.onnx"] == b"other"


def test_two_jobs_cannot_both_win(bucket: Bucket) -> None:
    first, second, third = (published(bucket, b) for b in (b"1", b"2", b"3"))
    promote(bucket, NAME, first, None, "first", NOW)
    with pytest.raises(PromotionConflict):
        promote(bucket, NAME, second, None, "also thought there was none", NOW)
    _, etag = read_champion(bucket, NAME)
    promote(bucket, NAME, second, etag, "won", NOW)
    with pytest.raises(PromotionConflict):
        promote(bucket, NAME, third, etag, "lost", NOW)
    assert read_champion(bucket, NAME)[0].version == second


def test_repeating_a_promotion_whose_answer_was_lost_succeeds(bucket: Bucket) -> None:
    version = published(bucket)
    assert promote(bucket, NAME, version, None, "first", NOW) == promote(
        bucket, NAME, version, None, "first", NOW
    )


def test_an_absent_or_broken_version_is_not_promoted(bucket: Bucket) -> None:
    with pytest.raises(ModelNotFound):
        promote(bucket, NAME, "v404", None, "wish", NOW)
    version = published(bucket)
    bucket.put(layout.file_key(NAME, version, layout.MANIFEST), b"{}")
    with pytest.raises(CorruptArtifact):
        promote(bucket, NAME, version, None, "wish", NOW)
    with pytest.raises(ModelNotFound):
        read_champion(bucket, NAME)


def test_going_back_is_one_more_promotion(bucket: Bucket) -> None:
    first, second = published(bucket, b"1"), published(bucket, b"2")
    promote(bucket, NAME, first, None, "first", NOW)
    for version, previous in ((second, first), (first, second)):
        promote(bucket, NAME, version, read_champion(bucket, NAME)[1], "next", NOW)
        assert read_champion(bucket, NAME)[0].previous == previous


def test_a_broken_champion_file_is_named_and_can_be_replaced(bucket: Bucket) -> None:
    version = published(bucket)
    etag = bucket.put(layout.champion_key(NAME), b"garbage")
    with pytest.raises(CorruptArtifact, match=r"prices/1h/champion\.json"):
        load_champion(bucket, NAME)
    promote(bucket, NAME, version, etag, "repair", NOW)
    assert load_champion(bucket, NAME).manifest.version == version


def test_a_kind_that_is_not_the_manifests_is_refused(bucket: Bucket) -> None:
    with pytest.raises(BadInput, match="kind 'prices'"):
        publish(bucket, "sentiment", FILES, manifest())
    with pytest.raises(BadInput, match=r"manifest\.json"):
        publish(bucket, "prices", {"manifest.json": b"{}"}, manifest())


def test_a_missing_bucket_is_transient_not_a_missing_model(bucket: Bucket) -> None:
    with pytest.raises(StoreUnavailable, match="NoSuchBucket"):
        Bucket(bucket._client, "elsewhere").get("x")


@pytest.mark.parametrize("threshold", [0.49, 1.01, float("nan")])
def test_a_threshold_outside_half_to_one_is_no_manifest(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        Abstain(threshold=threshold, rule="made up")
