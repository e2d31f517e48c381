"""A folder with a sentiment model becomes the registry's sentiment champion."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cryptocast.errors import ModelNotFound
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import read_champion
from cryptocast.registry.manifest import parse_manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
from cryptocast.sentiment.artifact import read_artifact


def publish_sentiment(bucket: Bucket, folder: Path, now: datetime) -> str:
    """Check `folder`, register it and promote it; returns its version. Doing it again changes nothing.

    Raises `CorruptArtifact` where a file is not what the manifest says, `PromotionConflict` where
    another version was promoted meanwhile.
    """
    artifact = read_artifact(folder)
    manifest = parse_manifest((folder / layout.MANIFEST).read_bytes(), str(folder / layout.MANIFEST))
    version = publish(bucket, layout.SENTIMENT, artifact.files, manifest)
    try:
        champion, etag = read_champion(bucket, layout.SENTIMENT)
    except ModelNotFound:
        promote(bucket, layout.SENTIMENT, version, None, "the first sentiment model", now)
        return version
    if champion.version != version:
        promote(bucket, layout.SENTIMENT, version, etag, "published by the operator", now)
    return version
