"""Reading single values out of a vendor's answer; a wrong one raises `InvalidRecord` with its name."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptocast.domain import Rejected
from cryptocast.errors import InvalidRecord

_PAYLOAD_CHARS = 2_000


def number(value: object, name: str, *, text: bool = False) -> float:
    """A JSON number as float, NaN and infinities included: validation refuses those with a reason.

    `text=True` also takes a number in a string, for vendors that write them so.
    """
    if text and isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise InvalidRecord(f"{name} is no number") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRecord(f"{name} is {type(value).__name__}, not a number")
    try:
        return float(value)
    except OverflowError:
        raise InvalidRecord(f"{name} is too large") from None


def whole(value: object, name: str) -> int:
    """A JSON integer; a float with no fraction passes."""
    as_float = number(value, name)
    if not math.isfinite(as_float) or as_float != int(as_float):
        raise InvalidRecord(f"{name} is no whole number")
    return int(as_float)


def words(value: object, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidRecord(f"{name} is empty or no text")
    return value


def moment_of_seconds(value: object, name: str) -> datetime:
    """POSIX seconds → UTC."""
    seconds = number(value, name)
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidRecord(f"{name} is no time") from None


def moment_of_text(value: object, name: str) -> datetime:
    """ISO 8601 → UTC; a stamp without zone is taken as UTC."""
    try:
        moment = datetime.fromisoformat(words(value, name))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidRecord(f"{name} is no time") from None


def mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidRecord(f"{name} is {type(value).__name__}, not an object")
    return value


def refused(stage: str, source: str, reason: str, raw: object) -> Rejected:
    """A quarantine record of one raw value, cut so that a hostile one cannot fill the table."""
    try:
        shown = json.dumps(raw, default=str)
    except (ValueError, RecursionError):
        shown = repr(type(raw))
    return Rejected(stage, source, reason, {"raw": shown[:_PAYLOAD_CHARS]})
