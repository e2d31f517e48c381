from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cryptocast.domain import FeatureRow
from cryptocast.errors import NotEnoughData
from cryptocast.monitor import drift
from tests.factories import AS_OF, INTERVAL, make_feature_row

SYMBOLS = ("AAVE", "BTC", "DOT")
DAY = 96


def make_rows(
    days: int, until: object = AS_OF, seed: int = 0, shift: float = 0.0, scale: float = 1.0, missing: str = ""
) -> list[FeatureRow]:
    """Rows of three coins: `calm` follows a slow day-long wave, `wild` has another level every day."""
    rng = np.random.default_rng(seed)
    rows = []
    for step in range(days * DAY - 1, -1, -1):
        day = step // DAY
        for symbol in SYMBOLS:
            level = np.random.default_rng(day + 1_000 * seed).normal(0, 3)
            values = {
                "calm": float(rng.normal(shift, scale)),
                "wild": float(rng.normal(level, 1)),
                "hour": float(np.sin(2 * np.pi * (step % DAY) / DAY)),
            }
            rows.append(
                make_feature_row(
                    symbol,
                    until - step * INTERVAL,  # type: ignore[operator]
                    values=values,
                    missing=(missing,) if missing else (),
                )
            )
    return rows


@pytest.fixture(scope="module")
def reference() -> drift.Reference:
    return drift.make_reference(make_rows(20), AS_OF, len(SYMBOLS))


LATER = AS_OF + timedelta(days=2)
DAYS_3 = timedelta(days=3)


def test_the_same_market_does_not_drift(reference: drift.Reference) -> None:
    found = drift.measure(reference, make_rows(2, LATER, seed=1), LATER)
    assert (found.share, found.drifted) == (0, ())
    assert found.rows == 2 * DAY * len(SYMBOLS)


@pytest.mark.parametrize("changes", [{"shift": 2.0}, {"scale": 4.0}, {"scale": 0.1}])
def test_a_feature_that_moved_or_changed_its_width_has_drifted(
    reference: drift.Reference, changes: dict[str, float]
) -> None:
    found = drift.measure(reference, make_rows(2, LATER, seed=1, **changes), LATER)
    assert found.drifted == ("calm",)
    assert found.share == pytest.approx(1 / 3)


def test_only_the_models_own_features_count(reference: drift.Reference) -> None:
    moved = make_rows(2, LATER, seed=1, shift=2.0)
    assert drift.measure(reference, moved, LATER, ("calm", "hour")).share == 0.5
    others = drift.measure(reference, moved, LATER, ("wild", "hour"))
    assert (others.share, others.drifted, set(others.distances)) == (0.0, (), {"wild", "hour"})


def test_a_reference_without_one_of_the_models_features_gives_no_figure(reference: drift.Reference) -> None:
    with pytest.raises(NotEnoughData, match="does not hold moon"):
        drift.measure(reference, make_rows(2, LATER, seed=1), LATER, ("calm", "moon"))


def test_one_window_alone_is_not_drift(reference: drift.Reference) -> None:
    calm_day = [r for r in make_rows(2, LATER, seed=1) if r.as_of <= LATER - timedelta(days=1)]
    moved_day = make_rows(1, LATER, seed=2, shift=3.0)
    assert "calm" not in drift.measure(reference, calm_day + moved_day, LATER).drifted


def test_a_feature_that_always_jumps_gets_a_threshold_of_its_own(reference: drift.Reference) -> None:
    assert reference.features["wild"].threshold > 4 * reference.features["calm"].threshold
    assert reference.features["calm"].threshold == drift.LARGE_SHIFT


def test_fewer_than_200_rows_give_no_figure(reference: drift.Reference) -> None:
    rows = make_rows(2, LATER, seed=1)
    with pytest.raises(NotEnoughData, match="199 rows in a window"):
        drift.measure(reference, rows[: DAY * 3 + 199], LATER)
    with pytest.raises(NotEnoughData):
        drift.measure(reference, [], LATER)
    with pytest.raises(NotEnoughData):
        drift.measure(reference, make_rows(1, LATER), LATER)


def test_rows_with_missing_inputs_are_quality_not_drift(reference: drift.Reference) -> None:
    rows = make_rows(2, LATER, seed=1, shift=3.0, missing="news")
    with pytest.raises(drift.InputsMissing, match="576 left out for missing inputs"):
        drift.measure(reference, rows, LATER)
    with pytest.raises(NotEnoughData) as too_few:
        drift.measure(reference, rows[:3], LATER)
    assert not isinstance(too_few.value, drift.InputsMissing)


