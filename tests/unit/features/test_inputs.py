"""Which inputs a feature reads: what it says is held against what the formulas do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cryptocast.features.inputs import inputs_of
from cryptocast.features.rows import FEATURE_NAMES, compute
from cryptocast.features.spec import MISSING_INPUTS
from cryptocast.series import BarSeries, DocumentSeries
from tests.unit.features.markets import START, STEP, bars, documents, some

COUNT = 900
SYMBOLS = ("BTC", "ETH", "SOL")
AT = np.array([START + STEP * COUNT])
Inputs = tuple[dict[str, BarSeries], DocumentSeries]


def all_inputs() -> Inputs:
    market = {symbol: bars(symbol, COUNT, seed) for seed, symbol in enumerate(SYMBOLS)}
    return market, documents(SYMBOLS, 3_000, STEP * COUNT)


def without(name: str, market: dict[str, BarSeries], texts: DocumentSeries) -> Inputs:
    if name == "volume":
        return {s: replace(b, volume=np.full(COUNT, np.nan)) for s, b in market.items()}, texts
    if name == "market":
        return {"SOL": market["SOL"]}, texts
    if name == "sentiment":
        unscored = np.full_like(texts.score, np.nan)
        return market, DocumentSeries(
            texts.symbols, texts.first_seen_s, texts.is_news, unscored, texts.mentions
        )
    return market, some(texts, ~texts.is_news if name == "news" else texts.is_news)


@pytest.mark.parametrize("name", [name for name in MISSING_INPUTS if name != "bars"])
def test_a_feature_that_changes_without_an_input_reads_it(name: str) -> None:
    (before,) = (row for row in compute(*all_inputs(), AT).rows() if row.symbol == "SOL")
    (after,) = (row for row in compute(*without(name, *all_inputs()), AT).rows() if row.symbol == "SOL")
    assert (name in before.missing, name in after.missing) == (False, True)
    changed = {feature for feature in FEATURE_NAMES if before.values[feature] != after.values[feature]}
    assert changed
    assert all(name in inputs_of([feature]) for feature in changed)


def test_prices_read_no_texts_time_reads_nothing_and_the_unknown_reads_all() -> None:
    assert inputs_of(["return_15m", "hour"]) == {"bars", "volume"}
    assert inputs_of(["minute"]) == inputs_of([]) == frozenset()
    assert inputs_of(["hour", "moon"]) == set(MISSING_INPUTS)
