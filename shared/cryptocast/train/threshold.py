"""How sure is sure enough: a confidence fixed by one sequence of tests, the surest calls first.

Learn then Test (Angelopoulos, Bates, Candes, Jordan, Lei 2021) with a fixed sequence: coverages are tested
in an order that no call's own label has a say in, each at 5 %, on while they pass; the first that fails ends
it, and the last that passed is taken. An error takes place only where the first coverage that is not good
enough passes its own test: that happens in at most 5 % of cases, however many stand in the sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import stats

from cryptocast.domain import BAR_INTERVAL_S
from cryptocast.intervals import independent_calls
from cryptocast.registry.manifest import Abstain
from cryptocast.series import Bools, Floats
from cryptocast.train.dataset import Examples
from cryptocast.train.statistics import ACCURACY_ALPHA, surely

EDGE = 0.05
"""The sequence begins where so much above the bar, once seen, is significant: with fewer calls the first
test fails for want of them, and ends everything. More than this the surest calls seldom have."""
FALLBACK_COVERAGE = 0.2
_COVERAGES = tuple(share / 100 for share in range(20, 101, 5))
"""From the fallback on: fewer are never called, so fewer need no test."""
_FREE = (
    "the best forecast that costs nothing (always up, always down, the last bar's direction again, or its "
    "opposite)"
)


ToBeat = Callable[[Bools], float]
"""Which rows are called (n,) → the accuracy that these calls must surely exceed."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A coverage of the sequence whose test passed."""

    threshold: float
    coverage: float
    to_beat: float


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of the sequence. Without a test nothing was refuted: there were too few calls for one."""

    passed: Passed | None
    """The last whose test passed; None where the first failed or none was made."""
    tests: int
    """How many were made."""


def always(share: float) -> ToBeat:
    """The same accuracy, whichever rows are called."""
    return lambda _: share


def widest_sure(
    p_up: Floats,
    tested: Examples,
    to_beat: ToBeat,
    coverages: Sequence[float],
    interval_s: int = BAR_INTERVAL_S,
) -> Searched:
    """The largest of the ascending `coverages` that the sequence reaches.

    A test passes where the one-sided 95 % lower bound (Clopper-Pearson) of the accuracy of the surest calls
    lies above `to_beat` of these very calls: a free forecast too may be better where a model is sure. Coins
    of one moment and overlapping labels are counted once.
    """
    confidence, right = np.maximum(p_up, 1 - p_up), (p_up > 0.5) == tested.up
    passed, tests = None, 0
    for coverage in coverages:
        threshold = float(np.quantile(confidence, 1 - coverage))
        called = confidence >= threshold
        n = int(independent_calls(tested.as_of[called], tested.horizon_s, interval_s))
        bar = to_beat(called)
        if n < fewest_calls(bar):
            continue
        tests += 1
        if surely(float(right[called].mean()), n) <= bar:
            break
        passed = Passed(threshold, float(called.mean()), bar)
    return Searched(passed, tests)


@lru_cache(maxsize=256)
def fewest_calls(to_beat: float) -> int:
    """The fewest independent calls of which `to_beat` + `EDGE` right is significant: 290 at .5."""
    n = np.arange(1, 1_000)
    hits = min(to_beat + EDGE, 1.0) * n
    enough = stats.beta.ppf(ACCURACY_ALPHA, hits, n - hits + 1) > to_beat
    return int(n[np.argmax(enough)]) if enough.any() else len(n)


def fix_threshold(p_up: Floats, tested: Examples, to_beat: ToBeat) -> Abstain:
    """The smallest confidence whose calls surely exceed `to_beat` on the calibration slice.

    20 %, 25 %, ... 100 % of the slice are tested in this order by `widest_sure`. Where not even the first
    passes, or the slice has too few independent calls for a test, the most confident 20 % are called, and
    `rule` says that.
    """
    confidence = np.maximum(p_up, 1 - p_up)
    if np.ptp(confidence) == 0:
        rule = (
            "It never calls: on time that it had not seen it was equally sure of every forecast, so none is "
            "surer than another"
        )
        return Abstain(threshold=1.0, rule=rule, coverage=0.0, tested=False)
    searched = widest_sure(p_up, tested, to_beat, _COVERAGES)
    if found := searched.passed:
        rule = (
            "On a stretch of time that it had not been fitted on, its surest forecasts were tested first, "
            f"then more and more of them, for as long as they were surely better than {_FREE}. Surely: the "
            "one-sided 95% lower bound of their accuracy was above that forecast's, and forecasts that "
            "overlap in time counted once. The threshold is the lowest confidence that passed, which the "
            f"surest {found.coverage:.1%} reached; on these the free forecast was right in "
            f"{found.to_beat:.1%}"
        )
        return Abstain(threshold=found.threshold, rule=rule, coverage=found.coverage, tested=True)
    return _without_proof(confidence, tested, to_beat, searched.tests)


def _without_proof(confidence: Floats, tested: Examples, to_beat: ToBeat, tests: int) -> Abstain:
    """The surest `FALLBACK_COVERAGE`, after `tests` tests of which none passed."""
    threshold = float(np.quantile(confidence, 1 - FALLBACK_COVERAGE))
    bar = to_beat(confidence >= threshold)
    why = (
        f"Its surest forecasts, on time that it had not been fitted on, were not surely better than {_FREE}, "
        f"which was right in {bar:.1%} of them"
    )
    if not tests:  # not of the whole slice either, where the bar is another than on these
        had = int(independent_calls(tested.as_of, tested.horizon_s))
        needed = fewest_calls(to_beat(np.ones(len(tested), dtype=np.bool_)))
        why = (
            "The time that it was to be tested on has too few forecasts that do not overlap to tell skill "
            f"from luck: {had:,}, and {needed:,} are needed"
        )
    rule = (
        f"{why}. So it calls its surest {FALLBACK_COVERAGE:.0%}, a share fixed beforehand, without proof "
        "that these are better"
    )
    covered = float((confidence >= threshold).mean())
    return Abstain(threshold=threshold, rule=rule, coverage=covered, tested=False)
