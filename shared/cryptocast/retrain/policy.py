"""Which alarm leads to training, and why not when it does not.

An alarm on the forecasts (Brier, accuracy) or on the features (drift) means that the market has moved
away from the model: training helps. An alarm on the data (quarantined rows, missing bars, a late cycle)
means that the input is broken: a model fitted on it would learn the fault, so a person looks first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptocast.domain import Horizon
from cryptocast.errors import BadInput

TRAINS = frozenset({"ForecastBrierLower95", "ForecastAccuracyUpper95", "FeatureDrift"})
"""Metrics whose alarm a new model can answer."""
NEEDS_A_PERSON = frozenset(
    {
        "QuarantinedRows",
        "MissingBars",
        "CollectorsFailed",
        "HorizonsWithoutForecast",
        "CycleAgeSeconds",
    }
)
"""Metrics whose alarm training would not mend, or make worse."""
_MAX_REASON = 240
"""Characters; the reason travels in a task's environment, whose overrides are capped at 8 KB."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`train` with `horizons` (all where the alarm names none), and the reason in plain words."""

    train: bool
    reason: str
    horizons: tuple[Horizon, ...] = ()
    changed_at: str = ""
    """When the alarm changed its state, as it says; empty for an operator's message."""


def decide(message: str | Mapping[str, Any]) -> Decision:
    """Read one alarm as SNS delivers it (a CloudWatch alarm's JSON, or one typed by an operator).

    An operator's message is `{"reason": "...", "horizons": ["1h"]}` and always trains. Raises
    `BadInput` where the message is neither.
    """
    alarm = _parsed(message)
    if "AlarmName" not in alarm:
        return _asked_by_hand(alarm)
    name = str(alarm["AlarmName"])
    if alarm.get("NewStateValue") != "ALARM":
        return Decision(False, f"alarm {name} is {alarm.get('NewStateValue')}, not ALARM")
    trigger = alarm.get("Trigger")
    trigger = trigger if isinstance(trigger, Mapping) else {}
    metric = str(trigger.get("MetricName", ""))
    if metric in TRAINS:
        why = str(alarm.get("NewStateReason") or "no reason given")
        return Decision(
            True,
            _short(f"{metric}: {why} (alarm {name})"),
            _horizons(trigger),
            str(alarm.get("StateChangeTime") or ""),
        )
    if metric in NEEDS_A_PERSON:
        return Decision(False, f"alarm {name} on {metric} says that the input is broken; look at it first")
    return Decision(False, f"alarm {name} watches {metric or 'no single metric'}, which training cannot mend")


def _parsed(message: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(message, str):
        try:
            message = json.loads(message)
        except ValueError:
            raise BadInput(
                "the alarm message is not JSON; send a CloudWatch alarm or {'reason': ...}"
            ) from None
    if not isinstance(message, Mapping):
        raise BadInput("the alarm message is not a JSON object")
    return message


def _asked_by_hand(message: Mapping[str, Any]) -> Decision:
    reason = message.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise BadInput("the message has neither AlarmName nor a reason")
    wanted = message.get("horizons") or []
    if not isinstance(wanted, list):
        raise BadInput(f"horizons is a list of {[h.value for h in Horizon]}")
    try:
        horizons = tuple(Horizon(h) for h in wanted)
    except ValueError as error:
        raise BadInput(f"{error}; known horizons are {[h.value for h in Horizon]}") from None
    return Decision(True, _short(f"asked: {reason.strip()}"), horizons or tuple(Horizon))


def _horizons(trigger: Mapping[str, Any]) -> tuple[Horizon, ...]:
    """The alarm's Horizon dimension; CloudWatch writes dimensions as name/value, consoles as Name/Value."""
    known = {h.value: h for h in Horizon}
    for dimension in trigger.get("Dimensions") or []:
        name, value = (dimension.get(k) or dimension.get(k.capitalize()) for k in ("name", "value"))
        if name == "Horizon" and value in known:
            return (known[value],)
    return tuple(Horizon)


def _short(reason: str) -> str:
    flat = " ".join(reason.split())
    return flat if len(flat) <= _MAX_REASON else flat[: _MAX_REASON - 1] + "…"
