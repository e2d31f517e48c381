"""What the other coins tell of one coin: their mean, their breadth, their leader."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cryptocast.features.prices import PriceColumns
from cryptocast.features.spec_prices import MARKET_MEANS
from cryptocast.series import Bools, Floats


def market_features(prices: Mapping[str, PriceColumns], symbol: str) -> tuple[dict[str, Floats], Bools]:
    """The market features of `symbol` by name, and where there is no other coin with a row.

    Coins are added in the order of `prices`, so that one `as_of` gives the same sum alone and in bulk.
    """
    own = prices[symbol]
    others = [columns for name, columns in prices.items() if name != symbol]
    count = np.zeros_like(own.close)
    for columns in others:
        count += columns.has_row
    there = np.maximum(count, 1.0)

    def mean(name: str, *, sign: bool = False) -> Floats:
        total = np.zeros_like(own.close)
        for columns in others:
            value = np.sign(columns.values[name]) if sign else columns.values[name]
            total += np.where(columns.has_row, value, 0.0)
        return total / there

    out = {f"market_{name}": mean(name) for name, _ in MARKET_MEANS}
    out["market_breadth_1h"] = mean("return_1h", sign=True)
    lead = own.values["return_1h"] - out["market_return_1h"]
    out["lead_over_market_1h"] = np.where(count > 0, lead, 0.0)
    leader = prices.get("ETH" if symbol == "BTC" else "BTC")
    for label in ("15m", "1h"):
        known = leader.values[f"return_{label}"] if leader else np.zeros_like(own.close)
        seen = leader.has_row if leader else np.zeros(own.close.shape, dtype=np.bool_)
        out[f"leader_return_{label}"] = np.where(seen, known, 0.0)
    return out, np.asarray(count == 0)
