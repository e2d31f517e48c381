"""Starts the training task that an alarm asks for."""

from datetime import UTC, datetime
from typing import Any

from cryptocast import wiring
from cryptocast.retrain.launcher import start_training


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """SNS delivers one record a call."""
    message = event["Records"][0]["Sns"]["Message"]
    start = start_training(
        wiring.ecs(),
        wiring.bucket(),
        wiring.training_task(),
        message,
        datetime.now(UTC),
        cooldown_s=wiring.settings().training_cooldown_s,
    )
    return start.to_json()
