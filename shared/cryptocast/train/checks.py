"""The checks of the gate, each a record of what was measured and what was allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from cryptocast.intervals import independent_calls
from cryptocast.registry.decision import Check
from cryptocast.series import Bools, Floats, Ints
from cryptocast.train.evaluate import brier, expected_calibration_error
from cryptocast.train.paired import better_by, reliability

Clock = Callable[[], float]
"""Seconds, ever rising: `time.perf_counter`."""
Forecasts = Callable[[Floats], Floats]
GATE_ALPHA = 0.10
"""Significance level of every paired test, one-sided. What it costs either way is in
docs/decisions/0008-gate-and-shadow.md."""
FEWEST_ROWS = 100
FEWEST_INDEPENDENT = 10
"""Outcomes, coins of a moment and overlapping labels counted once, below which no test is believed."""
ACCURACY_MARGIN = 0.02
ECE_MARGIN = 0.01
RELIABILITY_MARGIN = 0.0005
LATENCY_RATIO = 2.0
LATENCY_FREE_S = 0.005
"""Below it a batch is fast enough, whatever the champion takes: a cycle has minutes."""
LATENCY_CEILING_S = 0.05
LATENCY_RUNS = 60
SIZE_RATIO = 3.0
SIZE_CEILING = 20_000_000
SERVING_FILES = ("model.onnx", "trees.json")
"""The files that a forecast needs; cards may grow."""


@dataclass(frozen=True, slots=True)
class PairedForecasts:
    """What two models said of the same rows and what came of them, (n,) each; `as_of` in POSIX s."""

    challenger: Floats
    champion: Floats
    up: Bools
    as_of: Ints
    horizon_s: int
    overlap: int
    """Labels that are open at a time: the horizon in intervals."""


def enough_rows(paired: PairedForecasts) -> Check:
    """Without rows there is no evidence, and without evidence no promotion."""
    rows, independent = len(paired.up), independent_calls(paired.as_of, paired.horizon_s)
    passed = rows >= FEWEST_ROWS and independent >= FEWEST_INDEPENDENT
    said = (
        f"{rows} rows are new to both, {independent:.0f} of them independent; "
        f"{FEWEST_ROWS} and {FEWEST_INDEPENDENT} are needed"
    )
    return Check(name="rows", passed=passed, figure=rows, allowed=FEWEST_ROWS, said=said)


def lower_brier(paired: PairedForecasts) -> Check:
    """Diebold and Mariano's test: is the challenger's Brier score surely the lower one?"""
    gain = _losses(paired.champion, paired.up) - _losses(paired.challenger, paired.up)
    found = better_by(gain, paired.as_of, paired.overlap)
    said = f"Brier {_scores(paired)}; Diebold-Mariano p {found.p_value:.4f}, below {GATE_ALPHA} is needed"
    return Check(
        name="lower Brier",
        passed=found.p_value < GATE_ALPHA,
        figure=found.p_value,
        allowed=GATE_ALPHA,
        said=said,
    )


def brier_not_worse(paired: PairedForecasts, margin: float) -> Check:
    """Non-inferiority: is a Brier score that is worse by `margin` ruled out?"""
    gain = _losses(paired.champion, paired.up) - _losses(paired.challenger, paired.up)
    found = better_by(gain, paired.as_of, paired.overlap, margin)
    said = (
        f"Brier {_scores(paired)}; that it is worse by {margin} has p {found.p_value:.4f}, "
        f"below {GATE_ALPHA} is needed"
    )
    return Check(
        name="Brier not worse",
        passed=found.p_value < GATE_ALPHA,
        figure=found.p_value,
        allowed=GATE_ALPHA,
        said=said,
    )


def direction_not_worse(paired: PairedForecasts, margin: float = ACCURACY_MARGIN) -> Check:
    """McNemar's pairs as a guard: is an accuracy that is lower by `margin` ruled out?"""
    ours = (paired.challenger > 0.5) == paired.up
    theirs = (paired.champion > 0.5) == paired.up
    found = better_by(ours.astype(np.float64) - theirs, paired.as_of, paired.overlap, margin)
    said = (
        f"accuracy {ours.mean():.2%} against {theirs.mean():.2%}; that it is lower by {margin:.0%} has "
        f"p {found.p_value:.4f}, below {GATE_ALPHA} is needed"
    )
    passed = found.p_value < GATE_ALPHA
    return Check(
        name="direction not worse", passed=passed, figure=found.p_value, allowed=GATE_ALPHA, said=said
    )


def calibration(
    paired: PairedForecasts, ece_margin: float = ECE_MARGIN, reliability_margin: float = RELIABILITY_MARGIN
) -> list[Check]:
    """Calibration error and reliability, neither above the champion's by more than its margin."""
    measures = (
        ("calibration error", expected_calibration_error, ece_margin),
        ("reliability", reliability, reliability_margin),
    )
    checks = []
    for name, measure, margin in measures:
        ours, theirs = measure(paired.challenger, paired.up), measure(paired.champion, paired.up)
        said = f"{ours:.5f} against {theirs:.5f}, {margin} more is allowed"
        passed = ours <= theirs + margin
        checks.append(Check(name=name, passed=passed, figure=ours, allowed=theirs + margin, said=said))
    return checks


def latency(ours: Forecasts, theirs: Forecasts, ours_x: Floats, theirs_x: Floats, clock: Clock) -> Check:
    """p95 of a cycle's batch through ONNX Runtime, seconds: under the ceiling, and not twice the champion's.

    The two take turns, so that a busy machine slows both.
    """
    mine, champions = np.zeros(LATENCY_RUNS), np.zeros(LATENCY_RUNS)
    ours(ours_x)  # the first run allocates
    theirs(theirs_x)
    for run in range(LATENCY_RUNS):
        mine[run] = _timed(ours, ours_x, clock)
        champions[run] = _timed(theirs, theirs_x, clock)
    found, champion = float(np.quantile(mine, 0.95)), float(np.quantile(champions, 0.95))
    allowed = min(LATENCY_CEILING_S, max(LATENCY_FREE_S, LATENCY_RATIO * champion))
    said = (
        f"p95 {found * 1e3:.2f} ms for {len(ours_x)} rows, the champion {champion * 1e3:.2f} ms; "
        f"{allowed * 1e3:.2f} ms are allowed"
    )
    return Check(name="latency", passed=found <= allowed, figure=found, allowed=allowed, said=said)


def size(ours: Mapping[str, bytes], theirs: Mapping[str, bytes]) -> Check:
    """Bytes that serving loads: under the ceiling, and not three times the champion's."""
    found, champion = _served(ours), _served(theirs)
    allowed = min(SIZE_CEILING, round(SIZE_RATIO * champion))
    said = f"{found:,} bytes, the champion {champion:,}; {allowed:,} are allowed"
    return Check(name="size", passed=found <= allowed, figure=found, allowed=allowed, said=said)


def _timed(work: Forecasts, x: Floats, clock: Clock) -> float:
    begun = clock()
    work(x)
    return clock() - begun


def _served(files: Mapping[str, bytes]) -> int:
    return sum(len(files.get(name, b"")) for name in SERVING_FILES)


def _losses(p_up: Floats, up: Bools) -> Floats:
    return np.asarray((p_up - up) ** 2, dtype=np.float64)


def _scores(paired: PairedForecasts) -> str:
    ours, theirs = brier(paired.challenger, paired.up), brier(paired.champion, paired.up)
    return f"{ours:.6f} against the champion's {theirs:.6f} on {len(paired.up)} rows"
