"""The hash chain over forecasts: each entry's hash covers the one before it.

Whoever kept one hash can later tell whether anything issued before it was altered or left out.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC

from cryptocast.domain import Forecast

GENESIS = bytes(32)
"""What the first entry follows."""


def entry_hash(previous: bytes, forecast: Forecast) -> bytes:
    """SHA-256 over `previous` and the forecast as canonical JSON (sorted keys, UTC, no spaces)."""
    content = {
        "symbol": forecast.symbol,
        "horizon": forecast.horizon,
        "as_of": forecast.as_of.astimezone(UTC).isoformat(),
        "issued_at": forecast.issued_at.astimezone(UTC).isoformat(),
        "p_up": float(forecast.p_up),
        "call": forecast.call,
        "confidence": float(forecast.confidence),
        "price": float(forecast.price),
        "contributions": {name: float(value) for name, value in forecast.contributions.items()},
        "model_version": forecast.model_version,
        "data_label": forecast.data_label,
        "missing": list(forecast.missing),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(previous + text.encode()).digest()
