"""From an empty store to a first model: history, sentiment, training."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from cryptocast.domain import DataLabel, floor_to_grid
from cryptocast.sentiment.standin import FOLDER as STANDIN
from cryptocast.store import bars
from cryptocast.store.database import Database
from local.operator import cryptocast
from local.paths import DIST, ROOT
from local.processes import write_whole
from local.stack import Stack

HISTORY_DAYS = 182
"""Six months of bars, half of what a training may read: the first models are to be there in minutes."""
FIRST_TEXTS = 15_000
"""What the transformer that ships scores before the first training, in about two minutes on 2 cores;
`cryptocast sentiment rescore` does the rest."""


def bring_up(
    stack: Stack,
    announce: Callable[[str], None],
    history_days: int = HISTORY_DAYS,
    sentiment_model: Path | None = None,
) -> None:
    """Start, deploy and, where there is no model yet, backfill, score and train.

    `sentiment_model` is the folder of the model to score with; None takes what suits the source.

    The deploy runs beside the backfill: one waits for SAM, the other for the sources.
    """
    stack.start(announce)
    failure: list[BaseException] = []
    deploying = threading.Thread(target=_deploy, args=(stack, failure), name="deploy")
    deploying.start()
    marks = stack.folder / "bootstrapped.json"
    if not marks.exists() or stack.clock.is_real:
        announce("backfill (the template is built and deployed meanwhile)")
        cryptocast(stack, "backfill", *_window(stack, history_days))
    announce("sam build, sam deploy, the dashboard")
    with Console().status("deploying"):
        deploying.join()
    if failure:
        raise failure[0]
    stack.start_training_agent()
    stack.serve_dashboard()
    if not marks.exists():
        _need_bars(stack)
        announce("sentiment of the backfilled documents")
        _score(stack, sentiment_model)
        announce("first models, one per horizon")
        cryptocast(stack, "train", "--until", _now(stack))
        write_whole(marks, json.dumps({"until": _now(stack)}))


def _need_bars(stack: Stack) -> None:
    """Raises RuntimeError where the backfill brought nothing to start from."""
    db = Database(stack.postgres.url())
    try:
        if any(bars.latest(db, symbol, 1) for symbol in stack.choice.symbols):
            return
    finally:
        db.close()
    advice = (
        "; without the internet: make up SOURCE=simulated" if stack.choice.label is DataLabel.LIVE else ""
    )
    raise RuntimeError(f"no source gave a single bar of {', '.join(stack.choice.symbols)}{advice}")


def _score(stack: Stack, model: Path | None) -> None:
    """By the model that ships, the newest texts; where texts are invented, all, by the linear stand-in."""
    if model is None and stack.choice.label is DataLabel.SIMULATED:
        model = STANDIN
    if model:
        cryptocast(stack, "sentiment", "publish", str(model))
        cryptocast(stack, "score")
    else:
        cryptocast(stack, "sentiment", "publish-default")
        cryptocast(stack, "score", "--limit", str(FIRST_TEXTS))


def _deploy(stack: Stack, failure: list[BaseException]) -> None:
    try:
        build_dashboard(stack)
        stack.deploy()
    except BaseException as error:  # handed to the main thread, which raises it
        failure.append(error)


def build_dashboard(stack: Stack) -> None:
    """`vite build`, unless what is built is newer than every source file."""
    built = DIST / "index.html"
    sources = [p for p in (ROOT / "frontend" / "src").rglob("*") if p.is_file()]
    sources += [ROOT / "frontend" / name for name in ("index.html", "package.json", "vite.config.ts")]
    if built.exists() and built.stat().st_mtime > max(p.stat().st_mtime for p in sources):
        return
    stack.commands.run(["npm", "run", "build"], ROOT / "frontend", stack.logs / "frontend-build.log")


def _now(stack: Stack) -> str:
    return floor_to_grid(stack.clock.now()).isoformat()


def _window(stack: Stack, history_days: int) -> list[str]:
    until = floor_to_grid(stack.clock.now())
    since = until - timedelta(days=history_days)
    return ["--since", since.isoformat(), "--until", until.isoformat()]
