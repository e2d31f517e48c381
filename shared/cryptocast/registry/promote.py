"""Make a version the champion: one conditional write, so two jobs cannot both win."""

from __future__ import annotations

from datetime import datetime

from cryptocast.errors import CorruptArtifact, ModelNotFound, PromotionConflict
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import Champion, parse_champion
from cryptocast.registry.manifest import parse_manifest, sha256


def promote(
    bucket: Bucket, name: str, version: str, expected_etag: str | None, reason: str, now: datetime
) -> Champion:
    """Let `version` serve from now on.

    `expected_etag` is the ETag of the champion.json that the decision was made against, None where
    there was none. Raises `PromotionConflict` where that has changed since, `ModelNotFound` and
    `CorruptArtifact` where the version cannot be served; then nothing is written.
    """
    manifest_key = layout.file_key(name, version, layout.MANIFEST)
    body = bucket.get(manifest_key).body
    parse_manifest(body, manifest_key)
    champion = Champion(
        version=version,
        promoted_at=now,
        reason=reason,
        previous=_previous(bucket, name, version, expected_etag),
        manifest_sha256=sha256(body),
    )
    written = (champion.model_dump_json(indent=1) + "\n").encode()
    if expected_etag is None:
        bucket.create(layout.champion_key(name), written)
    else:
        bucket.replace(layout.champion_key(name), written, expected_etag)
    return champion


def require_unchanged(bucket: Bucket, name: str, expected_etag: str | None) -> None:
    """Raises `PromotionConflict` where champion.json is another than `expected_etag` says (None: none).

    For what is written elsewhere because of who serves; `promote` compares for itself.
    """
    try:
        etag: str | None = bucket.get(layout.champion_key(name)).etag
    except ModelNotFound:
        etag = None
    if etag != expected_etag:
        raise PromotionConflict(f"{name}: another version was promoted meanwhile")


def _previous(bucket: Bucket, name: str, version: str, expected_etag: str | None) -> str | None:
    """Who served before `version`, also where that was deleted, published anew and is promoted again."""
    if expected_etag is None:
        return None
    stored = bucket.get(layout.champion_key(name))
    if stored.etag != expected_etag:
        raise PromotionConflict(f"{name}: another version was promoted meanwhile")
    try:
        serving = parse_champion(name, stored)
    except CorruptArtifact:  # what cannot be read may be replaced, only not gone back to
        return None
    return serving.previous if serving.version == version else serving.version