def test_an_input_that_the_model_does_not_read_may_be_missing() -> None:
    def named(rows: list[FeatureRow]) -> list[FeatureRow]:
        return [
            make_feature_row(
                r.symbol, r.as_of, missing=r.missing,
                values={"return_1h": r.values["calm"], "posts_ratio_3h": r.values["hour"]},
            )
            for r in rows
        ]  # fmt: skip

    reference = drift.make_reference(named(make_rows(20)), AS_OF, len(SYMBOLS))
    moved = named(make_rows(2, LATER, seed=1, shift=2.0, missing="posts"))
    assert drift.measure(reference, moved, LATER, ("return_1h",)).drifted == ("return_1h",)
    with pytest.raises(drift.InputsMissing):
        drift.measure(reference, moved, LATER, ("return_1h", "posts_ratio_3h"))


def test_with_fewer_coins_a_window_holds_more_days(reference: drift.Reference) -> None:
    assert reference.window_days == 1
    two = [r for r in make_rows(6, LATER, seed=1, shift=2.0) if r.symbol != "DOT"]
    assert drift.window_days_now(reference, two, LATER) == 2
    found = drift.measure(reference, two, LATER)
    assert (found.drifted, found.rows) == (("calm",), 2 * 2 * 2 * DAY)
    # Rows of the coin that went are in the older windows for a while.
    cut = [r for r in make_rows(6, LATER, seed=1) if r.symbol != "DOT" or r.as_of <= LATER - DAYS_3]
    assert drift.measure(reference, cut, LATER).rows == 2 * 2 * 2 * DAY + DAY
    with pytest.raises(NotEnoughData, match="0 rows in a window of 1 d"):
        drift.measure(reference, [], LATER)


def test_an_input_that_was_always_missing_is_no_news() -> None:
    reference = drift.make_reference(make_rows(5, missing="posts"), AS_OF, len(SYMBOLS))
    assert reference.usually_missing == ("posts",)
    assert drift.measure(reference, make_rows(2, LATER, seed=1, missing="posts"), LATER).share == 0


def test_rows_of_another_feature_version_are_not_compared(reference: drift.Reference) -> None:
    other = [
        make_feature_row(r.symbol, r.as_of, values=r.values, feature_version="2") for r in make_rows(2, LATER)
    ]
    with pytest.raises(NotEnoughData):
        drift.measure(reference, other, LATER)


def test_a_reference_needs_three_windows() -> None:
    with pytest.raises(NotEnoughData, match="2 windows"):
        drift.make_reference(make_rows(2), AS_OF, len(SYMBOLS))
    with pytest.raises(NotEnoughData):
        drift.make_reference([], AS_OF, 3)


@pytest.mark.parametrize(("symbols", "days"), [(0, 3), (1, 3), (2, 2), (3, 1), (20, 1)])
def test_a_window_holds_200_rows(symbols: int, days: int) -> None:
    assert drift.window_days(symbols) == days
    assert days * DAY * max(1, symbols) >= drift.MIN_ROWS


def test_a_reference_survives_its_json(reference: drift.Reference) -> None:
    assert drift.Reference.model_validate_json(reference.model_dump_json()) == reference


def test_a_constant_feature_is_measured_too() -> None:
    rows = [make_feature_row(r.symbol, r.as_of, values={"flat": 0.0}) for r in make_rows(5)]
    reference = drift.make_reference(rows, AS_OF, len(SYMBOLS))
    later = [make_feature_row(r.symbol, r.as_of, values={"flat": -1.0}) for r in make_rows(2, LATER)]
    same = [make_feature_row(r.symbol, r.as_of, values={"flat": 0.0}) for r in make_rows(2, LATER)]
    assert drift.measure(reference, later, LATER).drifted == ("flat",)
    assert drift.measure(reference, same, LATER).share == 0


shares = (
    hnp.arrays(np.float64, 10, elements=st.floats(0, 1))
    .filter(lambda a: a.sum() > 0)
    .map(lambda a: a / a.sum())
)


@settings(max_examples=50)
@given(shares, shares)
def test_psi_is_a_distance(one: np.ndarray, other: np.ndarray) -> None:
    assert drift.psi(one, one) == 0
    assert drift.psi(one, other) >= 0
    assert drift.psi(one, other) == pytest.approx(drift.psi(other, one))
    assert np.isfinite(drift.psi(one, other))
