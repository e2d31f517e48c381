"""The self-tests of a training job without the job: nothing is registered, nothing is promoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cryptocast.domain import Horizon
from cryptocast.errors import BadInput, NotEnoughData
from cryptocast.series import BarSeries, DocumentSeries
from cryptocast.train.challenger import make_challenger
from cryptocast.train.dataset import build_table, label_examples, no_documents
from cryptocast.train.documents import read_documents
from cryptocast.train.files import named, read_prices
from cryptocast.train.fit import FitRules
from cryptocast.train.recipe import prepare
from cryptocast.train.resample import bars_at, coarser_than
from cryptocast.train.selftest import SelfTest, live_equals_bulk, run_self_tests
from cryptocast.train.splits import SplitRules


@dataclass(frozen=True, slots=True)
class SelfTested:
    """What came of one horizon; the tests of the feature rows stand under no horizon."""

    horizon: Horizon | None
    tests: Sequence[SelfTest]

    @property
    def passed(self) -> bool:
        return all(test.passed for test in self.tests)


def self_test(
    bars: Mapping[str, BarSeries],
    documents: DocumentSeries,
    horizons: Sequence[Horizon],
    interval_s: int,
    fit: FitRules,
    split: SplitRules,
) -> list[SelfTested]:
    """Everything that a training job on these series would test, for each horizon, features chosen as there.

    A horizon with too little data to be tested has not passed, and says why. Raises `BadInput` for a
    horizon that is no multiple of `interval_s`.
    """
    if odd := [one.value for one in horizons if one.seconds % interval_s]:
        raise BadInput(f"{', '.join(odd)}: no multiple of the bars' length of {interval_s} s")
    since_s = min(int(series.opened_s[0]) for series in bars.values())
    until_s = max(int(series.opened_s[-1]) for series in bars.values()) + interval_s
    table = build_table(bars, documents, since_s, until_s, interval_s)
    found = [SelfTested(None, [live_equals_bulk(bars, documents, table, interval_s)])]
    for horizon in horizons:
        pool = label_examples(bars, table, horizon.seconds, until_s)
        try:
            prepared = prepare(pool, split, fit)
            examples, plan = prepared.examples, prepared.plan
            challenger = make_challenger(examples, plan, split.embargo_s, fit)
        except NotEnoughData as error:
            found.append(SelfTested(horizon, [SelfTest("enough data", False, float(len(pool)), str(error))]))
            continue
        found.append(SelfTested(horizon, run_self_tests(examples, plan, challenger, fit, split.embargo_s)))
    return found


def series_of_files(
    prices: Sequence[Path], documents: Sequence[Path], symbols: Sequence[str], notes: list[str]
) -> tuple[dict[str, BarSeries], DocumentSeries, int]:
    """Bars and texts of files on the finest interval that every coin asked for has.

    No symbols mean all. Raises `BadInput` that names file and row, or the coin that is not there.
    """
    files = read_prices(prices)
    notes += files.notes
    known = sorted({symbol for symbol, _ in files.series})
    asked = named(symbols) or tuple(known)
    if absent := [symbol for symbol in asked if symbol not in known]:
        raise BadInput(f"no price file has bars of {', '.join(absent)}; they hold {', '.join(known)}")
    possible = [{i for symbol, i in files.series if symbol == one} for one in asked]
    shared = set.intersection(*possible)
    if not shared:
        raise BadInput(f"{', '.join(asked)} have no bar length in common: evaluate them one by one")
    interval_s = min(shared)
    every = bars_at(files, interval_s, notes)
    coarser_than(files, interval_s, notes, used=False)  # a training reads none; the notes say so
    bars = {symbol: every[symbol] for symbol in asked}
    newest = max(int(series.opened_s[-1]) for series in bars.values()) + interval_s
    texts = read_documents(documents, newest, notes) if documents else no_documents(tuple(bars))
    return bars, texts, interval_s


def recent(bars: Mapping[str, BarSeries], days: int) -> dict[str, BarSeries]:
    """The last `days` before the newest close of all. Raises `BadInput` for a coin that ends before."""
    newest = max(int(series.opened_s[-1]) for series in bars.values())
    kept = {symbol: series.take(series.opened_s > newest - days * 86_400) for symbol, series in bars.items()}
    if over := [symbol for symbol, series in kept.items() if not np.size(series.opened_s)]:
        raise BadInput(
            f"{', '.join(over)}: no bar in the last {days} days of the newest coin; leave them out of "
            "--symbols, or ask for more --days"
        )
    return kept
