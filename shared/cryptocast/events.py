"""What starts a function, turned into what the domain takes; and the step's report, turned into JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from cryptocast.domain import BAR_INTERVAL_S, CycleWindow, DataLabel, StepReport, floor_to_grid
from cryptocast.errors import BadInput
from cryptocast.observability import get_logger
from cryptocast.settings import load_settings

_CLOCK_SKEW = timedelta(minutes=2)
_TIMES = frozenset({"as_of", "since", "now"})
Step = Callable[[CycleWindow, Mapping[str, Any]], StepReport]
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def cycle_window(event: Mapping[str, Any], clock: datetime) -> CycleWindow:
    """The window of `{"as_of": ISO, "since": ISO or absent, "now": ISO or absent}`.

    `as_of` and `since` are floored to the grid; `since` is one interval earlier where absent, `now` is
    `clock`. Raises `BadInput` that names the field.
    """
    now = _moment(event, "now") or clock
    as_of = _moment(event, "as_of")
    if as_of is None:
        raise BadInput("the event has no as_of; send {'as_of': '2024-01-01T00:15:00Z'}")
    as_of = floor_to_grid(as_of)
    since = floor_to_grid(_moment(event, "since") or as_of - timedelta(seconds=BAR_INTERVAL_S))
    if since >= as_of:
        raise BadInput(f"since {since.isoformat()} is not before as_of {as_of.isoformat()}")
    if as_of > now + _CLOCK_SKEW:
        raise BadInput(f"as_of {as_of.isoformat()} is later than now, {now.isoformat()}")
    return CycleWindow(as_of, since, now)


def step_reports(event: Mapping[str, Any]) -> dict[str, Any]:
    """What the earlier steps of the cycle reported, as the state machine carries it."""
    return {name: value for name, value in event.items() if name not in _TIMES}


def cycle_step(step: Step) -> Handler:
    """Make a Lambda handler of one step of the cycle.

    The cycle's `as_of` is in every log line of the step; the answer is the `StepReport` as JSON. An
    error is logged and raised, so that the state machine sees its class and decides what follows.
    """

    @wraps(step)
    def handle(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        logger = get_logger()
        logger.append_keys(as_of=event.get("as_of"))
        try:
            report = step(cycle_window(_honest(event), datetime.now(UTC)), event)
        except Exception:
            logger.exception("step failed")
            raise
        logger.info("step done", extra={"report": asdict(report)})
        answer: dict[str, Any] = json.loads(json.dumps(asdict(report), default=str))
        return answer

    return handle


def _honest(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Live, the time is the clock's: an event with another `now` could backdate a forecast."""
    if load_settings().data_label is not DataLabel.LIVE:
        return event
    return {key: value for key, value in event.items() if key != "now"}


def _moment(event: Mapping[str, Any], field: str) -> datetime | None:
    text = event.get(field)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise BadInput(f"{field} is no ISO time: {text!r}") from None
    if moment.tzinfo is None:
        raise BadInput(f"{field} has no time zone: {text!r}")
    return moment.astimezone(UTC)
