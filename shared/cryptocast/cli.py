"""The operator's command: fills the stores, trains, keeps the models and checks the record.

The environment says which database, Redis and registry it speaks to; `make up` prints the file to source.
What works on files alone needs none of them. `cryptocast COMMAND --help` tells what a command takes.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cryptocast.cli_options import (
    BARS,
    TEXTS,
    After,
    AsOf,
    SeveralFiles,
    Since,
    TestFrom,
    TestTo,
    Until,
    check_folder,
    files,
)
from cryptocast.domain import BAR_INTERVAL_S, CycleWindow, DataLabel, Horizon, StepReport, floor_to_grid
from cryptocast.errors import BadInput
from cryptocast.models_commands import models
from cryptocast.proof_commands import overfitting, selftest
from cryptocast.record_commands import verify_log
from cryptocast.sentiment_commands import sentiment
from cryptocast.terminal import console, plain_errors, progress_bars

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(models, name="models")
app.add_typer(sentiment, name="sentiment")
app.command("verify-log")(verify_log)
app.command(cls=SeveralFiles)(selftest)
app.command(cls=SeveralFiles)(overfitting)


@app.callback(help=__doc__)
def main() -> None:
    # Without a handler Python prints the bare name of each retry's event.
    logging.getLogger("stamina").addHandler(logging.NullHandler())


@app.command()
def migrate() -> None:
    """Bring the database's schema to the newest version."""
    from cryptocast import wiring
    from cryptocast.store.migrate import migrate as migrate_database

    with plain_errors():
        console.print(f"schema is at {migrate_database(wiring.database_url())}")


@app.command("readonly-login")
def readonly_login(
    stage: Annotated[str, typer.Option(help="as it is deployed, e.g. dev", metavar="STAGE")],
) -> None:
    """Make the API's login at Postgres, which may only read; run again, it gets a new password.

    Reads /cryptocast/STAGE/database-url of SSM and writes readonly-database-url beside it. The password is
    made here and shown nowhere. The database must be migrated.
    """
    from cryptocast import wiring
    from cryptocast.ssm import make_readonly_parameter
    from cryptocast.store.readonly import login_name, make_login

    def make(url: str) -> str:
        login = login_name(stage, url)
        made = make_login(url, login)
        console.print(f"{login} may read", highlight=False, soft_wrap=True)
        return made

    with plain_errors():
        name = make_readonly_parameter(lambda: wiring.aws("ssm"), stage, make)
        console.print(f"SSM has it as {name}", highlight=False, soft_wrap=True)


@app.command()
def backfill(since: Since = None, until: Until = None, documents: bool = True) -> None:
    """Collect the history of bars and documents; started again, it continues where it was."""
    from cryptocast import wiring
    from cryptocast.collect import backfill as work
    from cryptocast.train.splits import HISTORY_DAYS

    with plain_errors():
        end = until or floor_to_grid(datetime.now(UTC))
        begin = since or end - timedelta(days=HISTORY_DAYS)
        settings, sources, db = wiring.settings(), wiring.sources(), wiring.database()
        now = end if settings.source_base_url else datetime.now(UTC)
        with progress_bars() as tick:
            candles, symbols = sources.candles, settings.symbol_list
            _show(work.backfill_bars(db, candles, symbols, begin, end, now, progress=tick))
            if documents:
                _show(work.backfill_documents(db, sources, settings, begin, end, now, progress=tick))


@app.command()
def score(limit: int = 1_000_000) -> None:
    """Score every document that the sentiment champion has not scored yet."""
    from cryptocast import wiring
    from cryptocast.sentiment.score import score_sentiment

    with plain_errors(), console.status("scoring documents"):
        report = score_sentiment(wiring.database(), wiring.scorer(), limit)
    _show(report)


@app.command()
def train(
    horizon: Annotated[list[Horizon] | None, typer.Option(help="default: all four")] = None,
    until: Until = None,
    trials: Annotated[
        int, typer.Option(min=0, help="of each horizon's tuning, earlier runs' included; 0: fixed parameters")
    ] = 0,
    workers: Annotated[int, typer.Option(min=1, help="processes; each fits on one thread")] = 2,
) -> None:
    """Train a challenger per horizon and register it; one that beats the champion becomes the candidate.

    Reads the database (DATABASE_URL) and writes to the registry (REGISTRY_BUCKET).
    Started again on the same day, or with the same --until, tuning continues where it was.
    """
    from cryptocast import wiring
    from cryptocast.train.job import train as run_training
    from cryptocast.train.tuning import tuner_for

    with plain_errors():
        now = datetime.now(UTC)
        settings = wiring.settings()
        with progress_bars() as tick:
            reports = run_training(
                wiring.bucket(),
                wiring.database(),
                settings.symbol_list,
                horizon or list(Horizon),
                until or floor_to_grid(now),
                now,
                settings.data_label,
                sentiment_version=wiring.sentiment_version(),
                trigger="the operator",
                shadow_cycles=settings.shadow_cycles,
                tracking_uri=settings.mlflow_tracking_uri,
                workers=workers,
                make_tuner=tuner_for(wiring.database_url(), trials, workers, tick),
                progress=tick,
            )
        for report in reports:
            console.print(report.line, highlight=False, soft_wrap=True)


