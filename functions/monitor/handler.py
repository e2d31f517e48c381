"""Measures outcomes, data quality and drift, and puts them to CloudWatch."""

from collections.abc import Mapping
from typing import Any

from cryptocast import wiring
from cryptocast.domain import CycleWindow, StepReport
from cryptocast.events import cycle_step
from cryptocast.monitor.run import monitor


@cycle_step
def handler(window: CycleWindow, _event: Mapping[str, Any]) -> StepReport:
    return monitor(
        wiring.database(), wiring.cloudwatch(), window, wiring.settings().metrics_namespace, wiring.bucket()
    )
