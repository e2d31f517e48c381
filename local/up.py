"""`make up`: everything, on this machine, in the foreground, until Ctrl-C."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console

from cryptocast.domain import BAR_INTERVAL_S, DataLabel, floor_to_grid
from cryptocast.errors import CryptocastError
from local.bootstrap import bring_up
from local.cycles import CycleDriver, CycleFailed, CycleResult, NotReached
from local.operator import write_environment
from local.processes import end_in_order
from local.sources import choose, speed_of
from local.stack import Stack, running
from local.warm import warm_up

console = Console()
MAX_WINDOW = timedelta(days=1)
"""A hurried clock makes a cycle catch up on several intervals; on a day at most."""
MOST_UNREACHED = 3
"""Cycles in a row that could not begin, before `make up` ends: a server of its own is gone."""
ADDRESSES_EVERY = 12
"""Cycles from one reminder of the addresses to the next. A hurried clock ends one every few seconds, and a
terminal of 24 lines is to hold the addresses at any time."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="auto")
    parser.add_argument("--data")
    parser.add_argument("--from", dest="start")
    parser.add_argument("--speed", default="1")
    parser.add_argument("--coins")
    parser.add_argument("--cycles", type=int, help="stop after so many cycles, one done before counted")
    args = parser.parse_args()
    end_in_order()
    choice = choose(args.source, args.data, args.start, speed_of(args.speed), args.coins)
    coins = ", ".join(choice.symbols)
    console.print(f"[bold]Cryptocast[/bold]  {choice.why}; {coins}", highlight=False, soft_wrap=True)
    began = time.monotonic()
    try:
        with running(choice) as stack:
            try:
                bring_up(stack, _Steps(began))
                _serve(stack, args.cycles, began)
            except KeyboardInterrupt:
                console.print("\nstopping: what is under way ends first, half a minute at most")
                raise
    except KeyboardInterrupt:
        console.print("stopped; the data is kept, `make up` goes on from it, `make clean` deletes it")
    except (RuntimeError, CryptocastError) as error:
        console.print(f"[red]✗[/red] {error}", highlight=False, markup=True)
        sys.exit(1)


class _Steps:
    """Prints each step with the second it began at."""

    def __init__(self, began: float) -> None:
        self._began = began

    def __call__(self, what: str) -> None:
        console.print(f"[dim]{time.monotonic() - self._began:6.1f} s[/dim]  {what}", highlight=False)


def _serve(stack: Stack, cycles: int | None, began: float) -> None:
    driver = stack.cycles()
    due = floor_to_grid(stack.clock.now())
    last = due - timedelta(seconds=BAR_INTERVAL_S)
    done, failed, unreached = 0, False, 0
    if _was_done(stack, due):
        last, done = due, 1
        _Steps(began)(f"the cycle of {last:%Y-%m-%d %H:%M} was done before")
        _open(stack, began)
    while cycles is None or done < cycles:
        as_of = floor_to_grid(stack.clock.now())
        if as_of <= last:
            due = last + timedelta(seconds=BAR_INTERVAL_S)
            time.sleep(min(stack.clock.seconds_until(due) + 0.01, 1.0))
            continue
        as_of = min(as_of, last + MAX_WINDOW) if not stack.clock.is_real else as_of
        since = last if not stack.clock.is_real else as_of - timedelta(seconds=BAR_INTERVAL_S)
        error = _run_cycle(stack, driver, as_of, since)
        unreached = unreached + 1 if isinstance(error, NotReached) else 0
        if unreached == MOST_UNREACHED:
            raise RuntimeError(
                f"a local server does not answer any more ({error}); see {stack.folder / 'logs'}"
            )
        # A window that failed is asked for once more, with the next; twice in a row it is left behind. One
        # that never began is not.
        failed = bool(unreached) or not (error is None or failed or stack.clock.is_real)
        if not failed:
            # On the real clock the next `make up` tries a failed one again.
            if error is None or not stack.clock.is_real:
                stack.remember(as_of)
            last = as_of
        done += 1
        if done == 1:
            _open(stack, began)
        elif done % ADDRESSES_EVERY == 1:
            console.print(_reminder(stack), highlight=False, soft_wrap=True)


def _was_done(stack: Stack, as_of: datetime) -> bool:
    """True where an earlier run of this very deployment did the cycle and nothing can be new.

    A live source may answer again or have got its key; new code or another coin is a new deploy.
    """
    if not stack.clock.is_real or stack.choice.label is not DataLabel.SIMULATED:
        return False
    kept, deployed = stack.folder / "last-cycle", stack.folder / "deployed.json"
    if not kept.exists() or kept.stat().st_mtime < deployed.stat().st_mtime:
        return False
    return datetime.fromisoformat(kept.read_text()) == as_of


def _open(stack: Stack, began: float) -> None:
    _Steps(began)("warming the API")
    warm_up(stack.api_url)
    _print_addresses(stack, time.monotonic() - began)


def _run_cycle(stack: Stack, driver: CycleDriver, as_of: datetime, since: datetime) -> CycleFailed | None:
    """How it failed, if it did; prints its line either way."""
    now = stack.clock.now() if stack.clock.is_real else as_of
    try:
        with console.status(f"cycle {as_of:%Y-%m-%d %H:%M}"):
            result = driver.run(as_of, since, now)
    except CycleFailed as error:
        console.print(f"[red]✗[/red] {as_of:%Y-%m-%d %H:%M}  {error}", highlight=False)
        return error
    console.print(_line(stack, result), highlight=False, soft_wrap=True)
    return None


def _line(stack: Stack, result: CycleResult) -> str:
    counts = {name: step.get("rows_stored", 0) for name, step in steps_of(result.output).items()}
    rejected = sum(step.get("rows_rejected", 0) for step in steps_of(result.output).values())
    missing = sorted({m for step in steps_of(result.output).values() for m in step.get("missing", [])})
    line = f"[green]✓[/green] {result.as_of:%Y-%m-%d %H:%M}  {result.seconds:4.1f} s  "
    line += "  ".join(f"{name.replace('_', ' ')} {n}" for name, n in counts.items())
    if rejected:
        line += f"  [yellow]quarantined {rejected}[/yellow]"
    if missing:
        line += f"  [yellow]missing: {', '.join(missing)}[/yellow]"
    if stack.training and stack.training.running:
        line += "  [cyan]training[/cyan]"
    return line


def steps_of(output: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The steps' reports in an execution's output, by the name of the step."""
    found = [part for value in output.values() for part in (value if isinstance(value, list) else [value])]
    return {part["step"]: part for part in found if isinstance(part, dict) and "step" in part}


def _print_addresses(stack: Stack, seconds: float) -> None:
    console.print(f"\n[bold]up after {seconds:.0f} s[/bold]", highlight=False)
    operator = write_environment(stack.env, stack.folder / "operator.env")
    for name, value in (
        ("dashboard", stack.dashboard_url),
        ("API", f"API={shlex.quote(stack.api_url)}"),
        ("API docs", f"{stack.api_url}/docs"),
        ("WebSocket", stack.stream_url),
        ("data", stack.choice.why),
        ("kept in", str(stack.folder)),
        ("operator", f". {shlex.quote(str(operator))} && .venv/bin/cryptocast models list"),
    ):
        console.print(f"  {name:<10} {value}", highlight=False, soft_wrap=True)
    console.print()


def _reminder(stack: Stack) -> str:
    return f"  [bold]dashboard[/bold] {stack.dashboard_url}  [bold]API docs[/bold] {stack.api_url}/docs"


if __name__ == "__main__":
    main()
