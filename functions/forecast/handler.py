"""Issues the champions' forecasts, naming what the earlier steps lacked."""

from collections.abc import Mapping
from typing import Any

from cryptocast import wiring
from cryptocast.domain import CycleWindow, StepReport
from cryptocast.events import cycle_step
from cryptocast.missing import missing_words
from cryptocast.serve.forecaster import forecast


@cycle_step
def handler(window: CycleWindow, event: Mapping[str, Any]) -> StepReport:
    return forecast(
        wiring.database(),
        wiring.online_store(),
        wiring.forecasters(),
        window,
        wiring.settings().symbol_list,
        wiring.settings().data_label,
        missing_words(event),
    )
