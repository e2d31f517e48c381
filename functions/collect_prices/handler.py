"""Collects quotes and bars of every coin."""

from collections.abc import Mapping
from typing import Any

from cryptocast import wiring
from cryptocast.collect.prices import collect_prices
from cryptocast.domain import CycleWindow, StepReport
from cryptocast.events import cycle_step


@cycle_step
def handler(window: CycleWindow, _event: Mapping[str, Any]) -> StepReport:
    return collect_prices(wiring.database(), wiring.sources(), window, wiring.settings().symbol_list)
