"""Accuracy at a stated coverage: the rows of the tables in cards and reports, and the 65 % target.

The target counts as met at the best of several coverages, so each is tested at 5 % divided by their number
(Bonferroni): all of them together then say "met" by luck in at most 5 % of cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cryptocast.domain import BAR_INTERVAL_S
from cryptocast.intervals import independent_calls
from cryptocast.page import percent
from cryptocast.series import Bools, Ints
from cryptocast.train.statistics import ACCURACY_ALPHA, block_interval, finite, surely

TARGET = 0.65


def called_row(
    called: Bools, right: Bools, as_of: Ints, horizon_s: int, interval_s: int = BAR_INTERVAL_S
) -> dict[str, Any]:
    """What the rows `called` (n,) were worth, as report.json and card.json hold it."""
    ends = block_interval(right[called], as_of[called], horizon_s)
    return {
        "coverage": float(called.mean()),
        "n": int(called.sum()),
        "n_independent": int(independent_calls(as_of[called], horizon_s, interval_s)),
        "accuracy": float(right[called].mean()) if called.any() else None,
        "ci95": [finite(end) for end in ends],
    }


def widest_row(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The widest of the rows that are surely above the target, else of those above it, else None."""
    holds = [one for one in rows if (one["accuracy"] or 0) > TARGET]
    sure = [one for one in holds if _surely(one, len(rows))]
    return max(sure or holds, key=lambda one: float(one["coverage"]), default=None)


def against_target(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Whether the target is met at any coverage that was fixed beforehand, in figures and in a sentence."""
    best = widest_row(rows)
    met = best is not None and _surely(best, len(rows))
    return {
        "accuracy": TARGET,
        "met": met,
        "coverage": best["coverage"] if best else 0.0,
        "lower95": best["ci95"][0] if best else None,
        "lower_exact": _exact(best, len(rows)) if best else None,
        "said": _said(best, met, len(rows)),
    }


def _said(best: Mapping[str, Any] | None, met: bool, looked_at: int) -> str:
    """Both bounds with their methods: one of them alone does not decide."""
    if best is None:
        return "The 65% target is missed at every coverage that was fixed beforehand."
    counted = f"{looked_at} {'coverage' if looked_at == 1 else 'coverages'}"
    return (
        f"The 65% target is {'met' if met else 'missed'}: {percent(best['accuracy'])} of the surest "
        f"{percent(best['coverage'])} were right, {'and' if met else 'but not'} both lower bounds of that "
        f"are above 65%: {percent(best['ci95'][0])} by block bootstrap (lower end of the 95% interval) and "
        f"{percent(_exact(best, looked_at))} by Clopper-Pearson (one-sided, independent calls, corrected "
        f"for {counted})."
    )


def _exact(row: Mapping[str, Any], looked_at: int) -> float | None:
    """Clopper-Pearson's one-sided lower bound at 5 % divided by `looked_at`; None without a call."""
    n = row["n_independent"]
    return surely(row["accuracy"], n, ACCURACY_ALPHA / looked_at) if n >= 1 else None


def _surely(row: Mapping[str, Any], looked_at: int) -> bool:
    """Are both lower bounds above the target: that of blocks, and Clopper-Pearson's, corrected?

    The bootstrap knows how calls hang together and is too sure of few; the exact bound is the reverse.
    """
    low, exact = row["ci95"][0], _exact(row, looked_at)
    return low is not None and exact is not None and bool(min(low, exact) > TARGET)
