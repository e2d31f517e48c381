"""Longer bars tell the rows of other coins of the market: known at their close, and by returns alone."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryptocast.errors import BadInput
from cryptocast.features.rows import FEATURE_NAMES, HISTORY_S, compute
from cryptocast.series import BarSeries
from cryptocast.train.files import PriceFiles
from cryptocast.train.resample import coarser_than, resample
from tests.unit.features.markets import START, STEP, bars, kept, no_documents

COUNT = 1_500
HOUR = 3_600
SOL = bars("SOL", COUNT)
HOURLY = resample(bars("BTC", COUNT, 1), HOUR)
NOW = START + STEP * COUNT
"""On the hour: 375 hours after the start."""


def row(as_of: int, *coarser: BarSeries, **others: BarSeries) -> dict[str, float]:
    table = compute({"SOL": SOL} | others, no_documents(), np.array([as_of]), coarser=coarser)
    at = table.symbols.tolist().index("SOL")
    return dict(zip(FEATURE_NAMES, table.values[at].tolist(), strict=True))


def returned(series: BarSeries, closed_at: int, hours: int) -> float:
    """The return up to an hourly close over the root mean square of 24 hourly ones, in plain Python."""
    close = dict(zip((series.opened_s + HOUR).tolist(), series.close.tolist(), strict=True))
    steps = [close[closed_at - HOUR * i] / close[closed_at - HOUR * (i + 1)] for i in range(24)]
    sigma = math.sqrt(sum(math.log(step) ** 2 for step in steps) / 24)
    return math.log(close[closed_at] / close[closed_at - HOUR * hours]) / (sigma * math.sqrt(hours))


@pytest.mark.parametrize("minutes", [0, 15, 30, 45])
def test_a_leader_with_hourly_bars_is_known_up_to_its_newest_close(minutes):
    found = row(NOW - HOUR + 60 * minutes, HOURLY)
    for hours in (1, 3, 6, 24):
        expected = returned(HOURLY, NOW - HOUR, hours)
        assert found[f"leader_return_{hours}h"] == pytest.approx(expected, rel=1e-9)
        assert found.get(f"market_return_{hours}h", expected) == pytest.approx(expected, rel=1e-9)
    # Nothing shorter than its bar, nothing but returns, and no difference of two that end at other moments.
    assert found["leader_return_15m"] == found["market_return_30m"] == found["market_wick"] == 0.0
    assert found["lead_over_leader_3h"] == found["lead_over_market_1h"] == 0.0


@given(seed=st.integers(0, 10_000), back=st.integers(0, 400), hole=st.integers(0, 300))
@settings(max_examples=15, deadline=None)
def test_a_row_equals_the_bulk_row_whatever_longer_bars_follow_or_lack(seed, back, hole):
    """Live reads no more than `HISTORY_S`; the longer bars have gaps, one of up to six days."""
    random = np.random.default_rng(seed)
    as_of = NOW - STEP * back
    made = bars("BTC", COUNT, seed)
    coarser = []
    for steps in (2, 3, 4):
        one = resample(made, steps * STEP)
        there = random.random(len(one.close)) > 0.1
        there[hole : hole + 144] = False
        coarser.append(kept(one, there))
    reach = [
        (one.opened_s + one.interval_s <= as_of) & (one.opened_s >= as_of - HISTORY_S) for one in coarser
    ]
    known = [kept(one, there) for one, there in zip(coarser, reach, strict=True)]
    bulk = compute({"SOL": SOL}, no_documents(), START + STEP * np.arange(1, COUNT + 1), coarser=coarser)
    live = compute({"SOL": SOL}, no_documents(), np.array([as_of]), coarser=known)
    assert bulk.values[bulk.as_of == as_of].tobytes() == live.values.tobytes()


def test_the_finest_bars_speak_and_a_row_of_the_coin_itself_before_all():
    half_hours = resample(bars("BTC", COUNT, 2), 1_800)
    both, alone = row(NOW, HOURLY, half_hours), row(NOW, half_hours)
    assert both["leader_return_1h"] == alone["leader_return_1h"] != row(NOW, HOURLY)["leader_return_1h"]
    fine = bars("BTC", COUNT, 3)
    assert row(NOW, HOURLY, BTC=fine) == row(NOW, BTC=fine)
    silent = kept(fine, fine.opened_s < NOW - STEP)
    assert row(NOW, HOURLY, BTC=silent)["leader_return_1h"] == row(NOW, HOURLY)["leader_return_1h"]


def test_without_the_newest_bar_or_half_a_day_of_bars_nothing_is_told():
    late = kept(HOURLY, HOURLY.opened_s != NOW - HOUR)
    short = kept(HOURLY, HOURLY.opened_s >= NOW - 11 * HOUR)
    since = NOW - 14 * HOUR
    gaps = [
        kept(HOURLY, (HOURLY.opened_s < since - days * 86_400) | (HOURLY.opened_s >= since))
        for days in (3, 7)
    ]
    for lacking in (late, short, *gaps):
        found = row(NOW, lacking)
        assert found["leader_return_1h"] == found["market_return_1h"] == found["leader_return_24h"] == 0.0
    table = compute({"SOL": SOL}, no_documents(), np.array([NOW]), coarser=[late])
    assert "market" in table.missing_names(0)
    table = compute({"SOL": SOL}, no_documents(), np.array([NOW]), coarser=[HOURLY])
    assert "market" not in table.missing_names(0)


@pytest.mark.parametrize("interval_s", [900, 1_000, 7_200])
def test_bars_that_cannot_stand_beside_are_refused(interval_s):
    with pytest.raises(BadInput, match=f"BTC: bars of {interval_s} s cannot stand beside those of 900 s"):
        row(NOW, replace(HOURLY, interval_s=interval_s))


def test_of_a_file_only_longer_bars_up_to_an_hour_are_taken_and_all_are_noted():
    series = {
        (one.symbol, one.interval_s): one
        for one in (SOL, HOURLY, replace(HOURLY, interval_s=14_400), replace(HOURLY, interval_s=1_000))
    }
    notes: list[str] = []
    assert coarser_than(PriceFiles(series), STEP, notes) == [HOURLY]
    assert coarser_than(PriceFiles(series), STEP, [], used=False) == []
    assert [note.split(",")[0] for note in notes] == [
        "BTC: bars of 1000 s are left out",
        "BTC: bars of 3600 s tell of the market only",
        "BTC: bars of 14400 s are left out",
    ]
