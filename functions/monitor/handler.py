"""Measures outcomes, data quality and drift, and puts them to CloudWatch."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptocast import wiring
from cryptocast.domain import CycleWindow, StepReport
from cryptocast.events import cycle_step, step_reports
from cryptocast.monitor.run import monitor


@cycle_step
def handler(window: CycleWindow, event: Mapping[str, Any]) -> StepReport:
    settings = wiring.settings()
    return monitor(
        wiring.database(),
        wiring.cloudwatch(),
        window,
        settings.metrics_namespace,
        settings.stage,
        settings.symbol_list,
        bucket=wiring.bucket(),
        shadow_cycles=settings.shadow_cycles,
        metric_time=datetime.now(UTC),
        steps=step_reports(event),
    )
