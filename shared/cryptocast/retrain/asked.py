"""What a training task is asked for, as its environment says it; the launcher writes it.

TRAINING_HORIZONS (`15m,1h`, default all), TRAINING_UNTIL (ISO time, UTC where it names no zone; default the
newest cycle's), TRAINING_REASON, TRAINING_THREADS. TRAINING_TRIALS tunes each horizon (default 0: fixed
parameters) in TRAINING_WORKERS processes, and TRAINING_TASKS more tasks are started for each study; such a
task has TRAINING_ROLE=worker, TRAINING_STUDY and TRAINING_WORKER, its number, and only runs trials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptocast.domain import Horizon
from cryptocast.errors import SettingsError

_WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Asked:
    """A training, or, where there is a `study`, only its trials."""

    horizons: tuple[Horizon, ...] = tuple(Horizon)
    until: datetime | None = None
    """The end of the data; None is the newest cycle's moment."""
    reason: str = ""
    threads: int = 1
    trials: int = 0
    workers: int = 2
    tasks: int = 0
    study: str | None = None
    worker: int = 0


def read_asked(environ: Mapping[str, str]) -> Asked:
    """Raises `SettingsError` that names the variable and what it may be."""
    return Asked(
        horizons=_horizons(environ.get("TRAINING_HORIZONS", "")),
        until=_until(environ.get("TRAINING_UNTIL", "")),
        reason=environ.get("TRAINING_REASON", ""),
        threads=_number(environ, "TRAINING_THREADS", 1, least=1),
        trials=_number(environ, "TRAINING_TRIALS", 0),
        workers=_number(environ, "TRAINING_WORKERS", 2),
        tasks=_number(environ, "TRAINING_TASKS", 0),
        study=_study(environ),
        worker=_number(environ, "TRAINING_WORKER", 0),
    )


def _horizons(given: str) -> tuple[Horizon, ...]:
    known = {horizon.value: horizon for horizon in Horizon}
    wanted = [word.strip() for word in given.split(",") if word.strip()]
    if unknown := [word for word in wanted if word not in known]:
        raise SettingsError(f"TRAINING_HORIZONS has {', '.join(unknown)}; known are {', '.join(known)}")
    return tuple(known[word] for word in wanted) or tuple(Horizon)


def _until(given: str) -> datetime | None:
    if not given:
        return None
    try:
        until = datetime.fromisoformat(given)
    except ValueError:
        raise SettingsError(f"TRAINING_UNTIL is {given!r}; give an ISO time like 2024-01-01T00:15") from None
    return until if until.tzinfo else until.replace(tzinfo=UTC)


def _number(environ: Mapping[str, str], name: str, otherwise: int, least: int = 0) -> int:
    given = environ.get(name) or str(otherwise)
    if not given.isdecimal() or int(given) < least:
        raise SettingsError(f"{name} is {given!r}; give a whole number, {least} or more")
    return int(given)


def _study(environ: Mapping[str, str]) -> str | None:
    role = environ.get("TRAINING_ROLE", "")
    if role not in ("", _WORKER):
        raise SettingsError(f"TRAINING_ROLE is {role!r}; it is {_WORKER!r} or not set")
    if not role:
        return None
    if study := environ.get("TRAINING_STUDY"):
        return study
    raise SettingsError("TRAINING_ROLE is worker and TRAINING_STUDY names no study")
