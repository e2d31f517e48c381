"""Which bar length an evaluation takes, and what is said where none serves."""

from __future__ import annotations

import numpy as np
import pytest

from cryptocast.errors import BadInput
from cryptocast.series import BarSeries
from cryptocast.train.files import PriceFiles
from cryptocast.train.interval import bar_interval

DAY_S = 86_400
WINDOW = (30 * DAY_S, 60 * DAY_S)


def bars(symbol: str, first_day: int, last_day: int, interval_s: int = 900) -> BarSeries:
    opened = np.arange(first_day * DAY_S, last_day * DAY_S, interval_s, dtype=np.int64)
    return BarSeries(symbol, interval_s, opened, *(np.ones(len(opened)) for _ in range(5)))


def files(*series: BarSeries) -> PriceFiles:
    return PriceFiles({(one.symbol, one.interval_s): one for one in series})


def refused(held: PriceFiles) -> str:
    with pytest.raises(BadInput) as caught:
        bar_interval(held, ["BTC", "SOL"], WINDOW, 3_600, None)
    return str(caught.value)


def test_a_coin_listed_after_the_test_begins_is_named_with_its_first_bar_and_what_to_do() -> None:
    said = refused(files(bars("BTC", 0, 60), bars("SOL", 40, 60)))
    assert said == (
        "the test begins at 1970-01-31T00:00:00, and the first bar of SOL opens at 1970-02-10T00:00:00: "
        "begin it later (--test-from), with a history to learn from before it, or leave SOL out (--symbols)"
    )


def test_only_the_coin_that_has_no_bar_in_the_window_is_said_to_have_none() -> None:
    said = refused(files(bars("BTC", 0, 60), bars("SOL", 0, 20)))
    assert said.startswith("the files hold no bars of SOL in the test window; they hold BTC at 900 s from ")


@pytest.mark.parametrize(
    ("asked", "blamed"), [(None, "the files' bar interval of 900 s"), (7_200, "--interval 7200")]
)
def test_the_length_that_does_not_fit_the_horizon_is_blamed_on_who_gave_it(asked, blamed) -> None:
    with pytest.raises(BadInput, match=f"a horizon of 4000 s is no multiple of {blamed};") as caught:
        bar_interval(files(bars("BTC", 0, 60)), ["BTC"], WINDOW, 4_000, asked)
    assert asked is None or "files" not in str(caught.value)


def test_where_coins_share_no_length_joining_bars_is_the_advice() -> None:
    said = refused(files(bars("BTC", 0, 60), bars("SOL", 0, 60, 3_600)))
    assert "no bar length is one that all of BTC, SOL have" in said
    assert said.endswith("--interval joins finer bars to longer ones")
