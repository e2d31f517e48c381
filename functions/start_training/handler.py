"""Starts the training task that an alarm asks for."""

from datetime import UTC, datetime
from typing import Any

from cryptocast import wiring
from cryptocast.retrain.launcher import start_training


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """SNS delivers one record a call; Lambda's retries of it have its MessageId."""
    record = event["Records"][0]["Sns"]
    start = start_training(
        wiring.ecs(),
        wiring.bucket(),
        wiring.training_task(),
        record["Message"],
        datetime.now(UTC),
        message_id=str(record.get("MessageId") or ""),
        cooldown_s=wiring.settings().training_cooldown_s,
    )
    return start.to_json()
