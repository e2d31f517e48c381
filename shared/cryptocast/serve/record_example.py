"""What the record's routes answer, for the API's document."""

from __future__ import annotations

from typing import Any

HEAD_DATA: dict[str, Any] = {
    "missing": [],
    "day": "2024-01-01",
    "sequence": 41_280,
    "hash": "9f" * 32,
    "count": 1_920,
    "previous_day": "2023-12-31",
    "previous_hash": "4b" * 32,
}
OUTCOMES_DATA: dict[str, Any] = {
    "missing": [f"{h}: no outcome of a forecast since 2023-12-25 12:20 UTC" for h in ("15m", "4h", "24h")],
    "since": "2023-12-25T12:20:00Z",
    "record": [
        {
            "horizon": "1h",
            "forecasts": 3_350,
            "calls": 1_306,
            "right": 714,
            "accuracy": 0.5467,
            "accuracy_lower95": 0.4568,
            "accuracy_upper95": 0.6336,
            "independent_calls": 118.0,
            "independent_forecasts": 168.0,
            "overdue": 2,
            "share_up": 0.503,
            "brier": 0.2481,
        }
    ],
    "coins": [
        {
            "symbol": "BTC",
            "horizon": "1h",
            "outcomes": [
                {
                    "as_of": "2024-01-01T11:15:00Z",
                    "p_up": 0.61,
                    "call": "up",
                    "return_log": 0.0021,
                    "correct": True,
                }
            ],
        }
    ],
}
NO_HEAD: dict[str, Any] = {
    "error": {
        "code": "no_head",
        "message": "No head of the record was published yet.",
        "what_to_do": "The first cycle of a UTC day does it.",
    },
    "data_label": "simulated",
}
