"""Judges the candidates whose shadow period is over, once each."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptocast.domain import CycleWindow, Horizon
from cryptocast.errors import RegistryError, StoreUnavailable
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import Candidate, State, read_candidate, settle
from cryptocast.registry.decision import Decision, record_decision
from cryptocast.registry.layout import price_model
from cryptocast.registry.load import read_champion
from cryptocast.registry.promote import promote
from cryptocast.store import shadow_forecasts
from cryptocast.store.database import Database
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
    champion, champion_etag = read_champion(bucket, name)
    if champion.version == candidate.version:  # promoted by hand, or before this step was cut off
        settle(bucket, name, candidate, etag, "promoted", champion.reason, window.now)
        return f"{candidate.version} serves"
    who = (candidate.version, champion.version)
    progress = shadow_forecasts.progress(db, horizon, *who)
    if is_over(progress, horizon, shadow_cycles):
        decision = judge_shadow(shadow_forecasts.pairs(db, horizon, *who), horizon, *who, window.now)
    elif is_overdue(progress, horizon, shadow_cycles, candidate.data_until, window.as_of):
        decision = not_judged(progress, *who, window.now)
    else:
        needed = cycles_needed(horizon, shadow_cycles)
        return f"{candidate.version}: {progress.judged} of {needed} moments judged"
    return _carry_out(bucket, name, decision, read, champion_etag)


def _carry_out(
    bucket: Bucket, name: str, decision: Decision, candidate: tuple[Candidate, str], champion_etag: str
) -> str:
    """Champion first, then the decision, then candidate.json: cut off anywhere, the next cycle goes on."""
    if decision.promoted:
        promote(bucket, name, decision.challenger, champion_etag, decision.reason, decision.decided_at)
    record_decision(bucket, name, decision)
    state: State = "promoted" if decision.promoted else "refused"
    settle(bucket, name, *candidate, state, decision.reason, decision.decided_at)
    return f"{decision.challenger} {state}: {decision.reason}"
