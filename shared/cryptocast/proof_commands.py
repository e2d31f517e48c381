"""`cryptocast selftest` and `cryptocast overfitting`: what the figures must survive."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cryptocast.cli_options import BARS, TEXTS, check_folder, files
from cryptocast.domain import BAR_INTERVAL_S, Horizon, floor_to_grid
from cryptocast.errors import BadInput
from cryptocast.series import BarSeries, DocumentSeries
from cryptocast.terminal import console, plain_errors, progress_bars

Prices = Annotated[list[Path] | None, typer.Option(help=f"{BARS}; default: the database")]
Documents = Annotated[list[Path] | None, typer.Option(help=TEXTS)]


def selftest(
    prices: Prices = None,
    documents: Documents = None,
    symbols: Annotated[str, typer.Option(help="e.g. BTC,ETH; default: all there are")] = "",
    horizon: Annotated[list[Horizon] | None, typer.Option(help="default: all four")] = None,
    days: Annotated[int, typer.Option(min=1, help="of history, the newest")] = 365,
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
            _tell(notes)
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


def overfitting(
    prices: Annotated[list[Path], typer.Option(help=BARS)],
    symbols: Annotated[str, typer.Option(help="e.g. BTC,ETH")],
    horizon: Annotated[Horizon, typer.Option(help="how far ahead")],
    out: Annotated[Path | None, typer.Option(help="for overfitting.json")] = None,
    documents: Documents = None,
    days: Annotated[int, typer.Option(min=1, help="of history, the newest")] = 365,
    groups: Annotated[int, typer.Option(help="stretches of time")] = 6,
    tested: Annotated[int, typer.Option(help="of them in each fold")] = 2,
    rows: Annotated[int, typer.Option(help="a fit sees at most, thinned in time")] = 20_000,
    workers: Annotated[int, typer.Option(min=1, help="fits at a time")] = 2,
) -> None:
    """How much of the figures is the choosing: combinatorial purged folds, and PBO over a grid."""
    from cryptocast.train.dataset import build_table, label_examples
    from cryptocast.train.fit import TRIALS, FitRules
    from cryptocast.train.overfitting import grid
    from cryptocast.train.overfitting import overfitting as work
    from cryptocast.train.selftest_run import recent, series_of_files
    from cryptocast.train.splits import SplitRules

    notes: list[str] = []
    with plain_errors(), progress_bars() as tick:
        _check_first(out, rows)
        bars, texts, interval_s = series_of_files(files(prices), files(documents), symbols.split(","), notes)
        bars = recent(bars, days)
        _tell(notes)
        if horizon.seconds % interval_s:
            raise BadInput(f"{horizon.value}: no multiple of the bars' length of {interval_s} s")
        since = min(int(series.opened_s[0]) for series in bars.values())
        until = max(int(series.opened_s[-1]) for series in bars.values()) + interval_s
        table = build_table(bars, texts, since, until, interval_s)
        examples = label_examples(bars, table, horizon.seconds, until)
        rules, embargo_s = FitRules(most_rows=rows), SplitRules().embargo_s
        report = work(examples, grid(rules), embargo_s=embargo_s, interval_s=interval_s, trials=TRIALS,
                      groups=groups, tested=tested, workers=workers, progress=tick)  # fmt: skip
    _show_overfitting(report)
    if out is not None:
        body = json.dumps(report, indent=1, allow_nan=False)
        out.mkdir(parents=True, exist_ok=True)
        (out / "overfitting.json").write_text(f"{body}\n", encoding="utf-8")


def _check_first(out: Path | None, rows: int) -> None:
    """What would else be found after hours of fits. Raises `BadInput`."""
    from cryptocast.train.overfitting import FEWEST_FIT

    if out is not None:
        check_folder(out)
    if rows < FEWEST_FIT:
        raise BadInput(f"--rows is {rows}, at least {FEWEST_FIT} are needed for a fit")


def _tell(notes: list[str]) -> None:
    for note in notes:
        console.print(f"note: {note}", highlight=False, markup=False, soft_wrap=True)


def _show_overfitting(report: dict[str, Any]) -> None:
    table = Table("configuration", "accuracy, mean", "over the paths", "Brier, mean", "over the paths")
    for name, row in report["configurations"].items():
        right, brier = row["accuracy"], row["brier"]
        table.add_row(
            name,
            f"{right['mean']:.2%}",
            f"{right['low']:.2%} to {right['high']:.2%}",
            f"{brier['mean']:.5f}",
            f"{brier['low']:.5f} to {brier['high']:.5f}",
        )
    console.print(table)
    console.print(
        f"{report['n']:,} rows, {report['folds']} folds, {report['paths']} paths; probability of overfitting "
        f"{report['pbo']:.1%}; the best ({report['best']}) is right in {report['accuracy_of_best']:.2%}, "
        f"what costs nothing in {report['accuracy_of_free']:.2%}: {_deflated(report)}",
        highlight=False,
        soft_wrap=True,
    )


def _deflated(report: dict[str, Any]) -> str:
    if report["z"] is None:
        return f"no z: {report['why_none']}"
    share, trials = report["deflated_probability"], report["trials"]
    return f"z {report['z']:.2f}, and {share:.1%} after {trials:.0f} trials"


def _stored(symbols: str, days: int) -> tuple[dict[str, BarSeries], DocumentSeries]:
    from cryptocast import wiring
    from cryptocast.train.dataset import newest_close, read_series
    from cryptocast.train.files import named

    db = wiring.database()
    asked = named(symbols.split(",")) or wiring.settings().symbol_list
    until = newest_close(db, asked) or floor_to_grid(datetime.now(UTC))
    return read_series(db, asked, until - timedelta(days=days), until, wiring.sentiment_version())
