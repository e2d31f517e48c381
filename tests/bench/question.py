"""What the benches of forecasts are asked: the files, coins, horizon and window of `cryptocast evaluate`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptocast.train.backtest import horizon_seconds
from cryptocast.train.dataset import Examples, label_examples
from cryptocast.train.files import PriceFiles, read_prices
from cryptocast.train.walkforward import refit_times
from tests.bench.price_table import price_table


@dataclass(frozen=True, slots=True)
class Question:
    """Labelled rows of every coin in the files, with every candidate, and the window that is tested."""

    examples: Examples
    symbols: tuple[str, ...]
    refits: tuple[int, ...]
    """POSIX seconds: the window's begin and each quarter inside it."""
    ends_s: int


def interval_of(files: PriceFiles, symbols: Sequence[str]) -> int:
    """Seconds a bar: 15 minutes where the files have them of the first coin, else an hour."""
    return 900 if (symbols[0], 900) in files.series else 3_600


def question_parser(doc: str | None) -> argparse.ArgumentParser:
    """For `read_question`; a bench adds what it needs besides."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prices", nargs="+", type=Path, required=True)
    parser.add_argument("--symbols", required=True)
    parser.add_argument("--horizon", required=True)
    parser.add_argument("--test-from", type=datetime.fromisoformat, required=True)
    parser.add_argument("--test-to", type=datetime.fromisoformat, required=True)
    return parser


def read_question(told: argparse.Namespace) -> Question:
    """Raises `BadInput` that names file and row."""
    symbols, horizon_s = tuple(told.symbols.split(",")), horizon_seconds(told.horizon)
    begins, ends = (moment.replace(tzinfo=UTC) for moment in (told.test_from, told.test_to))
    files, until = read_prices(told.prices), int(ends.timestamp()) + horizon_s
    interval_s = interval_of(files, symbols)
    bars, table = price_table(files, interval_s, until)
    examples = label_examples(bars, table, horizon_s, until)
    refits = refit_times(begins, ends, "quarterly")
    return Question(examples, symbols, tuple(refits), int(ends.timestamp()))
