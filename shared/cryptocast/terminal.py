"""What the commands share: the console, plain errors, progress bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from cryptocast.errors import CryptocastError, StoreUnavailable

console = Console()
_IS_IT_UP = (
    "Is it up, and is it the one that the environment names? On a laptop `make up` starts all of them and "
    "prints the file to source."
)


@contextmanager
def plain_errors(exit_code: int = 1) -> Iterator[None]:
    """Our errors end the command with their words and `exit_code`; else it is a defect: a traceback."""
    try:
        yield
    except CryptocastError as error:
        # Escaped: a vendor's [words] are no markup.
        console.print(f"[red]error[/red] {escape(str(error))}", highlight=False, soft_wrap=True)
        if isinstance(error, StoreUnavailable):
            console.print(_IS_IT_UP, highlight=False, soft_wrap=True)
        raise typer.Exit(exit_code) from None


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """Yields `tick(task, done, total)`; bars where it is a terminal, silence elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def tick(task: str, done: int, total: int) -> None:
            if task not in tasks:
                tasks[task] = bars.add_task(task, total=total)
            bars.update(tasks[task], completed=done, total=total)

        yield tick
