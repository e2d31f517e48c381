"""What each candidate feature was worth in old data: what `train/evidence.py` holds.

    D=../shared/data/prices
    python -m tests.bench.feature_evidence --before 2021-07-01 \
        --prices $D/spot_15m_sol_dot_aave_2020_2022q1.parquet $D/spot_1h_2019_2022q1.parquet

Each file is taken alone, at horizons of 1, 4 and 16 of its bars, only that longer bars of the others tell of
the market; the shares of worth that the training's own `rank_features` measures are averaged, over the files
in which a candidate varies at all. What is worth nothing is not printed.
Takes about three minutes.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from cryptocast.features.spec import FEATURE_NAMES
from cryptocast.series import Floats
from cryptocast.train.dataset import label_examples
from cryptocast.train.files import PriceFiles, read_prices
from cryptocast.train.fit import FitRules
from cryptocast.train.selection import rank_features, shares
from tests.bench.price_table import price_table

HORIZONS_BARS = (1, 4, 16)


def shares_of(path: Path, every: PriceFiles, before_s: int) -> list[Floats]:
    """One (candidates,) array of shares per horizon, from a file's bars that closed before `before_s`.

    NaN for a candidate that never varies in them.
    """
    files = read_prices([path])
    interval_s = min(interval for _, interval in files.series)
    bars, table = price_table(files, interval_s, before_s, told_by=every)
    found = []
    for steps in HORIZONS_BARS:
        examples = label_examples(bars, table, steps * interval_s, before_s)
        varying = [n for n, one in zip(examples.features, np.ptp(examples.x, axis=0), strict=True) if one > 0]
        everything = np.ones(len(examples), dtype=np.bool_)
        rules = replace(FitRules(), most_rows=80_000)
        ranking = rank_features(
            examples.only(varying), np.arange(len(examples)), everything, rules, embargo_s=3_600
        )
        share = dict(zip(varying, shares(ranking.worth).tolist(), strict=True))
        found.append(np.array([share.get(name, np.nan) for name in FEATURE_NAMES]))
        best = sorted(varying, key=share.__getitem__, reverse=True)[:8]
        print(f"# {path.name}, {steps} bars: {', '.join(best)}", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prices", nargs="+", type=Path, required=True)
    parser.add_argument("--before", type=datetime.fromisoformat, required=True)
    told = parser.parse_args()
    before_s = int(told.before.replace(tzinfo=UTC).timestamp())
    every = read_prices(told.prices)
    found = np.array([one for path in told.prices for one in shares_of(path, every, before_s)])
    known = np.isfinite(found)
    mean = np.where(known, found, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    for i in np.argsort(-mean, kind="stable"):
        if mean[i] > 0:
            print(f'    "{FEATURE_NAMES[i]}": {mean[i]:.4f},')


if __name__ == "__main__":
    main()
