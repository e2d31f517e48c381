"""Small made-up markets whose truth is known."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from cryptocast.domain import BAR_INTERVAL_S, DataLabel, Horizon
from cryptocast.features.rows import FEATURE_NAMES
from cryptocast.series import BarSeries
from cryptocast.train.dataset import Examples
from cryptocast.train.fit import FitRules
from cryptocast.train.job import TrainingRules
from cryptocast.train.splits import SplitRules

UNTIL = datetime(2022, 3, 1, tzinfo=UTC)
FAST = FitRules(rounds=25, depth=3, min_child_weight=5, learning_rate=0.1, subsample=0.7, colsample=0.7)
RULES = TrainingRules(
    UNTIL, UNTIL, DataLabel.SIMULATED, "rev-1", fit=FAST, split=SplitRules(folds=3), shadow_cycles=0
)


def make_market(
    days: int, symbols: tuple[str, ...] = ("BTC", "ETH"), reversal: float = 0.3, seed: int = 0
) -> dict[str, BarSeries]:
    """Bars until UNTIL; each return is -`reversal` times the last one plus noise: 0 is a random walk."""
    n = days * 86_400 // BAR_INTERVAL_S
    opened = int(UNTIL.timestamp()) - BAR_INTERVAL_S * np.arange(n, 0, -1, dtype=np.int64)
    out = {}
    for number, symbol in enumerate(symbols):
        random = np.random.default_rng([seed, number])
        noise = random.normal(0, 0.003, n)
        moves = np.zeros(n)
        for i in range(1, n):
            moves[i] = -reversal * moves[i - 1] + noise[i]
        close = 100 * np.exp(np.cumsum(moves))
        before = np.concatenate([[100.0], close[:-1]])
        high, low = np.maximum(before, close) * 1.001, np.minimum(before, close) * 0.999
        out[symbol] = BarSeries(
            symbol, BAR_INTERVAL_S, opened, before, high, low, close, random.uniform(1, 9, n)
        )
    return out


def make_examples(
    n: int = 4_000, signal: float = 1.0, horizon: Horizon = Horizon.M15, seed: int = 0
) -> Examples:
    """Two coins in turn; the first feature raises the odds of up by `signal` a unit."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, len(FEATURE_NAMES))).astype(np.float32)
    up = random.random(n) < 1 / (1 + np.exp(-signal * x[:, 0]))
    as_of = int(UNTIL.timestamp()) - BAR_INTERVAL_S * (np.arange(n, 0, -1, dtype=np.int64) // 2)
    symbols = np.array(["BTC", "ETH"])[np.arange(n) % 2]
    return Examples(horizon.seconds, symbols, as_of, x, up, np.where(up, 0.01, -0.01), x[:, 0].astype(float))
