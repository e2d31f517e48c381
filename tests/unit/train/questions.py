"""A market for `cryptocast evaluate`, as its files have it, and a question about it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from cryptocast.train.backtest import Question
from cryptocast.train.fit import FitRules

QUICK = FitRules(rounds=8, trees_per_round=1, min_child_weight=20)
DAYS = 60


def frame(symbol: str = "BTC", days: int = DAYS, seed: int = 1, interval_s: int = 900) -> pd.DataFrame:
    """A market that swings back a little after each bar."""
    random = np.random.default_rng(seed)
    count = days * 86_400 // interval_s
    noise = random.normal(0, 0.002, count)
    step = noise - 0.4 * np.concatenate([[0.0], noise[:-1]])
    close = 100 * np.exp(np.cumsum(step))
    opened = np.concatenate([[100.0], close[:-1]])
    return pd.DataFrame(
        {
            "symbol": symbol,
            "ts": pd.date_range("2024-01-01", periods=count, freq=f"{interval_s}s", tz="UTC"),
            "interval_s": interval_s,
            "open": opened,
            "high": np.maximum(opened, close) * 1.001,
            "low": np.minimum(opened, close) * 0.999,
            "close": close,
            "volume": random.uniform(1, 5, count),
        }
    )


def write(folder: Path, rows: pd.DataFrame, name: str = "prices.parquet") -> Path:
    rows.to_parquet(folder / name)
    return folder / name


def ask(path: Path, **changed) -> Question:
    told = {
        "prices": [path],
        "symbols": ["BTC"],
        "horizon": "1h",
        "test_from": datetime(2024, 2, 10, tzinfo=UTC),
        "test_to": datetime(2024, 2, 28, tzinfo=UTC),
        "rules": QUICK,
        "workers": 1,
    }
    return Question(**{**told, **changed})