@app.command("import", cls=SeveralFiles)
def import_files(
    prices: Annotated[list[Path] | None, typer.Option(help=BARS)] = None,
    documents: Annotated[list[Path] | None, typer.Option(help=TEXTS)] = None,
) -> None:
    """Read bars and texts from files into the database (DATABASE_URL); what is there already stays.

    Each option takes one file or more: --prices a.parquet b.parquet.
    """
    from cryptocast import wiring
    from cryptocast.train import importing

    with plain_errors(), progress_bars() as tick:
        if not prices and not documents:
            raise BadInput("nothing to import: give --prices FILE… or --documents FILE…")
        db = wiring.database()
        if prices:
            _show(importing.import_prices(db, files(prices), tick), "noted")
        if documents:
            _show(importing.import_documents(db, files(documents), datetime.now(UTC), tick), "noted")


@app.command(cls=SeveralFiles)
def evaluate(
    prices: Annotated[list[Path], typer.Option(help=BARS)],
    symbols: Annotated[str, typer.Option(help="the coins to forecast, e.g. BTC,ETH")],
    horizon: Annotated[str, typer.Option(help="15m, 1h, 4h, 24h: a multiple of the bars' length")],
    test_from: TestFrom,
    test_to: TestTo,
    out: Annotated[Path, typer.Option(help="folder for report.json, card.html and forecasts.parquet")],
    documents: Annotated[list[Path] | None, typer.Option(help=TEXTS)] = None,
    refit: Annotated[
        str, typer.Option(help="a new model: monthly, quarterly, yearly or never")
    ] = "quarterly",
    interval: Annotated[int | None, typer.Option(help="bar length, seconds; default: the files' own")] = None,
    fee_bps: Annotated[float, typer.Option(help="of a trade, basis points a side")] = 10.0,
    workers: Annotated[int, typer.Option(min=1, help="refits at a time, each on one thread")] = 2,
    recipe: Annotated[
        str, typer.Option(help="all-history: fitted on all that is known; served: as `train` makes it")
    ] = "all-history",
) -> None:
    """Walk forward over files and write what the forecasts were worth; no server, no database.

    --prices and --documents take one file or more: --prices a.parquet b.parquet.
    """
    from cryptocast.train.backtest import Question, backtest, lines, write_report

    with plain_errors(), progress_bars() as tick:
        check_folder(out)
        question = Question(
            files(prices), symbols.split(","), horizon, test_from, test_to, refit, files(documents),
            interval, fee_bps, workers=workers, recipe=recipe,
        )  # fmt: skip
        report, walked, tested = backtest(question, tick)
        write_report(report, walked, tested, out)
    for line in lines(report):
        console.print(line, highlight=False, soft_wrap=True)
    console.print(f"written: {out / 'report.json'}, {out / 'card.html'}", highlight=False, soft_wrap=True)


@app.command()
def cycle(as_of: AsOf = None, since: After = None) -> None:
    """Run one cycle in this process: the steps of the state machine, in its order."""
    from cryptocast import wiring
    from cryptocast.cycle import run_cycle

    with plain_errors():
        now = datetime.now(UTC)
        end = floor_to_grid(as_of or now)
        begin = since or end - timedelta(seconds=BAR_INTERVAL_S)
        live = wiring.settings().data_label is DataLabel.LIVE  # then the time is the clock's
        for report in run_cycle(CycleWindow(end, begin, now if live else as_of or now)):
            _show(report)


def _show(report: StepReport, what_was_found: str = "missing") -> None:
    line = f"{report.step.replace('_', ' ')}: {report.rows_in} in, {report.rows_stored} stored"
    if report.rows_rejected:
        line += f", {report.rows_rejected} quarantined"
    if report.missing:
        line += f"; {what_was_found}: {', '.join(report.missing)}"
    console.print(line, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    app()
