"""What the routes of bars answer, for the API's document."""

from __future__ import annotations

from typing import Any

_CLOSED_AT = "2024-01-01T12:15:00Z"
BARS_DATA: dict[str, Any] = {
    "missing": [],
    "symbol": "BTC",
    "interval_s": 900,
    "bars": [
        {
            "opened_at": "2024-01-01T12:00:00Z",
            "closed_at": _CLOSED_AT,
            "open": 42_290.0,
            "high": 42_330.0,
            "low": 42_280.1,
            "close": 42_310.5,
            "volume": 118.2,
            "source": "coinbase",
            "volume_source": "coinbase",
            "trade_count": None,
            "taker_buy_volume": None,
        }
    ],
}
CLOSES_DATA: dict[str, Any] = {
    "missing": ["bars: none yet for AAVE"],
    "interval_s": 900,
    "coins": [
        {
            "symbol": "BTC",
            "as_of": _CLOSED_AT,
            "stale": False,
            "closes": [
                {"closed_at": "2024-01-01T12:00:00Z", "close": 42_290.0},
                {"closed_at": _CLOSED_AT, "close": 42_310.5},
            ],
        },
        {"symbol": "AAVE", "as_of": None, "stale": True, "closes": []},
    ],
}
