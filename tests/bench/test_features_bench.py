"""Features in bulk and live. `make bench` runs these; they measure and time nothing out."""

from __future__ import annotations

import numpy as np
import pytest

from cryptocast.domain import DEFAULT_SYMBOLS
from cryptocast.features.rows import compute
from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin import FOLDER
from tests.unit.features.markets import START, STEP, bars, documents, known_at

pytestmark = pytest.mark.bench
SIX_MONTHS = 182 * 96
AS_OFS = START + STEP * np.arange(1, SIX_MONTHS + 1, dtype=np.int64)


@pytest.fixture(scope="module")
def six_months():
    """Five coins at 15 minutes, and 300 documents a day."""
    market = {symbol: bars(symbol, SIX_MONTHS, seed) for seed, symbol in enumerate(DEFAULT_SYMBOLS)}
    return market, documents(DEFAULT_SYMBOLS, 300 * 182, STEP * SIX_MONTHS)


def test_features_of_6_months_and_5_coins_in_bulk(benchmark, six_months):
    table = benchmark(compute, *six_months, AS_OFS)
    assert table.as_of.size == 5 * (SIX_MONTHS - 96)


def test_features_of_one_cycle_and_5_coins(benchmark, six_months):
    as_of = int(AS_OFS[-1])
    table = benchmark(compute, *known_at(*six_months, as_of), np.array([as_of]))
    assert table.as_of.size == 5


def test_sentiment_of_1000_texts_with_the_stand_in(benchmark):
    scorer = Scorer.load(FOLDER)
    texts = [f"Shares of case {i} rise after a strong report " * (1 + i % 8) for i in range(1_000)]
    assert benchmark(scorer.score, texts).shape == (1_000, 3)
