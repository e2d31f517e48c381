"""The order of the candidate features that old data gives: what `train/evidence.py` holds.

    python -m tests.bench.feature_evidence --prices FILE… --before 2021-07-01

Each file is taken alone, at horizons of 1, 4 and 16 of its bars; the ranks that the training's own
`rank_features` gives are averaged. Takes about three minutes.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from cryptocast.features.spec import FEATURE_NAMES
from cryptocast.series import Floats
from cryptocast.train.dataset import build_table, label_examples, no_documents
from cryptocast.train.files import read_prices
from cryptocast.train.fit import FitRules
from cryptocast.train.selection import rank_features

HORIZONS_BARS = (1, 4, 16)


def ranks_of(path: Path, before_s: int) -> list[Floats]:
    """One (candidates,) array of ranks per horizon, from a file's bars that closed before `before_s`."""
    files = read_prices([path])
    interval_s = min(interval for _, interval in files.series)
    bars = {symbol: one for (symbol, interval), one in files.series.items() if interval == interval_s}
    since = min(int(one.opened_s[0]) for one in bars.values())
    table = build_table(bars, no_documents(tuple(bars)), since, before_s, interval_s)
    found = []
    for steps in HORIZONS_BARS:
        examples = label_examples(bars, table, steps * interval_s, before_s)
        varying = [n for n, one in zip(examples.features, np.ptp(examples.x, axis=0), strict=True) if one > 0]
        everything = np.ones(len(examples), dtype=np.bool_)
        rules = replace(FitRules(), most_rows=80_000)
        ranking = rank_features(
            examples.only(varying), np.arange(len(examples)), everything, rules, embargo_s=3_600
        )
        score = dict(zip(varying, rankdata(ranking.score).tolist(), strict=True))
        found.append(np.array([score.get(name, float(len(varying))) for name in FEATURE_NAMES]))
        print(f"{path.name}, {steps} bars: {sorted(varying, key=score.__getitem__)[:8]}", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prices", nargs="+", type=Path, required=True)
    parser.add_argument("--before", type=datetime.fromisoformat, required=True)
    told = parser.parse_args()
    before_s = int(told.before.replace(tzinfo=UTC).timestamp())
    ranks = np.array([one for path in told.prices for one in ranks_of(path, before_s)])
    for i in np.argsort(ranks.mean(axis=0), kind="stable"):
        print(f'    "{FEATURE_NAMES[i]}",')


if __name__ == "__main__":
    main()
