"""Builds one feature row per coin, for Postgres and for the online store."""

from collections.abc import Mapping
from typing import Any

from cryptocast import wiring
from cryptocast.domain import CycleWindow, StepReport
from cryptocast.events import cycle_step
from cryptocast.features.build import build_feature_rows


@cycle_step
def handler(window: CycleWindow, _event: Mapping[str, Any]) -> StepReport:
    return build_feature_rows(
        wiring.database(),
        wiring.online_store(),
        window,
        wiring.settings().symbol_list,
        wiring.sentiment_version(),
    )
