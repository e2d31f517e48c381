"""Nothing that was known only after `as_of` changes a row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cryptocast.features.rows import compute
from cryptocast.series import BarSeries, DocumentSeries
from tests.unit.features.markets import START, STEP, bars, documents, kept, some

COUNT = 260
SYMBOLS = ("DOT", "SOL")
MARKET = {symbol: bars(symbol, COUNT, seed) for seed, symbol in enumerate(SYMBOLS)}
TEXTS = documents(SYMBOLS, 400, STEP * COUNT)


def scrambled_bars(series: BarSeries, as_of: int, random: np.random.Generator) -> BarSeries:
    """The bars that close after `as_of` with other prices and volumes, some of them gone."""
    later = series.opened_s + STEP > as_of
    factor = np.where(later, np.exp(random.normal(0, 1, later.size)), 1.0)
    changed = replace(
        series,
        open=series.open * factor,
        high=series.high * factor,
        low=series.low * factor,
        close=series.close * factor,
        volume=series.volume * factor,
    )
    return kept(changed, ~later | (random.random(later.size) < 0.8))


def scrambled_documents(series: DocumentSeries, as_of: int, random: np.random.Generator) -> DocumentSeries:
    """The documents seen after `as_of` with other scores, kinds and mentions, some gone, many added."""
    n = series.score.size
    late = series.first_seen_s > as_of
    added = np.sort(random.integers(as_of + 1, as_of + 50 * STEP, 200))
    past = some(series, ~late)
    after = some(series, late & (random.random(n) < 0.5))
    seen = np.concatenate([past.first_seen_s, after.first_seen_s, added])
    order = np.argsort(seen, kind="stable")
    new = seen.size - past.score.size
    return DocumentSeries(
        series.symbols,
        seen[order],
        np.concatenate([past.is_news, random.random(new) < 0.5])[order],
        np.concatenate([past.score, random.uniform(-1, 1, new)])[order],
        np.concatenate([past.mentions, random.random((new, len(SYMBOLS))) < 0.5])[order],
    )


@given(step=st.integers(97, COUNT - 1), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_no_later_input_changes_a_row(step, seed):
    random = np.random.default_rng(seed)
    as_of = START + STEP * step
    before = compute(MARKET, TEXTS, np.array([as_of]))
    future = {symbol: scrambled_bars(series, as_of, random) for symbol, series in MARKET.items()}
    after = compute(future, scrambled_documents(TEXTS, as_of, random), np.array([as_of]))
    assert before.as_of.size == len(SYMBOLS)
    assert before.values.tobytes() == after.values.tobytes()
    assert before.missing.tolist() == after.missing.tolist()


def test_the_property_test_would_notice_a_bar_that_is_used_before_it_closed():
    as_of = START + STEP * 200
    changed = {
        symbol: scrambled_bars(series, as_of - STEP, np.random.default_rng(1))
        for symbol, series in MARKET.items()
    }
    before = compute(MARKET, TEXTS, np.array([as_of]))
    after = compute(changed, TEXTS, np.array([as_of]))
    assert before.values.tobytes() != after.values.tobytes()


def test_a_document_is_used_from_the_as_of_it_was_seen_at_and_not_a_second_earlier():
    as_of = START + STEP * 200
    for seen, used in ((as_of, True), (as_of + 1, False)):
        one = DocumentSeries(
            SYMBOLS, np.array([seen]), np.array([True]), np.array([1.0]), np.array([[True, True]])
        )
        table = compute(MARKET, one, np.array([as_of]))
        assert (table.rows()[0].values["sentiment_6h"] > 0) is used
