"""Collects posts."""

from collections.abc import Mapping
from typing import Any

from cryptocast import wiring
from cryptocast.collect.social import collect_social
from cryptocast.domain import CycleWindow, StepReport
from cryptocast.events import cycle_step


@cycle_step
def handler(window: CycleWindow, _event: Mapping[str, Any]) -> StepReport:
    return collect_social(wiring.database(), wiring.sources(), window)
