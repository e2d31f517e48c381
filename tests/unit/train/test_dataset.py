from __future__ import annotations

import numpy as np
import pytest

from cryptocast.domain import BAR_INTERVAL_S, Horizon
from cryptocast.features.rows import FEATURE_NAMES
from cryptocast.series import BarSeries
from cryptocast.train.dataset import build_examples, build_table, no_documents
from tests.unit.train.markets import UNTIL, make_market

END = int(UNTIL.timestamp())


def table_of(bars: dict[str, BarSeries], until_s: int = END):
    since_s = min(int(series.opened_s[0]) for series in bars.values())
    return build_table(bars, no_documents(sorted(bars)), since_s, until_s)


@pytest.mark.parametrize("horizon", list(Horizon))
def test_labels_are_the_closes_a_horizon_apart(horizon: Horizon) -> None:
    bars = make_market(6)
    examples = build_examples(bars, table_of(bars), horizon, END)
    closes = {s: dict(zip((b.opened_s + 900).tolist(), b.close, strict=True)) for s, b in bars.items()}
    for i in (0, len(examples) // 2, len(examples) - 1):
        series, at = closes[str(examples.symbols[i])], int(examples.as_of[i])
        assert examples.return_log[i] == pytest.approx(np.log(series[at + horizon.seconds] / series[at]))
        assert examples.up[i] == (series[at + horizon.seconds] > series[at])
    assert int(examples.as_of[-1]) == END - horizon.seconds
    assert np.all(np.diff(examples.as_of) >= 0)
    assert examples.x.shape == (len(examples), len(FEATURE_NAMES))


def test_later_bars_change_nothing_before_until() -> None:
    bars = make_market(6)
    cut = END - 2 * 86_400
    early = {
        s: BarSeries(s, 900, *(getattr(b, c)[b.opened_s + 900 <= cut] for c in BarSeries.__slots__[2:]))
        for s, b in bars.items()
    }
    full = build_examples(bars, table_of(bars, cut), Horizon.H4, cut)
    short = build_examples(early, table_of(early, cut), Horizon.H4, cut)
    assert np.array_equal(full.x, short.x)
    assert np.array_equal(full.up, short.up)


def test_moves_of_zero_and_unknown_closes_are_dropped_not_filled() -> None:
    bars = make_market(4, ("BTC",))
    series = bars["BTC"]
    series.close[-50] = series.close[-51]
    whole = build_examples(bars, table_of(bars), Horizon.M15, END)
    flat_at = int(series.opened_s[-51]) + BAR_INTERVAL_S
    assert flat_at not in whole.as_of
    gone = BarSeries("BTC", 900, *(np.delete(getattr(series, c), -20) for c in BarSeries.__slots__[2:]))
    without = build_examples({"BTC": gone}, table_of({"BTC": gone}), Horizon.M15, END)
    absent_close = int(series.opened_s[-20]) + BAR_INTERVAL_S
    assert set(whole.as_of) - set(without.as_of) == {absent_close, absent_close - BAR_INTERVAL_S}


def test_last_move_is_the_return_of_the_bar_that_just_closed() -> None:
    bars = make_market(3, ("BTC",))
    examples = build_examples(bars, table_of(bars), Horizon.H1, END)
    moved = dict(zip((bars["BTC"].opened_s[1:] + 900).tolist(), np.diff(bars["BTC"].close), strict=True))
    pairs = list(zip(examples.as_of.tolist(), examples.last_move, strict=True))
    assert all((moved[at] > 0) == (move > 0) for at, move in pairs)
    assert len(pairs) > 100
