from __future__ import annotations

import numpy as np
import pytest

from cryptocast.train.evaluate import reliability_bins
from cryptocast.train.paired import better_by, equal_count_bins, reliability
from cryptocast.train.statistics import diebold_mariano, mcnemar

RANDOM = np.random.default_rng(3)


def series(n: int = 400, coins: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Differences that are correlated in time and between coins, and their moments."""
    noise = np.convolve(RANDOM.normal(size=n + 3), np.ones(4), "valid")
    return (noise[:, None] + RANDOM.normal(size=(n, coins)) + 0.3).ravel(), np.repeat(
        900 * np.arange(n), coins
    )


@pytest.mark.parametrize("overlap", [1, 4, 10])
def test_it_is_the_test_of_the_report(overlap: int) -> None:
    gain, as_of = series()
    ours, theirs = better_by(gain, as_of, overlap), diebold_mariano(np.zeros_like(gain), gain, as_of, overlap)
    assert ours.p_value == pytest.approx(theirs.p_value, rel=0.1)  # normal here, Student's there
    hits, other = gain > 0, RANDOM.random(len(gain)) < 0.5
    pairs = hits.astype(float) - other
    plain = better_by(pairs, as_of, overlap, small_sample=False)
    assert plain.p_value == pytest.approx(mcnemar(hits, other, as_of, overlap).p_value, rel=1e-9)


def test_a_margin_turns_it_into_non_inferiority() -> None:
    _, as_of = series()
    alike = RANDOM.normal(0, 1, len(as_of))
    assert better_by(alike, as_of, 1).p_value > 0.05
    assert better_by(alike, as_of, 1, margin=0.3).p_value < 0.01
    assert better_by(alike - 0.3, as_of, 1, margin=0.3).p_value > 0.05


def test_where_nothing_differs_the_margin_decides() -> None:
    as_of = 900 * np.arange(200)
    assert better_by(np.zeros(200), as_of, 4).p_value == 1.0
    assert better_by(np.zeros(200), as_of, 4, margin=0.01).p_value == 0.0


def test_moments_that_do_not_span_the_overlap_prove_nothing() -> None:
    as_of = 900 * np.arange(60)
    assert better_by(np.ones(60) + RANDOM.normal(0, 0.1, 60), as_of, 96).p_value == 1.0
    assert better_by(np.zeros(0), np.zeros(0, dtype=np.int64), 1).p_value == 1.0


def test_of_two_models_that_are_equal_one_in_ten_is_called_better() -> None:
    """The level holds with overlapping labels and coins that move together."""
    random = np.random.default_rng(8)
    as_of = np.repeat(900 * np.arange(500), 2)
    called = []
    for _ in range(300):
        shared = np.convolve(random.normal(size=503), np.ones(4), "valid")
        called.append(better_by(np.repeat(shared, 2), as_of, 4).p_value < 0.10)
    assert 0.05 < np.mean(called) < 0.16


def test_reliability_is_what_calibration_could_take_away() -> None:
    p = np.linspace(0.3, 0.7, 10_000)
    up = RANDOM.random(10_000) < p
    assert reliability(p, up) < 0.0005
    assert reliability(np.clip(p + 0.1, 0, 1), up) == pytest.approx(0.01, rel=0.2)


def test_the_gates_reliability_is_that_of_the_bins_that_a_card_draws() -> None:
    random = np.random.default_rng(3)
    p = random.uniform(0.3, 0.7, 1_003)
    up = random.uniform(size=1_003) < p
    drawn = reliability_bins(p, up)
    assert [int(b["n"]) for b in drawn] == [101, 101, 101, *[100] * 7]
    from_drawn = sum((b["share_up"] - b["p_up"]) ** 2 * b["n"] for b in drawn) / len(p)
    assert reliability(p, up) == pytest.approx(from_drawn)


def test_fewer_rows_than_bins_leave_no_bin_empty() -> None:
    assert [rows.tolist() for rows in equal_count_bins(np.array([0.7, 0.2, 0.5]))] == [[1], [2], [0]]


def test_equal_probabilities_share_a_bin_whatever_came_first() -> None:
    up = np.arange(1_000) < 500
    (level,) = equal_count_bins(np.full(1_000, 0.5))
    assert len(level) == 1_000
    assert reliability(np.full(1_000, 0.5), up) == 0.0
    half = np.where(np.arange(1_000) % 2, 0.4, 0.6)
    assert [len(rows) for rows in equal_count_bins(half)] == [500, 500]
    apart = RANDOM.permutation(np.linspace(0, 1, 95))
    assert [len(rows) for rows in equal_count_bins(apart)] == [10] * 5 + [9] * 5
