"""Every way to alter a stored version, and that each is refused by name."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cryptocast.domain import Horizon
from cryptocast.errors import CorruptArtifact, ModelNotFound, PromotionConflict
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import load_candidate, name_candidate, read_candidate, settle
from cryptocast.registry.decision import Decision, decisions, record_decision
from cryptocast.registry.load import load, load_champion, read_champion
from cryptocast.registry.manifest import Manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish

NOW = datetime(2022, 3, 1, 12, tzinfo=UTC)
NAME = layout.price_model(Horizon.H1)
FILES = ("model.onnx", "trees.json", "card.json")


def published(bucket: Bucket, mark: str) -> str:
    manifest = Manifest(kind="prices", horizon=Horizon.H1, created_at=NOW)
    return publish(bucket, "prices", {file: f"{file} of {mark}".encode() for file in FILES}, manifest)


def at(version: str, file: str) -> str:
    return layout.file_key(NAME, version, file)


@pytest.fixture
def champion(bucket: Bucket) -> str:
    version = published(bucket, "the champion")
    promote(bucket, NAME, version, None, "first", NOW)
    return version


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("how", ["altered", "cut short", "empty", "longer", "of another version", "gone"])
def test_a_file_that_is_not_the_manifests_is_refused(
    bucket: Bucket, champion: str, file: str, how: str
) -> None:
    other = published(bucket, "another version")
    whole = bucket.get(at(champion, file)).body
    if how == "gone":
        bucket._client.delete_object(Bucket=bucket.name, Key=at(champion, file))
    else:
        changed = {
            "altered": bytes([whole[0] ^ 1]) + whole[1:],
            "cut short": whole[:-1],
            "empty": b"",
            "longer": whole + b"\n",
            "of another version": bucket.get(at(other, file)).body,
        }
        bucket.put(at(champion, file), changed[how])
    with pytest.raises(CorruptArtifact, match=f"{champion}/{file}"):
        load_champion(bucket, NAME)
    with pytest.raises(CorruptArtifact):
        load(bucket, NAME, champion)
    assert load(bucket, NAME, other).files[file]


def test_a_file_and_its_hash_altered_together_are_refused_once_promoted(
    bucket: Bucket, champion: str
) -> None:
    """Who can write the bucket can make a manifest fit; champion.json holds the manifest's own hash."""
    from cryptocast.registry.manifest import sha256

    bucket.put(at(champion, "model.onnx"), b"hostile")
    manifest = json.loads(bucket.get(at(champion, layout.MANIFEST)).body)
    manifest["sha256"]["model.onnx"] = sha256(b"hostile")
    bucket.put(at(champion, layout.MANIFEST), json.dumps(manifest).encode())
    with pytest.raises(CorruptArtifact, match=r"manifest\.json: SHA-256"):
        load_champion(bucket, NAME)


@pytest.mark.parametrize("change", [
    {"calibration": {"method": "platt", "a": 9.0, "b": 0.0}}, {"metrics": {"brier": 0.1}}, {"sha256": {}},
    {"trigger": "x"},
])  # fmt: skip
def test_a_manifest_altered_after_promotion_is_refused(
    bucket: Bucket, champion: str, change: dict[str, object]
) -> None:
    manifest = json.loads(bucket.get(at(champion, layout.MANIFEST)).body)
    bucket.put(at(champion, layout.MANIFEST), json.dumps(manifest | change).encode())
    with pytest.raises(CorruptArtifact, match=r"manifest\.json: SHA-256"):
        load_champion(bucket, NAME)


def test_whole_versions_swapped_are_refused(bucket: Bucket, champion: str) -> None:
    other = published(bucket, "another version")
    for file in (*FILES, layout.MANIFEST):
        mine, theirs = (bucket.get(at(version, file)).body for version in (champion, other))
        bucket.put(at(champion, file), theirs)
        bucket.put(at(other, file), mine)
    for version in (champion, other):
        with pytest.raises(CorruptArtifact, match="it is the manifest of"):
            load(bucket, NAME, version)


def test_a_version_of_another_horizon_is_refused(bucket: Bucket, champion: str) -> None:
    other = layout.price_model(Horizon.M15)
    for file in (*FILES, layout.MANIFEST):
        bucket.put(layout.file_key(other, champion, file), bucket.get(at(champion, file)).body)
    with pytest.raises(CorruptArtifact, match="prices/1h"):
        load(bucket, other, champion)


def test_a_candidate_is_held_to_the_manifest_that_was_named(bucket: Bucket, champion: str) -> None:
    version = published(bucket, "a candidate")
    candidate = name_candidate(bucket, NAME, version, "better", NOW)
    assert load_candidate(bucket, NAME, candidate).manifest.version == version
    manifest = json.loads(bucket.get(at(version, layout.MANIFEST)).body)
    bucket.put(at(version, layout.MANIFEST), json.dumps(manifest | {"title": "x"}).encode())
    with pytest.raises(CorruptArtifact, match="SHA-256"):
        load_candidate(bucket, NAME, candidate)


def test_a_candidate_is_settled_once(bucket: Bucket, champion: str) -> None:
    name_candidate(bucket, NAME, published(bucket, "a candidate"), "better", NOW)
    read = read_candidate(bucket, NAME)
    assert read is not None
    settle(bucket, NAME, *read, "refused", "worse", NOW)
    with pytest.raises(PromotionConflict):
        settle(bucket, NAME, *read, "promoted", "better", NOW)
    again = read_candidate(bucket, NAME)
    assert again is not None
    assert (again[0].state, again[0].reason) == ("refused", "worse")
    bucket.put(layout.candidate_key(NAME), b"{}")
    with pytest.raises(CorruptArtifact, match=r"candidate\.json"):
        read_candidate(bucket, NAME)


def test_decisions_are_added_and_never_changed(bucket: Bucket, champion: str) -> None:
    said = [
        Decision(decided_at=NOW, challenger=champion, champion=None, verdict="refused", reason=reason)
        for reason in ("first", "second")
    ]
    keys = [record_decision(bucket, NAME, one) for one in (*said, said[0])]
    assert [key.rsplit("/", 1)[-1] for key in keys] == ["decision.json", "decision-2.json", "decision.json"]
    assert decisions(bucket, NAME, champion) == said
    bucket.put(at(champion, "decision-2.json"), b"[]")
    with pytest.raises(CorruptArtifact, match=r"decision-2\.json"):
        decisions(bucket, NAME, champion)


def test_an_absent_version_is_no_candidate(bucket: Bucket, champion: str) -> None:
    with pytest.raises(ModelNotFound):
        name_candidate(bucket, NAME, "v404", "wish", NOW)
    assert read_candidate(bucket, NAME) is None
    assert read_champion(bucket, NAME)[0].version == champion
