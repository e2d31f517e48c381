"""Read model versions back. A file whose SHA-256 is not its manifest's is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from cryptocast.errors import CorruptArtifact, ModelNotFound
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket, StoredObject
from cryptocast.registry.manifest import Manifest, parse_manifest, sha256


class Champion(BaseModel):
    """The content of champion.json: which version serves, since when and why."""

    model_config = ConfigDict(frozen=True)

    version: str
    promoted_at: AwareDatetime
    reason: str
    previous: str | None = None
    manifest_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Artifact:
    """A loaded model version: its manifest and its files, each with the right hash."""

    manifest: Manifest
    files: Mapping[str, bytes]


def read_champion(bucket: Bucket, name: str) -> tuple[Champion, str]:
    """The champion of `name` and its ETag. Raises `ModelNotFound`, `CorruptArtifact`."""
    try:
        stored = bucket.get(layout.champion_key(name))
    except ModelNotFound:
        raise ModelNotFound(f"{name} has no champion") from None
    return parse_champion(name, stored), stored.etag


def parse_champion(name: str, stored: StoredObject) -> Champion:
    """Raises `CorruptArtifact`."""
    try:
        return Champion.model_validate_json(stored.body)
    except ValidationError as error:
        first = error.errors()[0]["msg"]
        raise CorruptArtifact(f"{layout.champion_key(name)}: not a champion: {first}") from None


def read_manifest(bucket: Bucket, name: str, version: str) -> Manifest:
    """The manifest alone, without its files. Raises `ModelNotFound`, `CorruptArtifact`."""
    return _manifest(name, version, _stored_manifest(bucket, name, version))


def read_named_manifest(bucket: Bucket, name: str, champion: Champion) -> Manifest:
    """The manifest that was promoted, without its files.

    Raises `CorruptArtifact`, also where the version is not there: that it is named says that it was.
    """
    key = layout.file_key(name, champion.version, layout.MANIFEST)
    try:
        stored = _stored_manifest(bucket, name, champion.version)
    except ModelNotFound:
        raise CorruptArtifact(f"{key}: the version is named and is not there") from None
    if champion.manifest_sha256 is not None:
        _check(key, stored.body, champion.manifest_sha256)
    return _manifest(name, champion.version, stored)


def read_file(bucket: Bucket, manifest: Manifest, file: str) -> bytes:
    """One file that `manifest` names, with the right hash; the others are not read.

    Raises `ModelNotFound` where the manifest does not name it, `CorruptArtifact` where it is not the one
    that the manifest describes.
    """
    name = layout.model_name(manifest.kind, manifest.horizon)
    key = layout.file_key(name, manifest.version, file)
    expected = manifest.sha256.get(file)
    if expected is None:
        raise ModelNotFound(f"{name} {manifest.version} has no {file}")
    try:
        body = bucket.get(key).body
    except ModelNotFound:
        raise CorruptArtifact(f"{key}: the manifest names it and it is not there") from None
    _check(key, body, expected)
    return body


def versions(bucket: Bucket, name: str) -> list[str]:
    """Every version of `name`, oldest first, unfinished uploads included."""
    return bucket.folders(f"{name}/")


def load(bucket: Bucket, name: str, version: str) -> Artifact:
    """One version with all its files. Raises `ModelNotFound`, `CorruptArtifact`."""
    return _with_files(bucket, read_manifest(bucket, name, version))


def load_champion(bucket: Bucket, name: str) -> Artifact:
    """The version that serves. Raises `ModelNotFound` without a champion, `CorruptArtifact`."""
    champion, _ = read_champion(bucket, name)
    return load_named(bucket, name, champion)


def load_named(bucket: Bucket, name: str, champion: Champion) -> Artifact:
    """The version that `champion` names, its manifest being the one that was promoted.

    Raises `CorruptArtifact`, also where it is not there.
    """
    return _with_files(bucket, read_named_manifest(bucket, name, champion))


def _with_files(bucket: Bucket, manifest: Manifest) -> Artifact:
    return Artifact(manifest, {file: read_file(bucket, manifest, file) for file in manifest.sha256})


def _stored_manifest(bucket: Bucket, name: str, version: str) -> StoredObject:
    try:
        return bucket.get(layout.file_key(name, version, layout.MANIFEST))
    except ModelNotFound:
        raise ModelNotFound(f"{name} has no version {version}") from None


def _manifest(name: str, version: str, stored: StoredObject) -> Manifest:
    where = layout.file_key(name, version, layout.MANIFEST)
    manifest = parse_manifest(stored.body, where)
    if manifest.version != version or layout.model_name(manifest.kind, manifest.horizon) != name:
        raise CorruptArtifact(
            f"{where}: it is the manifest of "
            f"{layout.model_name(manifest.kind, manifest.horizon)} {manifest.version or 'no version'}"
        )
    return manifest


def _check(key: str, body: bytes, expected: str) -> None:
    found = sha256(body)
    if found != expected:
        raise CorruptArtifact(f"{key}: SHA-256 is {found}, the manifest says {expected}; refused")
