"""`cryptocast sentiment …`: publish, export, score a file, score history again."""

from __future__ import annotations

import importlib.util
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from cryptocast.errors import BadInput
from cryptocast.terminal import console, plain_errors, progress_bars

sentiment = typer.Typer(no_args_is_help=True, help="The sentiment model.")
EXPORT_PYTHON = Path(".venv-export/bin/python")


@sentiment.command("publish")
def publish_sentiment(folder: Path) -> None:
    """Register the sentiment model in FOLDER and make it the champion."""
    from cryptocast import wiring
    from cryptocast.registry import sentiment_model

    with plain_errors():
        done = sentiment_model.publish_sentiment(wiring.bucket(), folder, datetime.now(UTC))
    line = f"sentiment: {done.version} serves"
    if done.kept:
        line += "; the same model was registered before, and its cards and figures stay as they were then"
    console.print(line, highlight=False, soft_wrap=True)


@sentiment.command("publish-default")
def publish_default() -> None:
    """Register the small transformer that ships with the package, and make it the champion."""
    from cryptocast.sentiment.default import FOLDER

    publish_sentiment(FOLDER)


@sentiment.command("score")
def score_file(
    source: Annotated[Path, typer.Option("--in", help="Parquet file with a column of texts")],
    out: Annotated[Path, typer.Option(help="Parquet file to write; not the input")],
    text_column: Annotated[str, typer.Option(help="its name; several: title,body")] = "text",
    model: Annotated[Path | None, typer.Option(help="a model's folder; default: the one that ships")] = None,
) -> None:
    """Add label, p_bearish, p_neutral and p_bullish to the texts of a file. Works offline."""
    from cryptocast.sentiment.default import FOLDER
    from cryptocast.sentiment.scored_file import score_file as work
    from cryptocast.sentiment.scorer import Scorer

    with plain_errors():
        scorer = Scorer.load(model or FOLDER)
        with progress_bars() as tick:
            done = work(scorer, source, out, text_column, tick)
    line = f"{out}: {done.rows} texts scored by {scorer.model_version}"
    if done.without_text:
        line += f"; {done.without_text} had nothing to read and are neutral"
    if done.unscored:
        line += f"; {done.unscored} could not be scored and are null"
    if done.renamed:
        line += f"; the file's own {', '.join(done.renamed)} is now given_…"
    console.print(line, highlight=False, soft_wrap=True)


@sentiment.command("rescore")
def rescore(
    limit: Annotated[int, typer.Option(help="documents at most, newest first")] = 10_000_000,
) -> None:
    """Score history with the model that serves now; stopped and started again, it goes on.

    Scores of earlier model versions stay. What is done is stored every 500 documents. Posts whose text
    is gone cannot be scored again, and the next training goes without them.
    """
    from cryptocast import wiring
    from cryptocast.sentiment.score import rescore as work

    with plain_errors(), progress_bars() as tick:
        report = work(wiring.database(), wiring.scorer(), limit, datetime.now(UTC), tick)
    line = f"rescored {report.rows_in} documents, {report.rows_rejected} quarantined"
    if gone := report.detail["out_of_reach"]:
        line += f"; {gone} have no text any more: a training goes without them"
    console.print("; ".join([line, *report.missing]), highlight=False, soft_wrap=True)


@sentiment.command("export")
def export_model(
    out: Annotated[Path, typer.Option(help="folder to write")],
    model: Annotated[str, typer.Option(help="a name on the hub, or a folder")] = "ElKulako/cryptobert",
    revision: Annotated[str | None, typer.Option(help="commit or tag on the hub")] = None,
    processor: Annotated[Literal["avx2", "arm64"], typer.Option(help="what it will run on")] = "avx2",
) -> None:
    """Export a Hugging Face model as int8 ONNX, refused where it differs from the float model.

    Runs in the environment that `make sentiment-export` makes.
    """
    if importlib.util.find_spec("torch") is None:
        _in_export_environment()
    from cryptocast.sentiment.export import export

    with plain_errors():
        manifest = export(
            model, out, datetime.now(UTC), revision=revision, processor=processor, say=console.print
        )
    console.print(f"{out}: {manifest['version']}, {manifest['metrics']['agreement_with_float']}")


def _in_export_environment() -> None:
    """Become the same command in `.venv-export`; a plain error where there is none."""
    with plain_errors():
        if not EXPORT_PYTHON.exists():
            raise BadInput("torch is not here: run `make sentiment-export` once, in the project's folder")
    os.execv(EXPORT_PYTHON, [str(EXPORT_PYTHON), "-m", "cryptocast.cli", *sys.argv[1:]])  # noqa: S606
