"""How the parts are, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from cryptocast.domain import Horizon
from cryptocast.errors import CryptocastError, SettingsError, StoreUnavailable
from cryptocast.missing import NOT_ISSUED, STEP_FAILED, inputs_only, missing_words, named_after
from cryptocast.observability import get_logger
from cryptocast.registry import layout
from cryptocast.registry.load import read_champion
from cryptocast.serve import examples, schemas
from cryptocast.serve.deps import Deps, DepsOf
from cryptocast.serve.present import STALE_AFTER, is_stale, served_now, words
from cryptocast.store import cycles, sources
from cryptocast.store.online import moment

router = APIRouter(prefix="/v1")


@router.get("/health", tags=["health"], responses=examples.HEALTH)
def get_health(
    deps: DepsOf,
    response: Response,
    deep: Annotated[
        bool,
        Query(description="Also ask Postgres, which may have to wake, where Redis alone would do."),
    ] = False,
) -> schemas.HealthAnswer:
    """The state of every part. 503 where neither store answers, else 200 with the worst of the parts."""
    redis, cycle = _redis(deps)
    postgres, silent, stored_cycle = _postgres(deps) if deep or cycle is None else (_ASLEEP, [], None)
    last = _last(cycle, stored_cycle)
    as_of, now = moment(last.get("as_of")), served_now(last, deps.clock())
    missing = list(dict.fromkeys([*words(last.get("missing")), *silent]))
    told = _sources(inputs_only(missing), bool(last)), _models(deps, missing)
    parts = [redis, postgres, _cycle(as_of, now, missing), *told]
    status: Literal["ok", "degraded", "down"] = "ok"
    if any(part.status in {"degraded", "down"} for part in parts):
        status = "degraded"
    if redis.status == "down" and postgres.status == "down":
        status, response.status_code = "down", 503
    return schemas.HealthAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        as_of=as_of,
        stale=is_stale(as_of, now),
        missing=missing,
        status=status,
        parts=parts,
        cycle_age_s=None if as_of is None else max(0.0, (now - as_of).total_seconds()),
    )


_HORIZONS = [horizon.value for horizon in Horizon]
_ASLEEP = schemas.HealthPart(
    name="postgres", status="not_checked", message="Not asked, so that it may sleep; add ?deep=true."
)


def _last(shown: Mapping[str, Any] | None, stored: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The newer of the cycles that Redis and Postgres know, with what both say that it lacked.

    `publish` writes the one in Redis, so only the one in Postgres tells that `publish` failed.
    """
    if not shown or not stored:
        return shown or stored or {}
    newer, older = (stored, shown) if stored["as_of"] > str(shown.get("as_of")) else (shown, stored)
    if newer["as_of"] != older.get("as_of"):
        return newer
    return {**newer, "missing": [*words(newer.get("missing")), *words(older.get("missing"))]}


def _redis(deps: Deps) -> tuple[schemas.HealthPart, Mapping[str, Any] | None]:
    """How Redis is, and the last cycle it knows; None where it knows none or does not answer."""
    try:
        cycle = deps.online.read_cycle()
    except StoreUnavailable:
        words_ = "It does not answer; the API reads from Postgres, the stream is silent."
        return schemas.HealthPart(name="redis", status="down", message=words_), None
    if not cycle:
        words_ = "It answers, and knows no cycle: none has ended yet, or it was emptied."
        return schemas.HealthPart(name="redis", status="ok", message=words_), None
    return schemas.HealthPart(name="redis", status="ok", message="It answers."), cycle


def _postgres(deps: Deps) -> tuple[schemas.HealthPart, list[str], Mapping[str, Any] | None]:
    """How Postgres is, which sources fail, and the last cycle on record."""
    try:
        last = next(iter(cycles.latest(deps.db, 1)), None)
        found = sources.statuses(deps.db, last.as_of if last else None)
        failing = [f"{s.source}: {s.reason}" for s in found if not s.ok]
    except SettingsError as error:
        get_logger().error("postgres cannot be used", extra={"reason": str(error)})
        message = "It cannot be used as it is set up; the log says what to do."
        return schemas.HealthPart(name="postgres", status="down", message=message), [], None
    except StoreUnavailable:
        message = "It does not answer; there is no history, and cycles store nothing."
        return schemas.HealthPart(name="postgres", status="down", message=message), [], None
    part = schemas.HealthPart(name="postgres", status="ok", message="It answers.")
    if last is None:
        return part, failing, None
    known = {"as_of": last.as_of.isoformat(), "now": last.finished_at.isoformat()}
    missing = list(missing_words(last.report.get("steps") or {}))
    return part, failing, {**known, "recorded_at": last.report.get("recorded_at"), "missing": missing}


def _cycle(as_of: datetime | None, now: datetime, missing: Sequence[str]) -> schemas.HealthPart:
    """How old the last cycle is, which of its steps failed and for which coins it forecast nothing."""
    if as_of is None:
        return schemas.HealthPart(name="cycle", status="degraded", message="No cycle has ended yet.")
    minutes = max(0, int((now - as_of).total_seconds() // 60))
    said = f"The last cycle was of {as_of:%Y-%m-%d %H:%M} UTC, {minutes} min ago"
    faults = []
    if is_stale(as_of, now):
        faults.append(f"it should be under {int(STALE_AFTER.total_seconds() // 60)}")
    if failed := named_after(STEP_FAILED, missing):
        faults.append(f"{', '.join(failed)} failed")
    if coins := [name for name in named_after(NOT_ISSUED, missing) if name not in _HORIZONS]:
        faults.append(f"it could not forecast {', '.join(coins)}")
    status: Literal["ok", "degraded"] = "degraded" if faults else "ok"
    return schemas.HealthPart(name="cycle", status=status, message=f"{'; '.join([said, *faults])}.")


def _sources(missing: Sequence[str], cycle_known: bool) -> schemas.HealthPart:
    if not missing and not cycle_known:
        words_ = "No cycle is known, so neither is what it lacked."
        return schemas.HealthPart(name="sources", status="not_checked", message=words_)
    if not missing:
        return schemas.HealthPart(name="sources", status="ok", message="None was missing in the last cycle.")
    return schemas.HealthPart(
        name="sources", status="degraded", message=f"Missing in the last cycle: {'; '.join(missing)}."
    )


def _models(deps: Deps, missing: Sequence[str]) -> schemas.HealthPart:
    """Whether every horizon has a champion, and whether the last cycle could use it."""
    if deps.bucket is None:
        return schemas.HealthPart(name="models", status="down", message="There is no registry here.")
    absent = []
    for horizon in Horizon:
        try:
            read_champion(deps.bucket, layout.price_model(horizon))
        except CryptocastError as error:
            absent.append(f"{horizon.value} ({type(error).__name__})")
    silent = [name for name in _HORIZONS if name in named_after(NOT_ISSUED, missing)]
    if not absent and silent:
        message = f"Not forecast in the last cycle: {', '.join(silent)}; `missing` says why."
        return schemas.HealthPart(name="models", status="degraded", message=message)
    if not absent:
        return schemas.HealthPart(name="models", status="ok", message="Every horizon has a champion.")
    status: Literal["degraded", "down"] = "down" if len(absent) == len(Horizon) else "degraded"
    return schemas.HealthPart(
        name="models", status=status, message=f"No usable champion: {', '.join(absent)}."
    )
