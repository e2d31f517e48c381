"""The figures of a model's test by the names of the field: what each means, its unit, which way is better.

`card.json` has them by the keys of the manifest's `metrics`, which stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cryptocast.page import Noted, number, percent, span, table

Unit = Literal["% of forecasts", "% of calls", "forecasts", "calls", "from 0 to 1", "nats", ""]
Better = Literal["higher", "lower", "to beat", ""]


@dataclass(frozen=True, slots=True)
class Figure:
    """How one figure is told."""

    name: str
    means: str
    unit: Unit = ""
    better: Better = ""
    """Empty where neither way is better."""


FIGURES: Mapping[str, Figure] = {
    "accuracy_of_calls": Figure(
        "Accuracy of calls", "How many of its calls, up or down, came true.", "% of calls", "higher"
    ),
    "accuracy_of_calls_lower": Figure(
        "Accuracy of calls, lower bound",
        "Wilson's one-sided 95% bound over the independent calls: another method than the intervals'.",
        "% of calls",
        "higher",
    ),
    "best_baseline_of_calls": Figure(
        "Best baseline, same calls",
        "Accuracy of the best of the three baselines below on the very forecasts that were called.",
        "% of calls",
        "to beat",
    ),
    "coverage": Figure(
        "Coverage", "How many forecasts were called; on the rest it abstained.", "% of forecasts"
    ),
    "calls": Figure("Calls", "Forecasts that were sure enough to be called.", "calls"),
    "independent_calls": Figure(
        "Independent calls",
        "The same with coins of one moment, and horizons that overlap, counted once.",
        "calls",
        "higher",
    ),
    "accuracy": Figure(
        "Accuracy of all forecasts",
        "How often the likelier direction came true, called or not.",
        "% of forecasts",
        "higher",
    ),
    "baseline_majority": Figure(
        "Baseline: majority class",
        "Accuracy of always naming the direction that was more frequent in the training data.",
        "% of forecasts",
        "to beat",
    ),
    "baseline_persistence": Figure(
        "Baseline: persistence",
        "Accuracy of saying that the last bar's direction goes on.",
        "% of forecasts",
        "to beat",
    ),
    "baseline_reversal": Figure(
        "Baseline: reversal",
        "Accuracy of saying the opposite of the last bar's direction.",
        "% of forecasts",
        "to beat",
    ),
    "brier": Figure(
        "Brier score",
        "Mean squared error of the probability; saying 50% every time gets 0.25.",
        "from 0 to 1",
        "lower",
    ),
    "log_loss": Figure(
        "Log loss",
        "Mean negative log-likelihood of what came; saying 50% every time gets 0.693.",
        "nats",
        "lower",
    ),
    "ece": Figure(
        "Expected calibration error (ECE)",
        "Mean gap between the probability said and the share that came true, over ten bins of equal size.",
        "from 0 to 1",
        "lower",
    ),
    "share_up": Figure(
        "Share of rises", "Base rate: how often the price rose after a forecast.", "% of forecasts"
    ),
    "onnx_parity": Figure(
        "ONNX against XGBoost",
        "The largest difference between what the file that serves says and what the fitted trees say.",
        "from 0 to 1",
        "lower",
    ),
    "n": Figure("Forecasts", "Rows of the test, none of which the model was fitted on.", "forecasts"),
}
"""In the order of the card, what matters most first."""


def figures_table(figures: Mapping[str, float], intervals: Mapping[str, Sequence[float | None]]) -> str:
    """Every figure of `figures`; one that has no name of its own here is told by its key, last."""
    names = [name for name in FIGURES if name in figures] + [name for name in figures if name not in FIGURES]
    rows = []
    for name in names:
        figure = FIGURES.get(name) or Figure(name.replace("_", " "), "")
        ends = intervals.get(name)
        rows.append(
            (
                Noted(figure.name, figure.means),
                _written(figures[name], figure.unit),
                "" if ends is None else _interval(ends, figure.unit),
                figure.unit,
                figure.better,
            )
        )
    return table(("figure", "value", "95% interval", "unit", "better"), rows, words=(3, 4))


def _written(value: float, unit: Unit) -> str:
    if unit.startswith("%"):
        return percent(value)
    return f"{value:,.0f}" if unit in ("forecasts", "calls") else number(value)


def _interval(ends: Sequence[float | None], unit: Unit) -> str:
    if unit.startswith("%") or None in ends:
        return span(ends)
    return f"{number(ends[0])} to {number(ends[1])}"
