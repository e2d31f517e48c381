"""`make replay-report`: real data through the deployed stack, and what came out, as docs/replay.md.

The first `REGULAR_CYCLES` cycles cover one interval each; then the clock is hurried and each cycle catches
up on a day, which is how months pass in minutes.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from rich.progress import Progress

from cryptocast.domain import BAR_INTERVAL_S
from cryptocast.sentiment.standin import FOLDER as STANDIN
from cryptocast.store.database import Database
from local.bootstrap import bring_up
from local.cycles import CycleDriver, CycleResult
from local.paths import ROOT
from local.sources import choose
from local.stack import Stack, running
from local.up import steps_of

REGULAR_CYCLES = 48
START = "2021-10-12"
END = datetime(2022, 3, 31, tzinfo=UTC)
_COUNTS = {
    "bars": "SELECT source, count(*) FROM bars GROUP BY 1 ORDER BY 1",
    "documents": "SELECT kind || ', ' || source, count(*) FROM documents GROUP BY 1 ORDER BY 1",
    "sentiments": "SELECT model_version, count(*) FROM sentiments GROUP BY 1 ORDER BY 1",
    "feature rows of the last 90 days": "SELECT symbol, count(*) FROM feature_rows GROUP BY 1 ORDER BY 1",
    "forecasts": "SELECT horizon || ', ' || call, count(*) FROM forecasts GROUP BY 1 ORDER BY 1",
    "quarantined": """SELECT stage || ': ' || reason, count(*) FROM quarantine
        GROUP BY 1 ORDER BY 2 DESC LIMIT 20""",
}
_RECORD = """
SELECT f.horizon, count(*), count(o.correct), avg(o.correct::int), avg(o.brier), avg(o.went_up::int)
FROM outcomes o JOIN forecasts f USING (symbol, horizon, as_of) GROUP BY 1 ORDER BY min(o.known_at - o.as_of)
"""


@dataclass
class Tally:
    """What the executions reported."""

    rows: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    regular_s: list[float] = field(default_factory=list)
    day_s: list[float] = field(default_factory=list)

    def add(self, result: CycleResult) -> None:
        regular = (result.as_of - result.since).total_seconds() <= BAR_INTERVAL_S
        (self.regular_s if regular else self.day_s).append(result.seconds)
        for name, step in steps_of(result.output).items():
            for key in ("rows_in", "rows_stored", "rows_rejected"):
                self.rows[f"{name}.{key}"] += step.get(key, 0)
            self.missing.update(step.get("missing", []))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="../shared/data")
    parser.add_argument("--until", type=datetime.fromisoformat, default=END)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "replay.md")
    args = parser.parse_args()
    choice = choose("replay", args.data, START, 1.0, "SOL,DOT,AAVE")
    until = args.until.replace(tzinfo=UTC)
    began = time.monotonic()
    with running(choice) as stack:
        bring_up(stack, print, sentiment_model=STANDIN)
        first_up_s = time.monotonic() - began
        tally = _drive(stack, stack.cycles(), until)
        report = _write(stack, tally, until, first_up_s, time.monotonic() - began)
    args.out.write_text(report)
    print(report)


def _drive(stack: Stack, driver: CycleDriver, until: datetime) -> Tally:
    tally = Tally()
    assert stack.choice.start
    last = stack.choice.start
    with Progress() as bar:
        task = bar.add_task("cycles", total=(until - last).days)
        while last < until:
            step = (
                timedelta(seconds=BAR_INTERVAL_S) if len(tally.regular_s) < REGULAR_CYCLES else timedelta(1)
            )
            as_of = min(last + step, until)
            tally.add(driver.run(as_of, last, as_of))
            last = as_of
            bar.update(task, completed=(last - stack.choice.start).days)
    return tally


def _write(stack: Stack, tally: Tally, until: datetime, first_up_s: float, total_s: float) -> str:
    lines = [
        "# Real data through the deployed stack",
        "",
        f"`make replay-report` wrote this: {', '.join(stack.choice.symbols)}, {START} to {until:%Y-%m-%d}; "
        "prices, news and posts served by the vendors' stand-in, collected over HTTP by the real collectors, "
        "through the state machine that `sam deploy` put onto MiniStack.",
        "",
        "Texts were scored by the linear stand-in (a hundred thousand of them, in seconds).",
        "",
        f"First models were ready after {first_up_s:.0f} s; the whole took {total_s / 60:.1f} min.",
        "",
        "| cycles | number | median | p95 | slowest |",
        "|---|---|---|---|---|",
        _times("of one interval (15 min)", tally.regular_s),
        _times("of one day (96 intervals, catching up)", tally.day_s),
        "",
        "## What the steps reported",
        "",
        "| step | rows in | rows stored | quarantined |",
        "|---|---|---|---|",
    ]
    for name in dict.fromkeys(key.split(".")[0] for key in tally.rows):
        counts = [tally.rows[f"{name}.{key}"] for key in ("rows_in", "rows_stored", "rows_rejected")]
        lines.append(f"| {name} | " + " | ".join(f"{n:,}" for n in counts) + " |")
    lines += ["", "Named as missing: " + _spoken(tally.missing), ""]
    with Database(stack.postgres.url()).connection() as connection:
        lines += _store(connection) + _record(connection)
    return "\n".join(lines) + "\n"


def _store(connection: psycopg.Connection[Any]) -> list[str]:
    lines = ["## What the store holds", ""]
    for title, query in _COUNTS.items():
        lines += [f"### {title}", "", "| | rows |", "|---|---|"]
        lines += [f"| {row[0]} | {row[1]:,} |" for row in connection.execute(query)]
        lines.append("")
    return lines


def _record(connection: psycopg.Connection[Any]) -> list[str]:
    lines = [
        "## The forecasts' own record",
        "",
        "Every call counted, and the abstentions in the Brier score.",
        "",
        "| horizon | forecasts | calls | accuracy of calls | Brier | went up |",
        "|---|---|---|---|---|---|",
    ]
    for horizon, n, calls, accuracy, brier, up in connection.execute(_RECORD):
        shown = "–" if accuracy is None else f"{accuracy:.1%}"
        lines.append(f"| {horizon} | {n:,} | {calls:,} | {shown} | {brier:.4f} | {up:.1%} |")
    return lines


def _times(name: str, seconds: list[float]) -> str:
    if not seconds:
        return f"| {name} | 0 | – | – | – |"
    p95 = sorted(seconds)[int(0.95 * (len(seconds) - 1))]
    shown = (statistics.median(seconds), p95, max(seconds))
    return f"| {name} | {len(seconds)} | " + " | ".join(f"{value:.2f} s" for value in shown) + " |"


def _spoken(missing: Counter[str]) -> str:
    return "; ".join(f"{what} ({n}×)" for what, n in missing.most_common(10)) or "nothing."


if __name__ == "__main__":
    main()
