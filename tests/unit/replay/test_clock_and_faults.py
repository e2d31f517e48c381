"""The clock and the faults of the server."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import numpy as np
import pytest

from local.replay.clock import Clock, iso, parse_moment
from local.replay.faults import Fault
from local.replay.lag import news_visible_s, post_visible_s


def test_a_set_clock_stands_and_a_free_one_runs() -> None:
    noon = datetime(2022, 1, 5, 12, tzinfo=UTC)
    clock = Clock(noon)
    assert clock.now() == noon
    clock.set(None)
    assert abs(clock.now_s() - time.time()) < 5


@pytest.mark.parametrize("text", ["2022-01-05T12:00:00Z", "2022-01-05T12:00:00", "2022-01-05T13:00:00+01:00"])
def test_moments_are_read_as_utc(text: str) -> None:
    assert parse_moment(text) == datetime(2022, 1, 5, 12, tzinfo=UTC)
    assert iso(parse_moment(text).timestamp()) == "2022-01-05T12:00:00Z"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"path_prefix": "coingecko", "status": 500},
        {"path_prefix": "/x"},
        {"path_prefix": "/x", "kind": "odd"},
        {"path_prefix": "/x", "status": 500, "when": "now"},
    ],
)
def test_a_fault_that_cannot_be_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"fault|kind"):
        Fault.parse(given)


def test_the_lag_of_news_has_the_recorded_quartiles() -> None:
    chance = (np.arange(10_000) + 0.5) / 10_000
    lag = news_visible_s(np.zeros(10_000, dtype=np.int64), chance, undocumented_zone=False)
    assert (lag == 0).mean() == pytest.approx(0.5, abs=0.01)
    assert np.quantile(lag, 0.75) == pytest.approx(2_190, abs=5)
    assert lag.max() <= 7_040
    zoned = news_visible_s(np.zeros(10_000, dtype=np.int64), chance, undocumented_zone=True)
    assert (zoned - lag == 3_600).all()
    assert post_visible_s(np.zeros(10_000, dtype=np.int64), chance).max() <= 120
