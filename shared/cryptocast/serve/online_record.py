"""What the online store keeps of a forecast: its newest one per coin and horizon, as JSON."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from cryptocast.domain import Forecast

TOP_CONTRIBUTIONS = 5


def to_json(one: Forecast) -> str:
    """The online store's field `forecast:{horizon}`."""
    top = sorted(one.contributions.items(), key=lambda item: -abs(item[1]))[:TOP_CONTRIBUTIONS]
    body: dict[str, Any] = {
        "symbol": one.symbol,
        "horizon": one.horizon.value,
        "as_of": one.as_of.isoformat(),
        "target_at": (one.as_of + timedelta(seconds=one.horizon.seconds)).isoformat(),
        "issued_at": one.issued_at.isoformat(),
        "p_up": one.p_up,
        "call": one.call.value,
        "confidence": one.confidence,
        "price": one.price,
        "contributions": dict(one.contributions),
        "top_contributions": dict(top),
        "model_version": one.model_version,
        "data_label": one.data_label.value,
        "missing": list(one.missing),
    }
    return json.dumps(body, allow_nan=False)
