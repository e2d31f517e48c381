"""What the operator decides without the gate: promote a version, or go back to an earlier one.

Either ends the trial of a candidate: it was to be compared with the champion that the operator sent away, and
would else take the place of the one that was just chosen. The next training brings another.
"""

from __future__ import annotations

import json
from datetime import datetime

from cryptocast.errors import BadInput, CorruptArtifact, ModelNotFound, PromotionConflict
from cryptocast.features.spec import FEATURE_VERSION
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import end_trial
from cryptocast.registry.decision import Check, Decision, record_decision
from cryptocast.registry.load import Artifact, Champion, load, parse_champion
from cryptocast.registry.promote import promote, require_unchanged
from cryptocast.serve.forecaster import Forecaster

ROLLED_BACK = "rolled back by the operator"
"""How the reason of a champion begins that serves because of `rollback_by_hand`."""


def promote_by_hand(bucket: Bucket, name: str, version: str, reason: str, now: datetime) -> Champion:
    """Let a price model serve from now on because the operator says so; the decision is recorded.

    Raises `BadInput` without a reason, where it serves already, or where its self-tests failed or were
    never made; `ModelNotFound` and `CorruptArtifact` where it cannot be loaded; then nothing is written.
    `PromotionConflict` where another was promoted meanwhile: a second decision says so.
    """
    if not reason.strip():
        raise BadInput("say why: the reason stays in champion.json and with the version")
    current, etag = _current(bucket, name)
    if current is not None and current.version == version:
        raise BadInput(f"{name} {version} serves already, since {current.promoted_at:%Y-%m-%d %H:%M}")
    artifact = load(bucket, name, version)
    _usable(artifact)
    tests = self_tests(artifact)
    if failed := [test for test in tests if not test.passed]:
        said = "; ".join(f"{test.name}: {test.said}" for test in failed)
        raise BadInput(f"{name} {version} is not promoted, its self-tests failed: {said}")
    if not tests:
        raise BadInput(f"{name} {version} is not promoted: its card names no self-test")
    decision = _decision(version, current, f"by the operator: {reason}", now, tests)
    return _carry_out(bucket, name, decision, etag, now)


def rollback_by_hand(
    bucket: Bucket, name: str, reason: str, now: datetime, to: str | None = None
) -> Champion:
    """Let the champion's predecessor, or version `to`, serve again; the decision is recorded.

    Its files are loaded first, so that nothing unusable is gone back to. Raises `ModelNotFound` without a
    champion or a predecessor, `BadInput`, `CorruptArtifact`, `PromotionConflict`. After a rollback the
    predecessor is the very version that was sent away: without `to` that is `BadInput`. A champion.json that
    cannot be read is replaced where `to` is given; nobody knows its predecessor.
    """
    current, etag = _current(bucket, name, replaceable=to is not None)
    if to is None and current and current.previous and current.reason.startswith(f"{ROLLED_BACK}:"):
        raise BadInput(
            f"{name} {current.version} serves because of a rollback, and the version before it is "
            f"{current.previous}, which was sent away; name the one to go back to with --to VERSION"
        )
    version = to or (current.previous if current else None)
    if version is None:
        who = f"{name} {current.version} has no previous champion" if current else f"{name} has no champion"
        raise ModelNotFound(f"{who} to go back to; name one with --to VERSION")
    if current is not None and current.version == version:
        raise BadInput(f"{name} {version} serves already, since {current.promoted_at:%Y-%m-%d %H:%M}")
    artifact = load(bucket, name, version)
    if artifact.manifest.horizon is not None:
        _usable(artifact)
    decision = _decision(version, current, f"{ROLLED_BACK}: {reason}", now, [])
    return _carry_out(bucket, name, decision, etag, now)


def _usable(artifact: Artifact) -> None:
    """Raises `BadInput` where rows are no longer what it reads, `CorruptArtifact` where it is broken."""
    Forecaster(artifact)
    version, theirs = artifact.manifest.version, artifact.manifest.feature_version
    if theirs != FEATURE_VERSION:
        raise BadInput(f"{version} reads features {theirs}, rows have {FEATURE_VERSION}: train anew")


def self_tests(artifact: Artifact) -> list[Check]:
    """What the card says of the self-tests; empty where it says nothing. Raises `CorruptArtifact`."""
    try:
        card = json.loads(artifact.files[layout.CARD_DATA])
        return [
            Check(name=str(t["name"]), passed=t["passed"] is True, said=str(t.get("said", "")))
            for t in card.get("self_tests", [])
        ]
    except KeyError:
        return []
    except (ValueError, TypeError, AttributeError) as error:
        raise CorruptArtifact(
            f"{artifact.manifest.version}: {layout.CARD_DATA} cannot be read: {error}"
        ) from None


def _current(bucket: Bucket, name: str, *, replaceable: bool = False) -> tuple[Champion | None, str | None]:
    """Who serves, and the ETag. A champion.json that cannot be read is nobody where it is `replaceable`.

    Else it is `CorruptArtifact`, which says how to replace it; the next training does too.
    """
    try:
        stored = bucket.get(layout.champion_key(name))
    except ModelNotFound:
        return None, None
    try:
        return parse_champion(name, stored), stored.etag
    except CorruptArtifact as error:
        if replaceable:
            return None, stored.etag
        raise CorruptArtifact(
            f"{error}; `cryptocast models rollback {layout.option(name)} --to VERSION` replaces it, with one "
            "of `cryptocast models list`"
        ) from None


def _decision(
    version: str, replaced: Champion | None, reason: str, now: datetime, tests: list[Check]
) -> Decision:
    return Decision(
        decided_at=now,
        stage="operator",
        challenger=version,
        champion=replaced.version if replaced else None,
        champion_since=replaced.promoted_at if replaced else None,
        verdict="promoted",
        reason=reason,
        checks=tuple(tests),
    )


def _carry_out(bucket: Bucket, name: str, decision: Decision, etag: str | None, now: datetime) -> Champion:
    """Record it, end the trial, promote: cut off in between, the same command again does the rest."""
    version = decision.challenger
    record_decision(bucket, name, decision)
    try:
        require_unchanged(bucket, name, etag)  # who was on trial may serve by now: its trial has ended well
        end_trial(bucket, name, version, now)
        return promote(bucket, name, version, etag, decision.reason, now)
    except PromotionConflict as error:
        changes = {
            "verdict": "refused",
            "reason": f"{decision.reason}; not carried out: {error}",
            "checks": (),
        }
        record_decision(bucket, name, decision.model_copy(update=changes))
        raise
