"""The tests of a report: what could be luck, with overlapping labels and coins that move together.

Every test that needs independent observations is made on sums per moment, with Newey-West variances
(statsmodels) over three times the overlap or with whole blocks of time resampled (arch).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import statsmodels.api as sm
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from cryptocast.series import Bools, Floats, Ints
from cryptocast.train.paired import newey_west_lags

DAY_S = 86_400
RESAMPLES = 2_000
ACCURACY_ALPHA = 0.05
"""Significance level of a one-sided test of an accuracy."""
FEWEST_OVERLAPS = 40
"""How many horizons, one after another, a Newey-West test spans at least. Its variance has few degrees of
freedom: of calls and moves that know nothing of each other, slow and fast ones, 1,500 rounds each, the three
tests at .05 find something in 9-15 % at 7 horizons, 7-10 % at 20, 6-9 % at 30 and 5-7 % at 40 and more."""
_SEED = 11
_FEWEST_BLOCKS = 10
_ALIKE = 1e-9
"""Sums of equal blocks differ by rounding."""


@dataclass(frozen=True, slots=True)
class Test:
    """A statistic and the probability of one at least as large by luck; NaN where it cannot be had."""

    statistic: float
    p_value: float
    why_none: str = ""
    """Why there is no p-value, in words; empty where there is one."""

    @property
    def said(self) -> str:
        return f"no p-value: {self.why_none}" if self.why_none else f"p {self.p_value:.2g}"

    def as_json(self) -> dict[str, float | str | None]:
        return {
            "statistic": finite(self.statistic),
            "p_value": finite(self.p_value),
            "why_none": self.why_none or None,
        }


def finite(value: float) -> float | None:
    """JSON knows no NaN."""
    return float(value) if math.isfinite(value) else None


def block_interval(right: Bools, as_of: Ints, horizon_s: int) -> tuple[float, float]:
    """95 % interval of the accuracy by `mean_interval`.

    Where that has none, for want of blocks or because all are alike, Clopper-Pearson over the blocks'
    number, which is wide: a dozen days without an error do not show that there never is one.
    """
    if not len(right):
        return math.nan, math.nan
    low, high = mean_interval(right.astype(np.float64), as_of, horizon_s)
    if math.isnan(low):
        blocks = len(np.unique(_block(as_of, horizon_s)))
        low, high = proportion_confint(right.mean() * blocks, blocks, 0.05, method="beta")
    return float(low), float(high)


def mean_interval(values: Floats, as_of: Ints, horizon_s: int) -> tuple[float, float]:
    """95 % interval of a mean, by the stationary bootstrap over blocks of a day, or of two horizons.

    A block's sum and its number of rows are drawn together, so blocks may differ in size. How many
    neighbouring blocks are drawn at a time is Politis and White's choice for these values: a bad week is
    not seven bad days that happened to meet. NaN with fewer than ten blocks, and where all have one mean:
    blocks drawn again say nothing about others then.
    """
    _, where = np.unique(_block(as_of, horizon_s), return_inverse=True)
    sums, counts = np.bincount(where, weights=values), np.bincount(where).astype(np.float64)
    if len(counts) < _FEWEST_BLOCKS:
        return math.nan, math.nan
    deviations = sums - values.mean() * counts
    if np.abs(deviations).max() < _ALIKE:
        return math.nan, math.nan
    with np.errstate(divide="ignore", invalid="ignore"):  # few or alike blocks: no choice, hence one
        chosen = float(optimal_block_length(deviations)["stationary"].iloc[0])
    length = min(max(round(chosen), 1), len(counts) // 4) if math.isfinite(chosen) else 1
    drawn = _drawn_blocks(length, len(counts))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


@lru_cache(maxsize=8)
def _drawn_blocks(length: int, blocks: int) -> npt.NDArray[np.int32]:
    """(RESAMPLES, blocks) numbers of blocks. Kept, because the intervals of a card mostly draw the same."""
    bootstrap = StationaryBootstrap(length, np.arange(blocks, dtype=np.int32), seed=_SEED)
    return np.array([arrays[0] for arrays, _ in bootstrap.bootstrap(RESAMPLES)])


def _block(as_of: Ints, horizon_s: int) -> Ints:
    return np.asarray(as_of // max(DAY_S, 2 * horizon_s), dtype=np.int64)


def surely(share: float, n: int, level: float = ACCURACY_ALPHA) -> float:
    """The one-sided lower bound (Clopper-Pearson) of a share of `n` independent calls, 95 % by default."""
    low, _ = proportion_confint(share * n, n, 2 * level, method="beta")
    return float(low)


def binomial(right: Bools, n_independent: int, to_beat: float) -> Test:
    """One-sided: is the accuracy above that of the best baseline, if only independent calls count?"""
    if n_independent < 1:
        return _none("not one call is independent")
    hits = round(float(right.mean()) * n_independent)
    found = stats.binomtest(hits, n_independent, min(max(to_beat, 0.0), 1.0), alternative="greater")
    return Test(float(right.mean()), float(found.pvalue))


def pesaran_timmermann(called_up: Bools, up: Bools, as_of: Ints, overlap: int) -> Test:
    """One-sided: do calls and moves go together? Newey-West over the overlap, coins of a moment summed."""
    if called_up.all() or not called_up.any() or up.all() or not up.any():
        return _none("all calls, or all moves, go one way")
    together = (called_up - called_up.mean()) * (up - up.mean())
    return _mean_above_zero(together, as_of, overlap)


def diebold_mariano(loss: Floats, reference: Floats, as_of: Ints, overlap: int) -> Test:
    """One-sided: is our loss lower? Newey-West, corrected for small samples (Harvey, Leybourne, Newbold)."""
    found = _mean_above_zero(reference - loss, as_of, overlap)
    if found.why_none:
        return found
    n = len(np.unique(as_of))
    correction = (n + 1 - 2 * overlap + overlap * (overlap - 1) / n) / n
    statistic = found.statistic * math.sqrt(correction)
    return Test(statistic, float(stats.t.sf(statistic, n - 1)))


def mcnemar(right: Bools, other_right: Bools, as_of: Ints, overlap: int) -> Test:
    """One-sided, paired: is one right more often than the other on the same rows? Overlap accounted for.

    About calls it wants every row, neither right where nothing is called: calls come in clusters, and lags
    that are counted from call to call take a cluster for the whole of time.
    """
    return _mean_above_zero(right.astype(np.float64) - other_right.astype(np.float64), as_of, overlap)


def _mean_above_zero(values: Floats, as_of: Ints, overlap: int) -> Test:
    _, where = np.unique(as_of, return_inverse=True)
    sums = np.bincount(where, weights=values)
    if len(sums) < FEWEST_OVERLAPS * overlap:
        return _none(f"it spans {len(sums) // overlap} horizons, {FEWEST_OVERLAPS} are needed")
    if np.ptp(sums) == 0:
        return _none("the two differ by the same at every moment")
    lags = {"maxlags": newey_west_lags(len(sums), overlap)}
    fitted = sm.OLS(sums, np.ones((len(sums), 1))).fit(cov_type="HAC", cov_kwds=lags)
    statistic = float(fitted.tvalues[0])
    return Test(statistic, float(stats.norm.sf(statistic)))


def _none(why: str) -> Test:
    return Test(math.nan, math.nan, why)


def corrected(p_value: float, trials: int) -> float:
    """Šidák's correction: the probability that the best of `trials` configurations got there by luck."""
    if not math.isfinite(p_value):
        return math.nan
    return float(-math.expm1(trials * math.log1p(-min(p_value, 1 - 1e-12))))
