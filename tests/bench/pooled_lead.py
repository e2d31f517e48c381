"""The lead over the plain model on several questions together, where one alone is too noisy to tell.

    python -m tests.bench.pooled_lead out/be15m out/be1h out/be4h out/sda15m out/sda1h out/sda4h

Each DIR holds `paired.parquet` of `tests.bench.plain_baseline`. The lead is the mean over the questions of
how much more often our surest calls are right, thresholds of both models fixed before the calls that they
apply to. Whole days are redrawn, the same days for every question about the same coins: horizons of one day
are not independent.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd

from cryptocast.series import Floats, Ints
from cryptocast.train.walkforward import COVERAGES
from tests.bench.plain_baseline import PAIRED, top

HISTORIES = 10_000
GOAL = 0.015
_DAY_S = 86_400

Counts = tuple[Ints, Ints, Ints, Ints]
"""Per day: right calls and calls of ours, of the plain model; (days,) each."""


def counts_of(paired: pd.DataFrame, coverage: float, days: Ints) -> Counts:
    """What each of `days` counts of the calls of that coverage; everything where it is 1."""
    up, where = paired["up"].to_numpy(), np.searchsorted(days, paired["as_of"].to_numpy(np.int64) // _DAY_S)
    found = []
    for p_up, rank in (("p_up", "rank"), ("p_plain", "rank_plain")):
        called = top(paired[rank].to_numpy(), coverage) if coverage < 1 else np.ones(len(up), dtype=bool)
        right = called & ((paired[p_up].to_numpy() > 0.5) == up)
        found += [np.bincount(where, right, len(days)), np.bincount(where, called, len(days))]
    return tuple(found)


def leads(counts: Counts, drawn: Ints) -> Floats:
    """The lead in each redrawn history; (histories, days) → (histories,)."""
    ours, called, plain, called_plain = (column[drawn].sum(axis=1) for column in counts)
    return np.asarray(ours / np.maximum(called, 1) - plain / np.maximum(called_plain, 1))


def pooled(questions: list[pd.DataFrame], coverage: float) -> tuple[float, Floats]:
    """The mean lead over the questions: as it was, and in each redrawn history."""
    of_coins: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for paired in questions:
        of_coins[",".join(sorted(paired["symbol"].unique()))].append(paired)
    random, was, redrawn = np.random.default_rng(5), 0.0, np.zeros(HISTORIES)
    for coins in sorted(of_coins):
        days = np.unique(
            np.concatenate([one["as_of"].to_numpy(np.int64) // _DAY_S for one in of_coins[coins]])
        )
        drawn = random.integers(0, len(days), (HISTORIES, len(days)))
        for paired in of_coins[coins]:
            counts = counts_of(paired, coverage, days)
            was += float(leads(counts, np.arange(len(days))[None])[0])
            redrawn += leads(counts, drawn)
    return was / len(questions), redrawn / len(questions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dirs", nargs="+", type=Path)
    questions = [pd.read_parquet(one / PAIRED) for one in parser.parse_args().dirs]
    print(f"mean lead over the plain model, {len(questions)} questions together, percentage points")
    print(f"| calls | lead (95 %) | P(not ahead) | P(ahead by less than {100 * GOAL:g}) |\n|---|---|---|---|")
    for coverage in (1.0, *COVERAGES):
        was, redrawn = pooled(questions, coverage)
        low, high = 100 * np.quantile(redrawn, [0.025, 0.975])
        name = f"surest {coverage:.0%}" if coverage < 1 else "all"
        less, below = np.mean(redrawn <= 0), np.mean(redrawn < GOAL)
        print(f"| {name} | {100 * was:.2f} ({low:.2f} – {high:.2f}) | {less:.3f} | {below:.3f} |", flush=True)


if __name__ == "__main__":
    main()
