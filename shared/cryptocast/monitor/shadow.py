"""Judges the candidates whose shadow period is over, once each.

The decision is written first and never changed; then the champion, then the candidate. Each is written once:
a run that was cut off is finished by the next cycle, which finds the decision and does not judge again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptocast.domain import CycleWindow, Horizon
from cryptocast.errors import CorruptArtifact, ModelNotFound, RegistryError, StoreUnavailable
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import Candidate, State, read_candidate, settle
from cryptocast.registry.decision import Decision, decisions, record_decision
from cryptocast.registry.layout import price_model
from cryptocast.registry.load import Champion, read_champion
from cryptocast.registry.promote import promote
from cryptocast.store import shadow_forecasts
from cryptocast.store.database import Database
from cryptocast.store.shadow_forecasts import Progress
from cryptocast.train.shadow_gate import cycles_needed, is_over, is_overdue, judge_shadow, not_judged


@dataclass(slots=True)
class Shadows:
    """Per horizon with a candidate, how far it is or what was decided; and what went wrong."""

    by_horizon: dict[Horizon, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def judge_candidates(db: Database, bucket: Bucket | None, window: CycleWindow, shadow_cycles: int) -> Shadows:
    """Promote or refuse every candidate whose period of `shadow_cycles` (and more, see
    `train.shadow_gate`) is over. A registry that does not answer, or has changed meanwhile, is named:
    the next cycle tries again."""
    found = Shadows()
    if bucket is None:
        return found
    for horizon in Horizon:
        try:
            said = _judge(db, bucket, horizon, window, shadow_cycles)
        except (RegistryError, StoreUnavailable) as error:
            found.missing.append(f"candidate {horizon.value}: {error}")
            continue
        if said:
            found.by_horizon[horizon] = said
    return found


def _judge(db: Database, bucket: Bucket, horizon: Horizon, window: CycleWindow, shadow_cycles: int) -> str:
    name = price_model(horizon)
    read = read_candidate(bucket, name)
    if read is None or read[0].state != "shadow":
        return ""
    candidate, etag = read
    serving = read_champion(bucket, name)
    champion = serving[0]
    if champion.version == candidate.version:  # promoted by hand, or before this step was cut off
        settle(bucket, name, candidate, etag, "promoted", champion.reason, window.now)
        return f"{candidate.version} serves"
    decision = _recorded(bucket, name, candidate)
    if decision is None:
        progress = shadow_forecasts.progress(db, horizon, candidate.version, champion.version)
        decision = _decide(db, horizon, window, shadow_cycles, candidate, champion, progress)
        if decision is None:
            needed = cycles_needed(horizon, shadow_cycles)
            return f"{candidate.version}: {progress.judged} of {needed} moments judged"
        record_decision(bucket, name, decision)
    return _carry_out(bucket, name, decision, read, serving, window.now)


def _decide(
    db: Database,
    horizon: Horizon,
    window: CycleWindow,
    shadow_cycles: int,
    candidate: Candidate,
    champion: Champion,
    progress: Progress,
) -> Decision | None:
    """None while it is too early."""
    who = (candidate.version, champion.version)
    if is_over(progress, horizon, shadow_cycles):
        decision = judge_shadow(shadow_forecasts.pairs(db, horizon, *who), horizon, *who, window.now)
    elif is_overdue(progress, horizon, shadow_cycles, candidate.data_until, window.as_of):
        decision = not_judged(progress, *who, window.now)
    else:
        return None
    of = {"shadow_began": candidate.named_at, "champion_since": champion.promoted_at}
    return decision.model_copy(update=of)


def _recorded(bucket: Bucket, name: str, candidate: Candidate) -> Decision | None:
    """What was decided of this shadow period, the last word where there are several."""
    of_period = [
        d for d in decisions(bucket, name, candidate.version) if d.shadow_began == candidate.named_at
    ]
    return of_period[-1] if of_period else None


def _carry_out(
    bucket: Bucket,
    name: str,
    decision: Decision,
    candidate: tuple[Candidate, str],
    serving: tuple[Champion, str],
    now: datetime,
) -> str:
    """Do what a recorded decision says: champion.json, then candidate.json. Cut off, the next cycle goes on.

    A promotion that cannot be carried out any more ends in a second decision, a refusal that says why.
    """
    if decision.promoted:
        hindered = _promoted_or_why_not(bucket, name, decision, serving)
        if hindered:
            decision = _refusal(decision, serving[0], hindered, now)
            record_decision(bucket, name, decision)
    state: State = "promoted" if decision.promoted else "refused"
    settle(bucket, name, *candidate, state, decision.reason, decision.decided_at)
    return f"{decision.challenger} {state}: {decision.reason}"


def _promoted_or_why_not(bucket: Bucket, name: str, decision: Decision, serving: tuple[Champion, str]) -> str:
    """Empty where it serves now."""
    champion, etag = serving
    if (champion.version, champion.promoted_at) != (decision.champion, decision.champion_since):
        return (
            f"it passed its shadow period beside {decision.champion}, and {champion.version} serves since "
            f"{champion.promoted_at:%Y-%m-%d %H:%M}, before it could take its place"
        )
    try:
        promote(bucket, name, decision.challenger, etag, decision.reason, decision.decided_at)
    except (CorruptArtifact, ModelNotFound) as error:
        return f"it passed its shadow period and cannot serve: {error}"
    return ""


def _refusal(passed: Decision, champion: Champion, reason: str, now: datetime) -> Decision:
    return Decision(
        decided_at=now,
        stage="shadow",
        challenger=passed.challenger,
        champion=champion.version,
        verdict="refused",
        reason=reason,
        shadow_began=passed.shadow_began,
        champion_since=champion.promoted_at,
    )
