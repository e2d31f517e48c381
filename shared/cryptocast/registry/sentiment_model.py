"""A folder with a sentiment model becomes the registry's sentiment champion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptocast.errors import ModelNotFound
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import load, read_champion, read_manifest
from cryptocast.registry.manifest import Manifest, parse_manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
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
    off before its manifest is finished, with the cards and figures of `folder`.
    Raises `CorruptArtifact` where a file is not what its manifest says, `RegistryError` where another model
    is registered under the version, `PromotionConflict` where another version was promoted meanwhile.
    """
    artifact = read_artifact(folder)
    manifest = parse_manifest((folder / layout.MANIFEST).read_bytes(), str(folder / layout.MANIFEST))
    kept = _only_measured_again(bucket, manifest)
    version = manifest.version if kept else publish(bucket, layout.SENTIMENT, artifact.files, manifest)
    # Another upload at the same moment may have replaced a file before the manifest was there.
    load(bucket, layout.SENTIMENT, version)
    try:
        champion, etag = read_champion(bucket, layout.SENTIMENT)
    except ModelNotFound:
        promote(bucket, layout.SENTIMENT, version, None, "the first sentiment model", now)
        return Published(version, kept)
    if champion.version != version:
        promote(bucket, layout.SENTIMENT, version, etag, "published by the operator", now)
    return Published(version, kept)


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
