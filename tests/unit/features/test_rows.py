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
from cryptocast.features.rows import FEATURE_NAMES, FEATURE_VERSION, FEATURES, HISTORY_S, compute
from cryptocast.series import BarSeries, DocumentSeries, Floats
from tests.unit.features.markets import START, STEP, bars, documents, kept, no_documents
from tests.unit.features.reference import feature_rows

COUNT = 300
SYMBOLS = ("AAVE", "DOT", "SOL")
AS_OF = START + STEP * COUNT
NOW = np.array([AS_OF])


def market(count: int = COUNT) -> dict[str, BarSeries]:
    return {symbol: bars(symbol, count, seed) for seed, symbol in enumerate(SYMBOLS)}


def without(series: BarSeries, *ages: int) -> BarSeries:
    """Without the bars that closed `ages` steps before `AS_OF`."""
    return kept(series, ~np.isin((AS_OF - STEP - series.opened_s) // STEP, ages))


def damaged(series: BarSeries, seed: int) -> BarSeries:
    """With gaps, and with opens, ranges and volumes that are absent, zero or nonsense."""
    random = np.random.default_rng([seed, 1])

    def spoilt(column: Floats, *worse: float) -> Floats:
        return np.where(random.random(column.size) < 0.06, random.choice(worse, column.size), column)

    holed = replace(
        series,
        open=spoilt(series.open, np.nan, 0.0),
        high=spoilt(series.high, np.nan, np.inf, -1.0),
        low=spoilt(series.low, np.nan, 1e300),
        close=spoilt(series.close, np.nan, -3.0),
        volume=spoilt(series.volume, np.nan, 0.0, -1.0),
    )
    there = random.random(series.close.size) >= 0.05
    there[-40:-30] = False
    return kept(holed, there)


def are_those_of_the_formulas(made: dict[str, BarSeries], texts: DocumentSeries, as_of: int) -> int:
    """Every value of every row equals the second implementation's; how many rows there were."""
    expected = feature_rows(made, texts, as_of)
    rows = compute(made, texts, np.array([as_of])).rows()
    assert [row.symbol for row in rows] == sorted(expected)
    for row in rows:
        assert list(row.values) == list(FEATURE_NAMES)
        assert row.values == pytest.approx(expected[row.symbol], rel=1e-9, abs=1e-7), row.symbol
        assert row.feature_version == FEATURE_VERSION
    return len(rows)


@pytest.mark.parametrize("as_of", [START + STEP * 97, START + STEP * 150, AS_OF])
def test_values_are_those_of_the_formulas(as_of):
    made, texts = market(), documents(SYMBOLS, 500, STEP * COUNT)
    assert are_those_of_the_formulas(made, texts, as_of) == len(SYMBOLS)
    assert all(row.missing == () for row in compute(made, texts, np.array([as_of])).rows())


@pytest.mark.parametrize("symbols", [("BTC", "ETH", "SOL"), ("BTC", "DOT"), ("ETH",)])
def test_the_leader_is_btc_and_for_btc_it_is_eth(symbols):
    made = {symbol: bars(symbol, COUNT, seed) for seed, symbol in enumerate(symbols)}
    assert are_those_of_the_formulas(made, no_documents(symbols), AS_OF) == len(symbols)


@given(seed=st.integers(0, 10_000), age=st.integers(0, 150))
@settings(max_examples=8, deadline=None)
def test_values_are_those_of_the_formulas_whatever_is_absent(seed, age):
    made = {
        symbol: damaged(bars(symbol, 1_000, seed + n), seed + n) for n, symbol in enumerate(("BTC", "ETH"))
    }
    texts = documents(("BTC", "ETH"), 900, STEP * 1_000, seed)
    are_those_of_the_formulas(made, texts, START + STEP * (1_000 - age))


@pytest.mark.parametrize("move", [0.0, 0.002])
def test_values_are_those_of_the_formulas_where_the_price_barely_moves(move):
    """Bars without a range, all but one; and one volume for all of them."""
    close = np.full(COUNT, 7.0)
    close[-20:] *= 1 + move
    flat = BarSeries(
        "SOL", STEP, bars("SOL", COUNT).opened_s, close, close, close, close, np.full(COUNT, 3.0)
    )
    assert are_those_of_the_formulas({"SOL": flat}, no_documents(("SOL",)), AS_OF) == 1


def test_a_gap_is_bridged_by_the_last_close_and_leaves_the_volatility_alone():
    series = without(bars("SOL", COUNT), 1, 2, 3, 4, 5, 20)
    assert are_those_of_the_formulas({"SOL": series}, no_documents(("SOL",)), AS_OF) == 1
    (row,) = compute({"SOL": series}, no_documents(), NOW).rows()
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
    of_texts = {feature.name for feature in FEATURES if feature.group in {"sentiment", "social"}}
    of_others = {name for name in FEATURE_NAMES if name.startswith(("market_", "lead"))}
    assert (len(of_texts), len(of_others)) == (5, 20)
    assert {name: row.values[name] for name in of_texts | of_others} == dict.fromkeys(of_texts | of_others, 0)


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
    named = {name: value for name, value in row.values.items() if value}
    assert named == {
        "range_ratio": 1.0,
        "range_ratio_1h": 1.0,
        "volatility": pytest.approx(np.log(1e-5)),
        "hour": 3.0,
        "weekday": 1.0,
    }


def test_calm_after_a_crash_is_no_correlation_beyond_one():
    """The crash is in the oldest pair of the window and not in the window itself."""
    close = np.full(COUNT, 100.001)
    close[: COUNT - 33], close[COUNT - 33] = 200.0, 100.0
    calm = BarSeries("SOL", STEP, bars("SOL", COUNT).opened_s, close, close, close, close, close)
    (row,) = compute({"SOL": calm}, no_documents(), NOW).rows()
    assert row.values["autocorrelation_8h"] == -1.0


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
    assert table.values.shape == (0, len(FEATURE_NAMES))
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


LINEAR_IN_THE_PRICE = ("close_location", "close_location_1h", "market_close_location_1h")
"""The price itself is in these, not its logarithm, so that upside down they differ by the size of a bar."""
OF_A_MEAN_PRICE = ("vwap_distance_4h", "vwap_distance_24h", "market_vwap_distance_4h")


@pytest.mark.parametrize("seed", range(3))
def test_the_market_upside_down_is_the_mirrored_row(seed):
    made = {symbol: bars(symbol, 900, seed + n) for n, symbol in enumerate(("BTC", "ETH", "SOL"))}
    turned = {
        symbol: replace(one, open=1 / one.open, high=1 / one.low, low=1 / one.high, close=1 / one.close)
        for symbol, one in made.items()
    }
    up, down = (
        compute(given, no_documents(), START + STEP * np.arange(800, 901)).values.astype(np.float32)
        for given in (made, turned)
    )
    assert up.shape == (3 * 101, len(FEATURE_NAMES))
    expected = mirrored(up)
    for column, name in enumerate(FEATURE_NAMES):
        allowed = 0.02 if name in LINEAR_IN_THE_PRICE else 0.1 if name in OF_A_MEAN_PRICE else 2e-5
        np.testing.assert_allclose(
            down[:, column], expected[:, column], rtol=1e-4, atol=allowed, err_msg=name
        )


def test_sentiment_upside_down_is_the_opposite_sentiment():
    made, texts = market(), documents(SYMBOLS, 500, STEP * COUNT)
    up, down = (
        compute(made, given, NOW).values.astype(np.float32)
        for given in (texts, replace(texts, score=-texts.score))
    )
    of_texts = [i for i, feature in enumerate(FEATURES) if feature.group in {"sentiment", "social"}]
    np.testing.assert_allclose(down[:, of_texts], mirrored(up)[:, of_texts], atol=1e-6)
    assert (down[:, of_texts] != up[:, of_texts]).any(axis=0).sum() == 2
