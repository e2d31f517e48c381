"""The candidate of a horizon: a version that forecasts in the shadow of the champion until it is judged."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from cryptocast.errors import CorruptArtifact, ModelNotFound
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.decision import Decision, record_decision
from cryptocast.registry.load import Artifact, Champion, load_named
from cryptocast.registry.manifest import parse_manifest, sha256

State = Literal["shadow", "promoted", "refused"]


class Candidate(BaseModel):
    """The content of candidate.json. Only in the state `shadow` does it forecast.

    The file stays when it is judged, because a write can be conditional and a removal cannot.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    named_at: AwareDatetime
    reason: str
    """Why it was named, and once it is judged, why so."""
    state: State = "shadow"
    settled_at: AwareDatetime | None = None
    replaced: str | None = None
    """The candidate that had not been judged when this one came."""
    manifest_sha256: str
    data_until: AwareDatetime | None = None
    """The end of its data, on the clock that the data runs by: a replay's is not the wall's."""


def read_candidate(bucket: Bucket, name: str) -> tuple[Candidate, str] | None:
    """The candidate of `name` and its ETag, None where there never was one. Raises `CorruptArtifact`."""
    key = layout.candidate_key(name)
    try:
        stored = bucket.get(key)
    except ModelNotFound:
        return None
    try:
        return Candidate.model_validate_json(stored.body), stored.etag
    except ValidationError as error:
        raise CorruptArtifact(f"{key}: not a candidate: {error.errors()[0]['msg']}") from None


def load_candidate(bucket: Bucket, name: str, candidate: Candidate) -> Artifact:
    """Its version, the manifest being the one that was named. Raises `ModelNotFound`, `CorruptArtifact`."""
    named = Champion(
        version=candidate.version,
        promoted_at=candidate.named_at,
        reason=candidate.reason,
        manifest_sha256=candidate.manifest_sha256,
    )
    return load_named(bucket, name, named)


def name_candidate(bucket: Bucket, name: str, version: str, reason: str, now: datetime) -> Candidate:
    """Let `version` forecast in the shadow from now on, in place of an older candidate.

    An older one that was not judged yet is refused, and its decision says by whom it was replaced. Raises
    `PromotionConflict` where another was named meanwhile, `ModelNotFound`, `CorruptArtifact`.
    """
    key = layout.file_key(name, version, layout.MANIFEST)
    body = bucket.get(key).body
    window = parse_manifest(body, key).data_window
    older, etag = _older(bucket, name)
    if older is not None and older.version == version and older.state == "shadow":
        return older
    waiting = older.version if older is not None and older.state == "shadow" else None
    candidate = Candidate(
        version=version,
        named_at=now,
        reason=reason,
        replaced=waiting,
        manifest_sha256=sha256(body),
        data_until=window.until if window else None,
    )
    _write(bucket, name, candidate, etag)
    if waiting is not None:
        said = f"replaced by the newer candidate {version} before it was judged"
        record_decision(bucket, name, _refused(waiting, said, now))
    return candidate


def settle(
    bucket: Bucket, name: str, candidate: Candidate, etag: str, state: State, reason: str, now: datetime
) -> None:
    """End a candidate's shadow period. Raises `PromotionConflict` where candidate.json changed meanwhile."""
    changes = {"state": state, "reason": reason, "settled_at": now}
    _write(bucket, name, candidate.model_copy(update=changes), etag)


def _older(bucket: Bucket, name: str) -> tuple[Candidate | None, str | None]:
    """Who is the candidate now; one that cannot be read may be replaced."""
    try:
        found = read_candidate(bucket, name)
    except CorruptArtifact:
        return None, bucket.get(layout.candidate_key(name)).etag
    return found or (None, None)


def _write(bucket: Bucket, name: str, candidate: Candidate, etag: str | None) -> None:
    body = (candidate.model_dump_json(indent=1) + "\n").encode()
    if etag is None:
        bucket.create(layout.candidate_key(name), body)
    else:
        bucket.replace(layout.candidate_key(name), body, etag)


def _refused(version: str, reason: str, now: datetime) -> Decision:
    return Decision(
        decided_at=now, stage="shadow", challenger=version, champion=None, verdict="refused", reason=reason
    )
