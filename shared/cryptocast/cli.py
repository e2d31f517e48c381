"""`cryptocast`: the operator's command. Each command builds what it needs through `wiring`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cryptocast.domain import BAR_INTERVAL_S, CycleWindow, Horizon, StepReport, floor_to_grid
from cryptocast.errors import CryptocastError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
models = typer.Typer(no_args_is_help=True, help="Model versions in the registry.")
sentiment = typer.Typer(no_args_is_help=True, help="The sentiment model.")
app.add_typer(models, name="models")
app.add_typer(sentiment, name="sentiment")
console = Console()

Moment = Annotated[str | None, typer.Option(help="UTC, e.g. 2021-10-12 or 2021-10-12T12:00")]


@app.command()
def migrate() -> None:
    """Bring the database's schema to the newest version."""
    from cryptocast import wiring
    from cryptocast.store.migrate import migrate as migrate_database

    with _plain_errors():
        console.print(f"schema is at {migrate_database(wiring.database_url())}")


@app.command()
def backfill(since: Moment = None, until: Moment = None, documents: bool = True) -> None:
    """Collect the history of bars and documents; started again, it continues where it was."""
    from cryptocast import wiring
    from cryptocast.collect import backfill as work

    with _plain_errors():
        end = _moment(until) or floor_to_grid(datetime.now(UTC))
        begin = _moment(since) or end - timedelta(days=182)
        settings, sources, db = wiring.settings(), wiring.sources(), wiring.database()
        now = end if settings.source_base_url else datetime.now(UTC)
        with _progress() as tick:
            _show(
                work.backfill_bars(
                    db, sources.candles, settings.symbol_list, begin, end, now, progress=tick
                )
            )
            if documents:
                _show(work.backfill_documents(db, sources, settings, begin, end, now, progress=tick))


@app.command()
def score(limit: int = 1_000_000) -> None:
    """Score every document that the sentiment champion has not scored yet."""
    from cryptocast import wiring
    from cryptocast.sentiment.score import score_sentiment

    with _plain_errors(), console.status("scoring documents"):
        report = score_sentiment(wiring.database(), wiring.scorer(), limit)
    _show(report)


@app.command()
def train(
    horizon: Annotated[list[Horizon] | None, typer.Option(help="default: all four")] = None,
    until: Moment = None,
) -> None:
    """Train a challenger per horizon, register it, and promote it where it beats the champion."""
    from cryptocast import wiring
    from cryptocast.train.job import train as run_training

    with _plain_errors():
        now = datetime.now(UTC)
        settings = wiring.settings()
        with console.status("training"):
            reports = run_training(
                wiring.bucket(),
                wiring.database(),
                symbols=settings.symbol_list,
                horizons=horizon or list(Horizon),
                until=_moment(until) or floor_to_grid(now),
                now=now,
                data_label=settings.data_label,
            )
        for report in reports:
            console.print(report.line, highlight=False)


@app.command()
def cycle(as_of: Moment = None, since: Moment = None) -> None:
    """Run one cycle in this process: the steps of the state machine, in its order."""
    from cryptocast.cycle import run_cycle

    with _plain_errors():
        now = datetime.now(UTC)
        end = floor_to_grid(_moment(as_of) or now)
        begin = _moment(since) or end - timedelta(seconds=BAR_INTERVAL_S)
        for report in run_cycle(CycleWindow(end, begin, _moment(as_of) or now)):
            _show(report)


@models.command("list")
def list_models() -> None:
    """The champion of each horizon and of sentiment."""
    from cryptocast import wiring
    from cryptocast.registry.load import champions

    with _plain_errors():
        table = Table("model", "champion", "promoted", "trained until", "data", "accuracy", "coverage")
        for row in champions(wiring.bucket()):
            table.add_row(*row.cells())
        console.print(table)


@sentiment.command("publish")
def publish_sentiment(folder: Path) -> None:
    """Register a sentiment model and make it the champion."""
    from cryptocast import wiring
    from cryptocast.registry.publish import publish_sentiment_folder

    with _plain_errors():
        version = publish_sentiment_folder(wiring.bucket(), folder, datetime.now(UTC))
    console.print(f"sentiment model {version} serves")


@sentiment.command("publish-standin")
def publish_standin() -> None:
    """Register the small stand-in that ships with the package."""
    from cryptocast.sentiment.standin import FOLDER

    publish_sentiment(FOLDER)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write 2021-10-12 or 2021-10-12T12:00") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _show(report: StepReport) -> None:
    line = f"{report.step.replace('_', ' ')}: {report.rows_in} in, {report.rows_stored} stored"
    if report.rows_rejected:
        line += f", {report.rows_rejected} quarantined"
    if report.missing:
        line += f"; missing: {', '.join(report.missing)}"
    console.print(line, highlight=False)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Our errors end the command with one line; anything else is a defect and shows its traceback."""
    try:
        yield
    except CryptocastError as error:
        console.print(f"[red]error[/red] {error}", highlight=False)
        raise typer.Exit(1) from None


@contextmanager
def _progress() -> Iterator[object]:
    """Yields `tick(task, done, total)`; bars where it is a terminal, silence elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, object] = {}

        def tick(task: str, done: int, total: int) -> None:
            if task not in tasks:
                tasks[task] = bars.add_task(task, total=total)
            bars.update(tasks[task], completed=done, total=total)  # type: ignore[arg-type]

        yield tick
