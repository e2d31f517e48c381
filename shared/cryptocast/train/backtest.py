"""`cryptocast evaluate`: files in, report.json and card.html out, without server and database."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from cryptocast.domain import BAR_INTERVAL_S
from cryptocast.errors import BadInput, NotEnoughData
from cryptocast.features.rows import FEATURE_VERSION
from cryptocast.series import BarSeries
from cryptocast.train.dataset import Examples, build_table, label_examples, no_documents
from cryptocast.train.documents import read_documents
from cryptocast.train.files import named, read_prices
from cryptocast.train.fit import FitRules
from cryptocast.train.interval import bar_interval, reaches
from cryptocast.train.report import FEE_BPS, Tested, figures, moment, plain, without_p
from cryptocast.train.report_card import report_card
from cryptocast.train.resample import bars_at, coarser_than
from cryptocast.train.served import Version, of_served_bars, served_figures, walk_served
from cryptocast.train.splits import DAY_S, HISTORY_DAYS, SplitRules
from cryptocast.train.walkforward import Progress, Walk, calibrate_spans, fit_spans, refit_times

_HORIZON = re.compile(r"^(\d+)(m|h|d)$")
LONGEST_HORIZON_S = 365 * 86_400
ALL_HISTORY, SERVED = "all-history", "served"
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of `evaluate`."""

    prices: Sequence[Path]
    symbols: Sequence[str]
    horizon: str
    test_from: datetime
    test_to: datetime
    refit: str = "quarterly"
    documents: Sequence[Path] = ()
    interval_s: int | None = None
    fee_bps: float = FEE_BPS
    rules: FitRules = field(default_factory=FitRules)
    workers: int = 2
    recipe: str = ALL_HISTORY
    split: SplitRules = field(default_factory=SplitRules)
    """How the served recipe cuts its time; the other has spans of its own."""


def horizon_seconds(text: str) -> int:
    """`15m`, `1h`, `4h`, `1d` → seconds. Raises `BadInput`."""
    found = _HORIZON.match(text.strip().lower())
    if not found or int(found[1]) < 1:
        raise BadInput(f"--horizon is {text!r}; write for example 15m, 1h, 4h or 24h")
    seconds = int(found[1]) * _SECONDS[found[2]]
    if seconds > LONGEST_HORIZON_S:
        raise BadInput(f"--horizon is {text!r}; the longest is {LONGEST_HORIZON_S // 86_400} days")
    return seconds


def backtest(question: Question, progress: Progress | None = None) -> tuple[dict[str, Any], Walk, Examples]:
    """Walk forward over the test window and give the report, the forecasts and what became of them.

    Raises `BadInput` or `NotEnoughData` that says what is wrong or lacks.
    """
    horizon_s = horizon_seconds(question.horizon)
    _possible(question)
    refits = refit_times(question.test_from, question.test_to, question.refit)
    files = read_prices(question.prices)
    symbols, notes = named(question.symbols), list(files.notes)
    begin, end = (int(edge.timestamp()) for edge in (question.test_from, question.test_to))
    interval_s = bar_interval(files, symbols, (begin, end), horizon_s, question.interval_s)
    bars = bars_at(files, interval_s, notes)
    _all_there(bars, symbols, interval_s)
    coarser = coarser_than(files, interval_s, notes, used=question.recipe != SERVED)
    if question.recipe == SERVED:  # a training reads the coins that it serves and no others
        of_served_bars(interval_s)
        bars = {symbol: bars[symbol] for symbol in sorted(symbols)}
    _gaps(bars, symbols, end, notes)
    refits = _reached(refits, bars, symbols)
    examples = _examples(bars, coarser, horizon_s, interval_s, question, notes)
    _testable(examples, symbols, refits[0], end)
    walked, versions = _walk(question, examples, symbols, refits, end, progress)
    notes += _unordered(walked)
    tested = Tested(walked, examples.take(walked.rows), interval_s)
    report = {
        "horizon": question.horizon,
        "interval_s": interval_s,
        "symbols": list(symbols),
        "recipe": question.recipe,
        **figures(tested, question.fee_bps),
        "data_window": _window(question, examples, bars, coarser, walked),
        "features": list(walked.features),
        "selection": walked.selection.recorded() if walked.selection else None,
        "feature_version": FEATURE_VERSION,
        "params": dict(question.rules.recorded()),
        "served": served_figures(tested, versions) if versions else None,
        "notes": notes,
    }
    return plain(report), walked, tested.examples


