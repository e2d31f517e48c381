"""Bars and documents as the vendors' modules see them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.replay.simulated import Simulated
from local.replay.world import Bars, closed_bars, concatenate, empty_bars, latest, overlay, resample


def make_bars(opened_s: list[int], first: float = 10.0) -> Bars:
    opened = np.array(opened_s, dtype=np.int64)
    close = first + np.arange(len(opened), dtype=np.float64)
    return Bars(opened, close - 0.5, close + 1, close - 1, close, np.ones(len(opened)))


@given(st.sets(st.integers(0, 60), min_size=1), st.sampled_from([2, 3, 6]))
def test_a_longer_bar_exists_only_where_every_shorter_one_does(places: set[int], parts: int) -> None:
    bars = make_bars(sorted(300 * place for place in places))
    longer = resample(bars, 300, 300 * parts)
    whole = {
        p // parts
        for p in places
        if all(q in places for q in range(p // parts * parts, p // parts * parts + parts))
    }
    assert set((longer.opened_s // (300 * parts)).tolist()) == whole
    for i, opened_s in enumerate(longer.opened_s):
        inside = bars.between(opened_s, opened_s + 300 * parts)
        assert longer.open[i] == inside.open[0]
        assert longer.close[i] == inside.close[-1]
        assert longer.high[i] == inside.high.max()
        assert longer.low[i] == inside.low.min()
        assert longer.volume[i] == pytest.approx(inside.volume.sum())


def test_an_overlay_fills_gaps_and_changes_nothing() -> None:
    own, other = make_bars([0, 900, 2_700]), make_bars([900, 1_800, 3_600], first=99.0)
    both = overlay(own, other)
    assert both.opened_s.tolist() == [0, 900, 1_800, 2_700, 3_600]
    assert both.close[:2].tolist() == own.close[:2].tolist()
    assert overlay(empty_bars(), other) is other


def test_joined_parts_lose_counts_that_only_some_have() -> None:
    counted = Bars(*[np.array([1.0])] * 6, trade_count=np.array([3]), taker_buy_volume=np.array([0.5]))
    assert concatenate([counted, make_bars([900])]).trade_count is None
    assert concatenate([counted, empty_bars()]).trade_count is not None
    assert len(concatenate([])) == 0


@given(st.integers(0, 40 * 86_400), st.sampled_from([300, 900, 3_600, 86_400]))
def test_no_bar_is_served_before_it_closes(seconds: int, interval_s: int) -> None:
    world = WORLD
    now_s = world.first_s + seconds
    bars = closed_bars(world, "ETH", interval_s, now_s - 2 * 86_400, now_s + 86_400, now_s)
    assert (bars.opened_s + interval_s <= now_s).all()
    if seconds >= 2 * interval_s:
        assert now_s - (bars.opened_s[-1] + interval_s) < interval_s


@given(st.integers(2 * 86_400, 40 * 86_400), st.integers(1, 60))
def test_the_newest_documents_are_out_and_in_order(seconds: int, limit: int) -> None:
    now_s = WORLD.first_s + seconds
    found = latest(WORLD, "coindesk", now_s, limit)
    assert len(found) == limit or seconds < 8 * 86_400
    assert all(document.published_s <= document.visible_s <= now_s for document in found)
    assert found == sorted(found, key=lambda document: -document.published_s)
    later = WORLD.documents("coindesk", found[0].published_s + 1, now_s)
    assert all(document.visible_s > now_s for document in later)


WORLD = Simulated(seed=5)
