"""The clock of a deployment: real, or a replay's that runs `speed` times as fast."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """`now()` starts at `start` (default: the real time) and runs at `speed`."""

    def __init__(self, start: datetime | None = None, speed: float = 1.0) -> None:
        self.speed = speed
        self.is_real = start is None and speed == 1.0
        self._start = start or datetime.now(UTC)
        self._began = time.monotonic()

    def now(self) -> datetime:
        if self.is_real:
            return datetime.now(UTC)
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self.speed)

    def seconds_until(self, moment: datetime) -> float:
        """Real seconds until `moment`, never negative."""
        return max(0.0, (moment - self.now()).total_seconds() / self.speed)
