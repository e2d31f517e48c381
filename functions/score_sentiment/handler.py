"""Scores the documents that the serving sentiment model has not scored yet."""

from collections.abc import Mapping
from typing import Any

from cryptocast import wiring
from cryptocast.domain import CycleWindow, StepReport
from cryptocast.events import cycle_step
from cryptocast.sentiment.score import score_sentiment

LIMIT = 2_000
"""Documents per cycle; in a backlog the next cycle goes on."""
CHUNK = 100
"""Stored together: a function that runs out of time keeps what it scored."""


@cycle_step
def handler(window: CycleWindow, _event: Mapping[str, Any]) -> StepReport:
    return score_sentiment(wiring.database(), wiring.scorer(), LIMIT, window.now, CHUNK)