def _reached(refits: list[int], bars: Mapping[str, BarSeries], symbols: Sequence[str]) -> list[int]:
    """The refits that any of the coins' bars reaches, and the first in any case."""
    newest = max(int(bars[symbol].opened_s[-1]) for symbol in symbols)
    return [refit for refit in refits if refit <= newest] or refits[:1]


def _all_there(bars: Mapping[str, BarSeries], symbols: Sequence[str], interval_s: int) -> None:
    if absent := [symbol for symbol in symbols if symbol not in bars]:
        raise BadInput(f"no bars of {', '.join(absent)} at {interval_s} s, nor finer ones that make them up")


def _unordered(walked: Walk) -> list[str]:
    """A note for each refit whose earlier margins ordered nothing."""
    return [
        f"refit of {moment(begins)[:10]}: on time it had not seen its margins ordered nothing, so all its "
        "forecasts are one probability, scored as a fall, and none of them is called among the surest"
        for begins, fixed in zip(walked.refits, walked.thresholds, strict=True)
        if min(fixed) == 1.0
    ]


def _possible(question: Question) -> None:
    if question.interval_s is not None and question.interval_s < 60:
        raise BadInput(f"--interval is {question.interval_s}; bars last at least 60 s")
    if not 0 <= question.fee_bps < 10_000:
        raise BadInput(f"--fee-bps is {question.fee_bps}; it lies from 0 to 10,000 basis points a side")
    if question.recipe not in (ALL_HISTORY, SERVED):
        raise BadInput(f"--recipe is {question.recipe!r}; possible are {ALL_HISTORY}, {SERVED}")


def _walk(
    question: Question,
    examples: Examples,
    symbols: Sequence[str],
    refits: Sequence[int],
    end: int,
    progress: Progress | None,
) -> tuple[Walk, tuple[Version, ...]]:
    rules, workers = question.rules, question.workers
    if question.recipe == SERVED:
        split = question.split
        return walk_served(examples, refits, end, rules, split, workers=workers, progress=progress)
    spans = fit_spans(examples, symbols, refits, end, rules, workers=workers, progress=progress)
    return calibrate_spans(spans), ()


