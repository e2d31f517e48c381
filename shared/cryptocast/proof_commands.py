"""`cryptocast selftest` and `cryptocast overfitting`: what the figures must survive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cryptocast.cli_options import files
from cryptocast.domain import BAR_INTERVAL_S, Horizon, floor_to_grid
from cryptocast.errors import BadInput
from cryptocast.series import BarSeries, DocumentSeries
from cryptocast.terminal import console, plain_errors

Prices = Annotated[list[Path] | None, typer.Option(help="Parquet; default: the database")]
Documents = Annotated[list[Path] | None, typer.Option(help="Parquet; may be given several times")]


def selftest(
    prices: Prices = None,
    documents: Documents = None,
    symbols: Annotated[str, typer.Option(help="e.g. BTC,ETH; default: all there are")] = "",
    horizon: Annotated[list[Horizon] | None, typer.Option(help="default: all four")] = None,
    days: Annotated[int, typer.Option(help="of history, the newest")] = 182,
) -> None:
    """Test data, features and splits for leaks, as a training job does; nothing is registered.

    Ends with 1 where a test fails.
    """
    from cryptocast.train.fit import FitRules
    from cryptocast.train.selftest_run import recent, self_test, series_of_files
    from cryptocast.train.splits import SplitRules

    with plain_errors(), console.status("testing"):
        if documents and not prices:
            raise BadInput("--documents needs --prices: texts of files do not go with the database's bars")
        if prices:
            notes: list[str] = []
            asked = symbols.split(",")
            bars, texts, interval_s = series_of_files(files(prices), files(documents), asked, notes)
            bars = recent(bars, days)
        else:
            bars, texts, interval_s = *_stored(symbols, days), BAR_INTERVAL_S
        found = self_test(bars, texts, horizon or list(Horizon), interval_s, FitRules(), SplitRules())
    table = Table("horizon", "test", "", "what was found")
    for one in found:
        for test in one.tests:
            mark = "[green]passed[/green]" if test.passed else "[red]failed[/red]"
            table.add_row(one.horizon.value if one.horizon else "all", test.name, mark, test.reason)
    console.print(table)
    if not all(one.passed for one in found):
        raise typer.Exit(1)


def _stored(symbols: str, days: int) -> tuple[dict[str, BarSeries], DocumentSeries]:
    from cryptocast import wiring
    from cryptocast.train.dataset import newest_close, read_series

    db = wiring.database()
    asked = [s.strip().upper() for s in symbols.split(",") if s.strip()] or wiring.settings().symbol_list
    until = newest_close(db, asked) or floor_to_grid(datetime.now(UTC))
    return read_series(db, asked, until - timedelta(days=days), until, wiring.sentiment_version())
