"""The server's clock: set by hand in a replay, the machine's own otherwise."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Stands still at `now`; without one it runs with the machine's clock."""

    def __init__(self, now: datetime | None = None) -> None:
        self._fixed_s = now.timestamp() if now else None

    def now_s(self) -> float:
        return time.time() if self._fixed_s is None else self._fixed_s

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.now_s(), tz=UTC)

    def set(self, now: datetime | None) -> None:
        self._fixed_s = now.timestamp() if now else None


def parse_moment(text: str) -> datetime:
    """ISO 8601 to an aware datetime; a text without a zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment_s: float, milliseconds: bool = False) -> str:
    """`2022-01-05T12:00:00Z`, the form all these vendors write."""
    moment = datetime.fromtimestamp(moment_s, tz=UTC)
    text = moment.isoformat(timespec="milliseconds" if milliseconds else "seconds")
    return text.replace("+00:00", "Z")
