"""Put a new model version into the registry. A version is never changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from cryptocast.errors import BadInput, ModelNotFound, PromotionConflict, RegistryError
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import read_manifest
from cryptocast.registry.manifest import Manifest, make_version, sha256


def publish(bucket: Bucket, kind: str, files: Mapping[str, bytes], manifest: Manifest) -> str:
    """Write `files` and then the manifest, and return the version they got.

    The manifest goes last: a version without one is an unfinished upload and cannot be loaded.
    Publishing the same again changes nothing and returns the same version. What such an upload left behind
    is replaced where it differs: nobody could have used it. So is a file of a finished version that is not
    its manifest's, where the one in `files` is. Raises `BadInput` where the manifest is of another kind,
    `RegistryError` where the version exists with other content.
    """
    if kind != manifest.kind:
        raise BadInput(f"the manifest is of kind {manifest.kind!r}, not {kind!r}")
    if reserved := {layout.MANIFEST, layout.DECISION} & set(files):
        raise BadInput(f"{sorted(reserved)} are written by the registry")
    version = manifest.version or make_version(manifest.created_at, files)
    hashes = {name: sha256(body) for name, body in sorted(files.items())}
    complete = manifest.model_copy(update={"version": version, "sha256": hashes})
    name = layout.model_name(kind, manifest.horizon)
    try:
        for file, body in files.items():
            _write(bucket, name, version, file, body)
        bucket.create(layout.file_key(name, version, layout.MANIFEST), complete.to_json())
    except PromotionConflict as error:
        raise RegistryError(f"{name} {version} exists already with other content: {error}") from None
    return version


def put_right(bucket: Bucket, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Put back each file of a finished version that `files` has as `manifest` says.

    Raises `PromotionConflict` where another writes the same file at this moment.
    """
    name = layout.model_name(manifest.kind, manifest.horizon)
    for file, body in files.items():
        if manifest.sha256.get(file) == sha256(body):
            _write(bucket, name, manifest.version, file, body)


def _write(bucket: Bucket, name: str, version: str, file: str, body: bytes) -> None:
    """Raises `PromotionConflict` where a finished version's file is another by its manifest."""
    key = layout.file_key(name, version, file)
    try:
        bucket.create(key, body)
    except PromotionConflict:
        if not _may_be(bucket, name, version, file, body):
            raise
        bucket.replace(key, body, bucket.get(key).etag)


def _may_be(bucket: Bucket, name: str, version: str, file: str, body: bytes) -> bool:
    """Whether the version has no manifest yet, or one that says so of `file`."""
    try:
        manifest = read_manifest(bucket, name, version)
    except ModelNotFound:
        return True
    return manifest.sha256.get(file) == sha256(body)
