"""What a model is worth on rows that it has not seen, beside what it must beat."""

from __future__ import annotations

import numpy as np

from cryptocast.intervals import independent_calls, wilson_lower
from cryptocast.series import Bools, Floats, Ints
from cryptocast.train.dataset import Examples
from cryptocast.train.paired import equal_count_bins


def brier(p_up: Floats, up: Bools) -> float:
    """Mean squared error of the probability; 0.25 is what 50 % everywhere gets."""
    return float(np.mean((p_up - up) ** 2))


def log_loss(p_up: Floats, up: Bools) -> float:
    """Mean negative log-likelihood, in nats; 0.693 is what 50 % everywhere gets."""
    p = np.clip(np.where(up, p_up, 1 - p_up), 1e-12, 1)
    return float(-np.mean(np.log(p)))


def expected_calibration_error(p_up: Floats, up: Bools) -> float:
    """Mean |share of ups - mean probability| over ten bins of equally many rows."""
    gaps = [abs(one["share_up"] - one["p_up"]) * one["n"] for one in reliability_bins(p_up, up)]
    return float(sum(gaps) / len(p_up))


def reliability_bins(p_up: Floats, up: Bools) -> list[dict[str, float]]:
    """What was said and what came true, in ten bins of equally many rows, for drawing."""
    return [
        {"p_up": float(p_up[b].mean()), "share_up": float(up[b].mean()), "n": len(b)}
        for b in equal_count_bins(p_up)
    ]


def by_month(as_of: Ints) -> list[tuple[str, Bools]]:
    """`2023-04` and its rows (n,), for every month in `as_of` (n,), POSIX s."""
    month = as_of.astype("datetime64[s]").astype("datetime64[M]")
    return [(str(one), np.asarray(month == one)) for one in np.unique(month)]


def baselines(examples: Examples, fitted_share_up: float) -> dict[str, float]:
    """Accuracy of the three forecasts that cost nothing.

    `majority` says what was more frequent among the rows fitted on, `persistence` repeats the last
    bar's direction and `reversal` says its opposite (a bar that did not move counts as a fall).
    """
    rose = examples.last_move > 0
    return {
        "baseline_majority": float(np.mean(examples.up == (fitted_share_up > 0.5))),
        "baseline_persistence": float(np.mean(examples.up == rose)),
        "baseline_reversal": float(np.mean(examples.up == ~rose)),
    }


def best_baseline(figures: dict[str, float]) -> float:
    """The accuracy that a model has to beat."""
    return max(value for name, value in figures.items() if name.startswith("baseline_"))


def evaluate(p_up: Floats, examples: Examples, threshold: float, fitted_share_up: float) -> dict[str, float]:
    """Every figure of the manifest, flat. Figures without a call to count are left out."""
    up = examples.up
    right = (p_up > 0.5) == up
    called = np.maximum(p_up, 1 - p_up) >= threshold
    independent = independent_calls(examples.as_of[called], examples.horizon_s)
    figures = {
        "n": float(len(up)),
        "share_up": float(up.mean()),
        "accuracy": float(right.mean()),
        "brier": brier(p_up, up),
        "log_loss": log_loss(p_up, up),
        "ece": expected_calibration_error(p_up, up),
        "coverage": float(called.mean()),
        "calls": float(called.sum()),
        "independent_calls": independent,
        **baselines(examples, fitted_share_up),
    }
    if called.any():
        figures["accuracy_of_calls"] = float(right[called].mean())
        free = baselines(examples.take(np.flatnonzero(called)), fitted_share_up)
        figures["best_baseline_of_calls"] = best_baseline(free)
        figures["accuracy_of_calls_lower"] = wilson_lower(figures["accuracy_of_calls"], max(independent, 1.0))
    return figures
