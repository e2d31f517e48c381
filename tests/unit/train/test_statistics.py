"""The tests of a report, against textbook figures and against markets in which nothing is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter
from statsmodels.stats.contingency_tables import mcnemar as textbook_mcnemar

from cryptocast.intervals import independent_calls
from cryptocast.train import statistics as st

BAR_S = 900
RUNS = 160


def nothing_known(seed: int, horizon: int = 8, moments: int = 2_500, persistence: float = 0.95):
    """Calls that know nothing, both they and the labels hanging together over time and between two coins."""
    random = np.random.default_rng(seed)
    market, mood = random.normal(size=moments + horizon), random.normal(size=moments)
    up, calls = np.zeros((moments, 2), bool), np.zeros((moments, 2))
    for coin in range(2):
        price = np.concatenate([[0.0], np.cumsum(0.8 * market + 0.6 * random.normal(size=moments + horizon))])
        up[:, coin] = price[horizon : horizon + moments] > price[:moments]
        noise = 0.8 * mood + 0.6 * random.normal(size=moments)
        noise[0] = 0.0
        calls[:, coin] = lfilter([math.sqrt(1 - persistence**2)], [1.0, -persistence], noise)
    as_of = np.repeat(np.arange(moments, dtype=np.int64) * BAR_S, 2)
    return as_of, calls.ravel(), up.ravel()


@pytest.fixture(scope="module")
def rejected() -> dict[str, float]:
    """How often each test at 5 % finds something where nothing is."""
    found: dict[str, list[bool]] = {}
    for seed in range(1_000, 1_000 + RUNS):
        as_of, calls, up = nothing_known(seed)
        called = calls > 0
        right, other = called == up, np.roll(called, 2_000) == up
        n = int(independent_calls(as_of, 8 * BAR_S, BAR_S))
        low, high = st.block_interval(right, as_of, 8 * BAR_S)
        loss, other_loss = ((np.where(c, 0.55, 0.45) - up) ** 2 for c in (called, np.roll(called, 2_000)))
        for name, one in {
            "binomial": st.binomial(right, n, 0.5).p_value < 0.05,
            "pesaran_timmermann": st.pesaran_timmermann(called, up, as_of, 8).p_value < 0.05,
            "diebold_mariano": st.diebold_mariano(loss, other_loss, as_of, 8).p_value < 0.05,
            "mcnemar": st.mcnemar(right, other, as_of, 8).p_value < 0.05,
            "interval": not low <= 0.5 <= high,
        }.items():
            found.setdefault(name, []).append(bool(one))
    return {name: float(np.mean(ones)) for name, ones in found.items()}


@pytest.mark.parametrize("name", ["pesaran_timmermann", "diebold_mariano", "mcnemar", "interval"])
def test_where_nothing_is_known_five_per_cent_are_found(rejected, name) -> None:
    assert rejected[name] == pytest.approx(0.05, abs=0.045)


def test_the_binomial_counts_low_and_so_finds_less(rejected) -> None:
    assert rejected["binomial"] <= 0.05


def test_naive_tests_on_the_same_calls_would_find_something_far_too_often() -> None:
    naive = 0
    for seed in range(40):
        _, calls, up = nothing_known(seed, horizon=16, persistence=0.98)
        right = (calls > 0) == up
        naive += stats.binomtest(int(right.sum()), len(right), 0.5, alternative="greater").pvalue < 0.05
    assert naive / 40 > 0.15


def test_a_small_edge_is_found_by_every_test() -> None:
    as_of, calls, up = nothing_known(3, horizon=1, moments=8_000)
    known = np.random.default_rng(0).random(len(up)) < 0.12
    called = np.where(known, up, calls > 0)
    right = called == up
    p = np.where(called, 0.56, 0.44)
    assert st.binomial(right, 8_000, 0.5).p_value < 1e-4
    assert st.pesaran_timmermann(called, up, as_of, 1).p_value < 1e-4
    assert st.diebold_mariano((p - up) ** 2, np.full(len(up), 0.25), as_of, 1).p_value < 1e-4
    assert st.mcnemar(right, (calls > 0) == up, as_of, 1).p_value < 1e-4
    assert st.block_interval(right, as_of, BAR_S)[0] > 0.5


def test_without_overlap_they_are_the_textbooks() -> None:
    random = np.random.default_rng(7)
    up, called = random.random(3_000) < 0.5, random.random(3_000) < 0.5
    other = np.where(random.random(3_000) < 0.2, up, ~called)
    as_of = np.arange(3_000, dtype=np.int64) * BAR_S
    ours = st.mcnemar(called == up, other == up, as_of, 1)
    table = [
        [int(((called == up) == a)[(other == up) == b].sum()) for b in (True, False)] for a in (True, False)
    ]
    textbook = textbook_mcnemar(table, exact=False, correction=False)
    two_sided = 2 * min(ours.p_value, 1 - ours.p_value)
    assert two_sided == pytest.approx(textbook.pvalue, abs=0.05)
    assert ours.statistic**2 == pytest.approx(textbook.statistic, rel=0.25, abs=0.1)

    loss, reference = random.random(3_000), random.random(3_000)
    gain = reference - loss
    t = gain.mean() / (gain.std(ddof=1) / math.sqrt(3_000))
    assert st.diebold_mariano(loss, reference, as_of, 1).statistic == pytest.approx(t, rel=0.25, abs=0.15)


def test_pesaran_timmermann_is_theirs_on_independent_calls() -> None:
    """Their statistic of 1992, from its formula."""
    random = np.random.default_rng(8)
    up = random.random(4_000) < 0.53
    called = np.where(random.random(4_000) < 0.05, up, random.random(4_000) < 0.55)
    n, x, y = len(up), float(called.mean()), float(up.mean())
    hit, expected = float((called == up).mean()), x * y + (1 - x) * (1 - y)
    variance = expected * (1 - expected) / n
    variance_expected = (
        (2 * y - 1) ** 2 * x * (1 - x) / n
        + (2 * x - 1) ** 2 * y * (1 - y) / n
        + 4 * x * y * (1 - x) * (1 - y) / n**2
    )
    theirs = (hit - expected) / math.sqrt(variance - variance_expected)
    as_of = np.arange(n, dtype=np.int64) * BAR_S
    assert st.pesaran_timmermann(called, up, as_of, 1).statistic == pytest.approx(theirs, rel=0.15)


def test_the_small_sample_correction_is_harveys() -> None:
    random = np.random.default_rng(9)
    n = 192
    loss, as_of = random.random(n), np.arange(n, dtype=np.int64) * BAR_S
    plain = st.mcnemar(np.zeros(n, bool), np.zeros(n, bool), as_of, 4)
    assert math.isnan(plain.p_value), "no difference at all has no test"
    assert plain.said == "no p-value: the two differ by the same at every moment"
    found = st.diebold_mariano(loss, np.full(n, 0.5), as_of, 4)
    uncorrected = st._mean_above_zero(0.5 - loss, as_of, 4).statistic
    factor = math.sqrt((n + 1 - 8 + 4 * 3 / n) / n)
    assert found.statistic == pytest.approx(uncorrected * factor)
    assert found.p_value == pytest.approx(stats.t.sf(found.statistic, n - 1))


def test_a_week_at_24_hours_has_no_p_value_and_says_why() -> None:
    """Where nothing is known, seven overlaps would find something in a tenth of cases and more."""
    as_of, calls, up = nothing_known(0, horizon=96, moments=7 * 96)
    called, loss = calls > 0, (0.5 - calls) ** 2
    for found in (
        st.pesaran_timmermann(called, up, as_of, 96),
        st.mcnemar(called == up, ~called == up, as_of, 96),
        st.diebold_mariano(loss, np.roll(loss, 2), as_of, 96),
    ):
        assert math.isnan(found.p_value)
        assert found.as_json()["p_value"] is None
        assert found.why_none == "it spans 7 horizons, 40 are needed"
    assert st.pesaran_timmermann(called, up, as_of, 16).p_value >= 0, "42 horizons are enough"
    assert "one way" in st.pesaran_timmermann(called | True, up, as_of, 1).why_none


@pytest.mark.parametrize("overlaps", [st.FEWEST_OVERLAPS, 2 * st.FEWEST_OVERLAPS])
def test_from_the_fewest_overlaps_on_the_level_holds(overlaps: int) -> None:
    found = []
    for seed in range(400):
        as_of, calls, up = nothing_known(seed, horizon=24, moments=24 * overlaps)
        found.append(st.pesaran_timmermann(calls > 0, up, as_of, 24).p_value < 0.05)
    assert 0.02 < np.mean(found) < 0.095, "7 % are expected, and two standard errors of 400 runs"


def test_an_interval_of_few_days_is_wide_and_of_none_is_none() -> None:
    as_of = np.arange(300, dtype=np.int64) * BAR_S
    low, high = st.block_interval(np.arange(300) % 2 == 0, as_of, BAR_S)
    assert high - low > 0.6
    assert all(math.isnan(end) for end in st.block_interval(np.zeros(0, bool), as_of[:0], BAR_S))


@pytest.mark.parametrize(("days", "a_day", "right_a_day"), [(12, 1, 1), (31, 96, 96), (12, 49, 37)])
def test_days_that_are_all_alike_prove_no_accuracy(days, a_day, right_a_day) -> None:
    as_of = np.repeat(np.arange(days, dtype=np.int64) * 86_400, a_day)
    right = np.tile(np.arange(a_day) < right_a_day, days)
    low, high = st.block_interval(right, as_of, BAR_S)
    hits = right_a_day / a_day * days
    assert low == pytest.approx(stats.beta.ppf(0.025, hits, days - hits + 1))
    assert low < right.mean() <= high
    assert all(math.isnan(end) for end in st.mean_interval(np.full(len(right), 0.25), as_of, BAR_S))


def test_blocks_of_unequal_size_are_weighed_by_their_calls() -> None:
    """Days of 1 and of 100 calls: the interval is about the calls' mean, not the days'."""
    random = np.random.default_rng(1)
    sizes = np.where(np.arange(200) % 2 == 0, 1, 90)
    as_of = np.repeat(np.arange(200, dtype=np.int64) * 86_400, sizes)
    right = random.random(len(as_of)) < np.repeat(np.where(sizes == 1, 0.0, 0.6), sizes)
    low, high = st.block_interval(right, as_of, BAR_S)
    assert low < right.mean() < high
    assert high - low < 0.05


def test_more_trials_need_more_evidence() -> None:
    assert st.corrected(0.01, 1) == pytest.approx(0.01)
    assert st.corrected(0.01, 169) == pytest.approx(1 - 0.99**169)
    assert st.corrected(1e-20, 169) == pytest.approx(169e-20)
    assert math.isnan(st.corrected(math.nan, 3))


def test_the_bound_is_clopper_and_pearsons() -> None:
    assert st.surely(0.7, 350) == pytest.approx(stats.beta.ppf(0.05, 245, 106))
    assert st.surely(0.70, 350) > 0.65 > st.surely(0.68, 350)
    assert st.surely(0.7, 350, 0.01) == pytest.approx(stats.beta.ppf(0.01, 245, 106))
