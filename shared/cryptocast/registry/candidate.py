"""The candidate of a horizon: a version that forecasts in the shadow of the champion until it is judged."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from cryptocast.errors import CorruptArtifact, ModelNotFound, PromotionConflict
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.decision import Decision, Stage, Verdict, record_decision
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
    """The candidate whose place this one took before it was judged: overdue, or unusable."""
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
    """Its version, the manifest being the one that was named. Raises `CorruptArtifact`."""
    return load_named(bucket, name, as_champion(candidate))


def as_champion(candidate: Candidate) -> Champion:
    """What champion.json would say of it: which version, and the hash of its manifest."""
    return Champion(
        version=candidate.version,
        promoted_at=candidate.named_at,
        reason=candidate.reason,
        manifest_sha256=candidate.manifest_sha256,
    )


def name_candidate(
    bucket: Bucket,
    name: str,
    version: str,
    reason: str,
    now: datetime,
    *,
    instead_of: str | None = None,
    why: str = "",
) -> Candidate:
    """Let `version` forecast in the shadow from now on.

    Another one that is on trial is replaced only where it is `instead_of`; its decision then says by whom and
    `why`. Raises `PromotionConflict` where another is on trial, `ModelNotFound`, `CorruptArtifact`.
    """
    key = layout.file_key(name, version, layout.MANIFEST)
    body = bucket.get(key).body
    window = parse_manifest(body, key).data_window
    older, etag = _older(bucket, name)
    on_trial = older if older is not None and older.state == "shadow" else None
    if on_trial is not None and on_trial.version == version:
        return on_trial
    if on_trial is not None:
        if on_trial.version != instead_of:
            raise PromotionConflict(f"{name} {on_trial.version} is on trial")
        _refuse(bucket, name, on_trial, "shadow", f"replaced by the newer candidate {version}: {why}", now)
    candidate = Candidate(
        version=version,
        named_at=now,
        reason=reason,
        replaced=on_trial.version if on_trial is not None else None,
        manifest_sha256=sha256(body),
        data_until=window.until if window else None,
    )
    _take_place(bucket, name, candidate, etag, on_trial)
    return candidate


def _take_place(
    bucket: Bucket, name: str, candidate: Candidate, etag: str | None, instead_of: Candidate | None
) -> None:
    try:
        _write(bucket, name, candidate, etag)
    except PromotionConflict:
        if instead_of is not None:
            _correct(bucket, name, instead_of, "shadow", candidate.named_at)
        raise


def end_trial(bucket: Bucket, name: str, chosen: str, now: datetime) -> None:
    """Refuse whoever is on trial, because the operator lets `chosen` serve; `chosen` itself goes on.

    A candidate.json that cannot be read is left to the next training. Raises `PromotionConflict`.
    """
    try:
        read = read_candidate(bucket, name)
    except CorruptArtifact:
        return
    if read is None or read[0].state != "shadow" or read[0].version == chosen:
        return
    reason = f"the operator chose {chosen}, which ends its trial"
    _refuse(bucket, name, read[0], "operator", reason, now)
    try:
        settle(bucket, name, *read, "refused", reason, now)
    except PromotionConflict:
        _correct(bucket, name, read[0], "operator", now)
        raise


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


def _refuse(
    bucket: Bucket, name: str, candidate: Candidate, stage: Stage, reason: str, now: datetime
) -> None:
    """Recorded first: cut off before candidate.json is written, the next cycle finds it and settles."""
    record_decision(bucket, name, _word(candidate, stage, "refused", reason, now))


def _correct(bucket: Bucket, name: str, candidate: Candidate, stage: Stage, now: datetime) -> None:
    """A refusal that was recorded came too late: add what became of `candidate`, as candidate.json has it.

    Where it cannot be read or the trial goes on, the refusal stays the last word and is carried out.
    """
    current, _ = _older(bucket, name)
    if current is None:
        return
    verdict: Verdict = "refused"
    if (current.version, current.named_at) != (candidate.version, candidate.named_at):
        said = f"{current.version} took its place"
    elif current.state == "shadow":
        return
    else:
        verdict, said = current.state, current.reason
    reason = f"{said}; settled before the refusal that was recorded last could be carried out"
    record_decision(bucket, name, _word(candidate, stage, verdict, reason, now))


def _word(candidate: Candidate, stage: Stage, verdict: Verdict, reason: str, now: datetime) -> Decision:
    return Decision(
        decided_at=now,
        stage=stage,
        challenger=candidate.version,
        champion=None,
        verdict=verdict,
        reason=reason,
        shadow_began=candidate.named_at,
    )