def write_report(report: Mapping[str, Any], walked: Walk, tested: Examples, out: Path) -> None:
    """report.json, card.html and forecasts.parquet in `out`."""
    import pandas as pd

    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(json.dumps(report, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    (out / "card.html").write_text(report_card(report), encoding="utf-8")
    frame = pd.DataFrame(
        {
            "symbol": tested.symbols,
            "as_of": tested.as_of.astype("datetime64[s]"),
            "p_up": walked.p_up,
            "rank": walked.rank,
            "up": tested.up,
            "return_log": tested.return_log,
        }
    )
    frame.to_parquet(out / "forecasts.parquet", index=False)


def lines(report: Mapping[str, Any]) -> list[str]:
    """The report for the terminal."""
    low, high = report["accuracy_ci95"]
    best = max(report["baselines"], key=report["baselines"].get)
    said = [
        f"{', '.join(report['symbols'])} {report['horizon']}: {report['accuracy']:.2%} of {report['n']:,} "
        f"calls right ({low:.2%} to {high:.2%}); {best} gets {report['baselines'][best]:.2%}; "
        f"Brier {report['brier']:.5f}"
    ]
    if (served := report["served"]) and (calls := served["calls"])["accuracy"] is not None:
        low, high = calls["ci95"]
        said.append(
            f"called by each version's own threshold: {calls['accuracy']:.2%} of {calls['n']:,} "
            f"({low:.2%} to {high:.2%}), {calls['coverage']:.1%} called"
        )
    for one in report["selective"]:
        if one["accuracy"] is not None:
            low, high = one["ci95"]
            said.append(
                f"surest {one['coverage_target']:.0%}: {one['accuracy']:.2%} of {one['n']:,} "
                f"({low:.2%} to {high:.2%}), {one['coverage']:.1%} called; {one['best_free']['name']} gets "
                f"{one['best_free']['accuracy']:.2%} of the same"
            )
    said += [report["target"]["said"], *without_p(report)]
    return [*said, *(f"note: {note}" for note in report["notes"])]


def _gaps(bars: Mapping[str, BarSeries], symbols: Sequence[str], end: int, notes: list[str]) -> None:
    for symbol in symbols:
        series = bars[symbol]
        if not reaches(series, end):
            last = moment(int(series.opened_s[-1]) + series.interval_s)
            notes.append(f"{symbol}: its bars end at {last}, before the test does; nothing later is tested")
        if not np.ptp(series.close):
            raise BadInput(f"{symbol}: constant prices: the close is {series.close[0]:g} in every bar")
        steps = np.diff(series.opened_s) // series.interval_s
        if (steps > 1).any():
            longest = int(np.argmax(steps))
            at = np.datetime64(int(series.opened_s[longest]), "s")
            notes.append(
                f"{symbol}: {int((steps - 1).sum())} bars are absent in {int((steps > 1).sum())} gaps, the "
                f"longest of {int(steps[longest] - 1)} bars after {at}; nothing is filled in"
            )


def _examples(
    bars: Mapping[str, BarSeries],
    coarser: Sequence[BarSeries],
    horizon_s: int,
    interval_s: int,
    question: Question,
    notes: list[str],
) -> Examples:
    """Only what the evaluation may see: bars up to the end of the last tested horizon."""
    newest = max(int(series.opened_s[-1]) for series in bars.values()) + interval_s
    until = min(int(question.test_to.timestamp()) + horizon_s, newest)
    since = min(int(series.opened_s[0]) for series in bars.values())
    documents = no_documents(tuple(bars))
    if question.documents:
        documents = read_documents(question.documents, newest, notes)
    table = build_table(bars, documents, since, until, interval_s, coarser)
    short = "under 24 h of bars"
    notes += [
        f"{symbol}: no feature row at {reasons[short]} moments: "
        f"{short if interval_s == BAR_INTERVAL_S else 'under 96 bars before it'}"
        for symbol, reasons in table.skipped.items()
        if short in reasons
    ]
    examples = label_examples(bars, table, horizon_s, until)
    if not len(examples):
        raise NotEnoughData("too little history: not one moment has a feature row and a later close")
    return examples


def _testable(examples: Examples, symbols: Sequence[str], begin: int, end: int) -> None:
    inside = (examples.as_of >= begin) & (examples.as_of < end)
    for symbol in symbols:
        rows = inside & (examples.symbols == symbol)
        if not rows.any():
            raise NotEnoughData(
                f"{symbol}: no labelled row in the test window: its bars end before, or its price never moves"
            )
        ups = examples.up[rows]
        if len(ups) > 50 and (ups.all() or not ups.any()):
            raise BadInput(
                f"{symbol}: one class only: all {len(ups)} tested moves went "
                f"{'up' if ups.all() else 'down'}; an accuracy would say nothing"
            )


def _window(
    question: Question,
    examples: Examples,
    bars: Mapping[str, BarSeries],
    coarser: Sequence[BarSeries],
    walked: Walk,
) -> dict[str, Any]:
    known_s = HISTORY_DAYS * DAY_S if question.recipe == SERVED else walked.refits[0]
    return {
        "since": moment(max(int(examples.as_of[0]), walked.refits[0] - known_s)),
        "test_from": question.test_from.isoformat(),
        "test_to": question.test_to.isoformat(),
        "until": moment(examples.as_of[walked.rows[-1]]),
        "refit": question.refit,
        "refits": [moment(refit) for refit in walked.refits],
        "fitted_rows": list(walked.fitted_rows),
        "fitted_symbols": sorted(bars),
        "market_told_by": [{"symbol": one.symbol, "interval_s": one.interval_s} for one in coarser],
        "files": [path.name for path in [*question.prices, *question.documents]],
    }
