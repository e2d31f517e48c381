"""Pushes the cycle's prices and forecasts to the subscribers of the stream."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptocast import wiring
from cryptocast.domain import CycleWindow, StepReport
from cryptocast.events import cycle_step
from cryptocast.missing import missing_words
from cryptocast.stream.push import publish


@cycle_step
def handler(window: CycleWindow, event: Mapping[str, Any]) -> StepReport:
    return publish(
        wiring.online_store(),
        wiring.push_client(),
        window,
        wiring.settings().symbol_list,
        data_label=wiring.settings().data_label,
        missing=missing_words(event),
        wall_clock=datetime.now(UTC),
    )
