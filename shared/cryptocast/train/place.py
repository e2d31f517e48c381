"""The one place beside the champion: who holds it keeps it until it is judged.

A newcomer at every training would let none be judged: alarms may train four times a day, and the longest
shadow period takes eleven days. Nothing is lost by refusing it, because the next training brings another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptocast.domain import BAR_INTERVAL_S, Horizon
from cryptocast.errors import CorruptArtifact
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import Candidate, load_candidate, read_candidate
from cryptocast.registry.decision import decisions
from cryptocast.registry.manifest import Manifest
from cryptocast.registry.price_model import PriceModel
from cryptocast.store.shadow_forecasts import Progress
from cryptocast.train.shadow_gate import OVERDUE, cycles_needed, is_overdue

_UNKNOWN = Progress(0, 0, None, None)
"""What a training, which does not look into the record, knows of a shadow period."""


@dataclass(frozen=True, slots=True)
class Place:
    """Empty where nobody is on trial."""

    taken: str = ""
    """Why a newcomer is refused."""
    holder: str | None = None
    """Whose place it may take, and `why`."""
    why: str = ""


NOBODY = Place()


def place_beside_champion(bucket: Bucket, name: str, newcomer: Manifest, shadow_cycles: int) -> Place:
    """Whether `newcomer` may become the candidate. One that is overdue or cannot be used makes room.

    Raises `StoreUnavailable`.
    """
    try:
        read = read_candidate(bucket, name)
    except CorruptArtifact:  # nobody knows who it was; naming another replaces it
        return NOBODY
    if read is None or read[0].state != "shadow" or read[0].version == newcomer.version:
        return NOBODY
    candidate = read[0]
    why = _unusable(bucket, name, candidate, newcomer) or _overdue(candidate, newcomer, shadow_cycles)
    if why:
        return Place(holder=candidate.version, why=why)
    return Place(taken=_taken(candidate, newcomer, shadow_cycles))


def _unusable(bucket: Bucket, name: str, candidate: Candidate, newcomer: Manifest) -> str:
    """Empty where it can be loaded, its decisions can be read and rows still have its features."""
    try:
        artifact = load_candidate(bucket, name, candidate)
        PriceModel(artifact)
        decisions(bucket, name, candidate.version)
    except CorruptArtifact as error:
        return f"it cannot be used: {error}"
    theirs = artifact.manifest.feature_version
    if theirs != newcomer.feature_version:
        return f"it reads feature version {theirs}, rows now have {newcomer.feature_version}"
    return ""


def _overdue(candidate: Candidate, newcomer: Manifest, shadow_cycles: int) -> str:
    horizon, now = _clock(newcomer)
    if candidate.data_until is None:
        return "it does not say when its data ended"
    if is_overdue(_UNKNOWN, horizon, shadow_cycles, candidate.data_until, now):
        return f"it had {OVERDUE} times its shadow period and was not judged"
    return ""


def _taken(candidate: Candidate, newcomer: Manifest, shadow_cycles: int) -> str:
    horizon, _ = _clock(newcomer)
    needed = timedelta(seconds=cycles_needed(horizon, shadow_cycles) * BAR_INTERVAL_S + horizon.seconds)
    begun = candidate.data_until or candidate.named_at
    return (
        f"candidate {candidate.version} is on trial until {begun + needed:%Y-%m-%d %H:%M} or later; "
        f"the next training brings another"
    )


def _clock(newcomer: Manifest) -> tuple[Horizon, datetime]:
    """The horizon, and the end of the newcomer's data: now, on the clock that the data runs by."""
    if newcomer.horizon is None or newcomer.data_window is None:
        raise CorruptArtifact(f"{newcomer.version}: the manifest is of no price model that was trained")
    return newcomer.horizon, newcomer.data_window.until
