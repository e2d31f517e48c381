"""What the other coins tell of one coin: their mean, their breadth, their leader."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cryptocast.features.prices import PriceColumns
from cryptocast.features.spec_prices import LEADER_RETURNS, LEADS, MARKET_MEANS
from cryptocast.series import Bools, Floats


def market_features(
    prices: Mapping[str, PriceColumns], symbol: str, coarser: Mapping[str, Mapping[str, Floats]]
) -> tuple[dict[str, Floats], Bools]:
    """The market features of `symbol` by name, and where there is no other coin with a row.

    A coin without a row of its own counts by what its longer bars tell (`coarse_returns`), if anything; but
    not where this coin's return is set against it: the two must end at the same moment.
    Coins are added in the order of their names, so that one `as_of` gives the same sum alone and in bulk.
    """
    own = prices[symbol]
    others = sorted((prices.keys() | coarser.keys()) - {symbol})

    def told(coin: str, name: str, *, now: bool = False) -> Floats:
        unknown = np.full(own.close.shape, np.nan)
        known = unknown if now else np.asarray(coarser.get(coin, {}).get(name, unknown))
        columns = prices.get(coin)
        return known if columns is None else np.where(columns.has_row, columns.values[name], known)

    def mean(name: str, *, sign: bool = False, now: bool = False) -> tuple[Floats, Floats]:
        total, count = np.zeros_like(own.close), np.zeros_like(own.close)
        for coin in others:
            value = told(coin, name, now=now)
            there = np.isfinite(value)
            total += np.where(there, np.sign(value) if sign else value, 0.0)
            count += there
        return total / np.maximum(count, 1.0), count

    out = {f"market_{name}": mean(name)[0] for name, _ in MARKET_MEANS}
    out["market_breadth_1h"], count = mean("return_1h", sign=True)
    market, of_now = mean("return_1h", now=True)
    out["lead_over_market_1h"] = np.where(of_now > 0, own.values["return_1h"] - market, 0.0)
    leader = "ETH" if symbol == "BTC" else "BTC"
    for label in LEADER_RETURNS:
        value = told(leader, f"return_{label}")
        there = np.isfinite(value)
        out[f"leader_return_{label}"] = np.where(there, value, 0.0)
        if label in LEADS:
            ahead = own.values[f"return_{label}"] - told(leader, f"return_{label}", now=True)
            out[f"lead_over_leader_{label}"] = np.where(np.isfinite(ahead), ahead, 0.0)
    return out, np.asarray(count == 0)
