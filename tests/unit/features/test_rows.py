"""What the features are worth, and what happens to gaps, absent inputs and nonsense."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cryptocast.errors import BadInput
from cryptocast.features.mirror import mirrored
from cryptocast.features.rows import FEATURE_NAMES, FEATURE_VERSION, HISTORY_S, compute
from cryptocast.series import BarSeries, DocumentSeries
from tests.unit.features.markets import START, STEP, bars, documents, kept, no_documents
from tests.unit.features.reference import pair_return, price_row, text_row

COUNT = 300
SYMBOLS = ("AAVE", "DOT", "SOL")
AS_OF = START + STEP * COUNT
NOW = np.array([AS_OF])


def market(count: int = COUNT) -> dict[str, BarSeries]:
    return {symbol: bars(symbol, count, seed) for seed, symbol in enumerate(SYMBOLS)}


def without(series: BarSeries, *ages: int) -> BarSeries:
    """Without the bars that closed `ages` steps before `AS_OF`."""
    return kept(series, ~np.isin((AS_OF - STEP - series.opened_s) // STEP, ages))


@pytest.mark.parametrize("as_of", [START + STEP * 97, START + STEP * 150, AS_OF])
def test_values_are_those_of_the_formulas(as_of):
    made, texts = market(), documents(SYMBOLS, 500, STEP * COUNT)
    prices = {symbol: price_row(made[symbol], as_of) for symbol in SYMBOLS}
    for row in compute(made, texts, np.array([as_of])).rows():
        others = [pair_return(made[symbol], as_of) for symbol in SYMBOLS if symbol != row.symbol]
        expected = {
            **prices[row.symbol],
            **text_row(texts, row.symbol, as_of),
            "market_return_30m": sum(others) / 2,
        }
        assert list(row.values) == list(FEATURE_NAMES)
        assert row.values == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert row.missing == ()
        assert row.feature_version == FEATURE_VERSION


def test_a_gap_is_bridged_by_the_last_close_and_leaves_the_volatility_alone():
    series = without(bars("SOL", COUNT), 1, 2, 3, 4, 5, 20)
    (row,) = compute({"SOL": series}, no_documents(), NOW).rows()
    expected = price_row(series, AS_OF)
    assert {name: row.values[name] for name in expected} == pytest.approx(expected, rel=1e-9)
    assert "bars" in row.missing


def test_without_a_bar_that_closes_at_as_of_there_is_no_row_and_the_table_says_why():
    made = {"DOT": bars("DOT", COUNT), "SOL": without(bars("SOL", COUNT), 0)}
    table = compute(made, no_documents(), NOW)
    assert table.symbols.tolist() == ["DOT"]
    assert table.skipped == {"SOL": {"no bar closes at as_of": 1}}


@pytest.mark.parametrize(("count", "rows"), [(96, 0), (97, 1)])
def test_a_coin_needs_24_hours_of_bars(count, rows):
    table = compute({"SOL": bars("SOL", count)}, no_documents(), np.array([START + STEP * count]))
    assert table.as_of.size == rows
    assert bool(table.skipped) is (rows == 0)


def test_rows_begin_again_12_hours_after_a_long_outage_and_stay():
    series = bars("SOL", 600)
    outage = kept(series, (np.arange(600) < 200) | (np.arange(600) >= 200 + 34 * 4))
    table = compute({"SOL": outage}, no_documents(), START + STEP * np.arange(201, 601))
    assert table.as_of[0] == START + STEP * (200 + 34 * 4 + 48)
    assert (np.diff(table.as_of) == STEP).all()
    assert table.as_of[-1] == START + STEP * 600


def test_absent_volume_is_named():
    series = bars("SOL", COUNT)
    series.volume[-1] = np.nan
    (row,) = compute({"SOL": series}, no_documents(), NOW).rows()
    assert "volume" in row.missing


def test_a_coin_alone_without_texts_names_all_that_is_missing():
    (row,) = compute({"SOL": bars("SOL", COUNT)}, no_documents(), NOW).rows()
    assert row.missing == ("market", "news", "posts", "sentiment")
    absent = ("market_return_30m", "sentiment_6h", "posts_ratio_3h")
    assert [row.values[name] for name in absent] == [0.0] * 3


def test_a_document_about_another_coin_alone_is_left_out():
    only_btc = DocumentSeries(
        ("BTC", "SOL"), np.array([AS_OF - 60]), np.array([True]), np.array([1.0]), np.array([[True, False]])
    )
    made = {"BTC": bars("BTC", COUNT), "SOL": bars("SOL", COUNT, 1)}
    btc, sol = compute(made, only_btc, NOW).rows()
    assert btc.values["sentiment_6h"] == pytest.approx(0.5)
    assert sol.values["sentiment_6h"] == 0.0


def test_a_document_that_was_not_scored_is_seen_and_has_no_sentiment():
    unscored = DocumentSeries(
        ("SOL",), np.array([AS_OF]), np.array([True]), np.array([np.nan]), np.array([[True]])
    )
    (row,) = compute({"SOL": bars("SOL", COUNT)}, unscored, NOW).rows()
    assert row.values["sentiment_6h"] == 0.0
    assert "sentiment" in row.missing
    assert "news" not in row.missing


def test_a_price_in_other_units_gives_the_same_row():
    series = bars("SOL", COUNT)
    cents = replace(
        series,
        open=series.open * 100,
        high=series.high * 100,
        low=series.low * 100,
        close=series.close * 100,
        volume=series.volume * 1000,
    )
    one, other = (compute({"SOL": given}, no_documents(), NOW).values for given in (series, cents))
    assert other == pytest.approx(one, rel=1e-6, abs=1e-9)


def test_a_price_that_never_moves_gives_finite_values():
    flat = np.ones(COUNT)
    series = BarSeries("SOL", STEP, bars("SOL", COUNT).opened_s, flat, flat, flat, flat, np.zeros(COUNT))
    (row,) = compute({"SOL": series}, no_documents(), NOW).rows()
    assert row.values["return_24h"] == 0.0
    assert row.values["range_ratio"] == 1.0
    assert np.isfinite(list(row.values.values())).all()


NONSENSE = st.floats(allow_nan=True, allow_infinity=True)


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_values_are_finite_whatever_the_bars_and_scores_are(data):
    n = 110
    column = hnp.arrays(np.float64, n, elements=NONSENSE, fill=st.floats(0.5, 2.0))
    opened = START + STEP * np.arange(n, dtype=np.int64)
    made = {
        symbol: BarSeries(symbol, STEP, opened, *(data.draw(column) for _ in range(5)))
        for symbol in ("DOT", "SOL")
    }
    texts = documents(("SOL",), n, STEP * n)
    texts = replace(
        texts, score=data.draw(hnp.arrays(np.float64, n, elements=st.floats(-1, 1) | st.just(np.nan)))
    )
    table = compute(made, texts, opened + STEP)
    assert np.isfinite(table.values).all()
    assert np.isfinite(table.close).all()


def test_as_ofs_off_the_grid_and_bars_of_another_interval_are_refused():
    with pytest.raises(BadInput, match="not on the 900 s grid"):
        compute(market(), no_documents(), np.array([AS_OF + 1]))
    hourly = replace(bars("SOL", COUNT), interval_s=3_600)
    with pytest.raises(BadInput, match="SOL: features need 900 s bars, these are 3600 s"):
        compute({"SOL": hourly}, no_documents(), NOW)


@pytest.mark.parametrize("as_ofs", [[], [AS_OF]])
def test_nothing_in_gives_an_empty_table(as_ofs):
    table = compute({} if as_ofs else market(), no_documents(), np.array(as_ofs, dtype=np.int64))
    assert table.values.shape == (0, 15)
    assert table.rows() == []


def test_a_coin_without_a_bar_gets_no_row_and_is_reported():
    made = {"SOL": kept(bars("SOL", 5), np.zeros(5, dtype=np.bool_))}
    table = compute(made, no_documents(), NOW)
    assert table.rows() == []
    assert table.skipped == {"SOL": {"no bar closes at as_of": 1}}


def test_rows_ascend_by_as_of_then_symbol():
    as_ofs = AS_OF - STEP * np.arange(5)
    rows = compute(market(), no_documents(), as_ofs).rows()
    assert [(row.as_of, row.symbol) for row in rows] == sorted((row.as_of, row.symbol) for row in rows)
    assert len(rows) == 15


def test_history_reaches_over_the_window_and_the_longest_carried_close():
    assert HISTORY_S == (7 + 2) * 86_400 + STEP


def test_the_market_upside_down_is_the_mirrored_row():
    series = bars("SOL", COUNT)
    turned = replace(
        series, open=1 / series.open, high=1 / series.low, low=1 / series.high, close=1 / series.close
    )
    one, other = (
        compute({"SOL": given, "DOT": given}, no_documents(), NOW).values for given in (series, turned)
    )
    close_location = FEATURE_NAMES.index("close_location")
    expected = mirrored(one.astype(np.float32))
    keep = np.arange(15) != close_location
    np.testing.assert_allclose(other[:, keep], expected[:, keep], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(other[:, close_location], expected[:, close_location], atol=0.02)
