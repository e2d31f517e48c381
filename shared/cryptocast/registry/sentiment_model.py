"""A folder with a sentiment model becomes the registry's sentiment champion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptocast.errors import CorruptArtifact, ModelNotFound
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import Champion, load, read_champion, read_manifest, read_named_manifest
from cryptocast.registry.manifest import Manifest, parse_manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish, put_right
from cryptocast.sentiment.artifact import FILES, read_artifact

_READ_BY_THE_SCORER = {"labels", "max_tokens", "stand_in"}
"""Of the manifest, what changes a score or what is said of it; the version's hash does not cover it."""


@dataclass(frozen=True, slots=True)
class Published:
    """`kept`: the version was registered before with other figures or cards, and those stay."""

    version: str
    kept: bool


def publish_sentiment(bucket: Bucket, folder: Path, now: datetime) -> Published:
    """Check `folder`, register it and promote it. Doing it again changes nothing.

    A model that was only measured again has the version that it had, and a version is never changed: what
    was registered stays and serves, so that an upgrade with new figures is no error. An upload that was cut
    off before its manifest is finished, with the cards and figures of `folder`. A registered file that is not
    what its manifest says is put right where `folder` has the one that is.
    Raises `CorruptArtifact` where it has not, `RegistryError` where another model is registered under the
    version, `PromotionConflict` where another version was promoted meanwhile.
    """
    artifact = read_artifact(folder)
    manifest = parse_manifest((folder / layout.MANIFEST).read_bytes(), str(folder / layout.MANIFEST))
    with _a_way_out(bucket, manifest.version):
        done = _register(bucket, manifest, artifact.files)
    try:
        champion, etag = read_champion(bucket, layout.SENTIMENT)
    except ModelNotFound:
        promote(bucket, layout.SENTIMENT, done.version, None, "the first sentiment model", now)
        return done
    with _a_way_out(bucket, manifest.version):
        serves = _serves(bucket, champion, done)
    if not serves:
        promote(bucket, layout.SENTIMENT, done.version, etag, "published by the operator", now)
    return done


@contextmanager
def _a_way_out(bucket: Bucket, version: str) -> Iterator[None]:
    """No command deletes a version, and a model's version is always the same."""
    try:
        yield
    except CorruptArtifact as error:
        prefix = f"s3://{bucket.name}/{layout.SENTIMENT}/{version}/"
        raise CorruptArtifact(
            f"{error}. Publish the folder that {version} was registered from; where that does not help, "
            f"`aws s3 rm --recursive {prefix}` and publish again"
        ) from None


def _register(bucket: Bucket, manifest: Manifest, files: Mapping[str, bytes]) -> Published:
    """Have the version in the registry, whole. Raises `CorruptArtifact`, `RegistryError`."""
    kept = _only_measured_again(bucket, manifest)
    version = manifest.version if kept else publish(bucket, layout.SENTIMENT, files, manifest)
    try:
        load(bucket, layout.SENTIMENT, version)
    except CorruptArtifact:
        # Another upload at the same moment may have replaced a file before the manifest was there.
        put_right(bucket, read_manifest(bucket, layout.SENTIMENT, version), files)
        load(bucket, layout.SENTIMENT, version)
    return Published(version, kept)


def _serves(bucket: Bucket, champion: Champion, done: Published) -> bool:
    """Whether champion.json names what is registered now: it may have been deleted and published anew.

    Raises `CorruptArtifact` where the manifest is neither the one that was promoted nor the folder's.
    """
    if champion.version != done.version:
        return False
    try:
        read_named_manifest(bucket, layout.SENTIMENT, champion)
    except CorruptArtifact:
        if done.kept:
            raise
        return False
    return True


def _only_measured_again(bucket: Bucket, manifest: Manifest) -> bool:
    """Whether the registry has the very model under this version, with something else said of it."""
    try:
        registered = read_manifest(bucket, layout.SENTIMENT, manifest.version)
    except ModelNotFound:
        return False
    same_model = all(registered.sha256.get(file) == manifest.sha256.get(file) for file in FILES)
    return registered != manifest and same_model and _scoring(registered) == _scoring(manifest)


def _scoring(manifest: Manifest) -> dict[str, object]:
    return manifest.model_dump(include=_READ_BY_THE_SCORER)
