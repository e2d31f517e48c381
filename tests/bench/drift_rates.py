"""How often drift is found on a real market by the rule of `monitor.drift`: the table of docs/monitoring.md.

    python -m tests.bench.drift_rates --prices FILE --from 2021-04-01 --to 2022-04-01

A reference is made every 30 days from the 60 days before, as a training would leave it, and one look is taken
a day. The features are the 15 that were worth most in `train.evidence` and vary in the file, as if they were
a model's own: prices and time, because the files hold no texts. Needs 60 days of bars before `--from`; takes
some ten seconds.
"""

from __future__ import annotations

import argparse
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from cryptocast.cli_options import moment
from cryptocast.domain import BAR_INTERVAL_S, FeatureRow
from cryptocast.errors import NotEnoughData
from cryptocast.features.rows import FeatureTable
from cryptocast.features.spec import FEATURE_NAMES, MODEL_FEATURES
from cryptocast.monitor.drift import REFERENCE_DAYS, Drift, make_reference, measure
from cryptocast.series import BarSeries
from cryptocast.train.dataset import build_table, no_documents
from cryptocast.train.evidence import EVIDENCE
from cryptocast.train.files import read_prices

REFERENCE_EVERY_DAYS = 30
ALARM = 0.25
"""Of the figure, as in template.yaml."""
RANKED = sorted(EVIDENCE, key=EVIDENCE.__getitem__, reverse=True)
DAY = timedelta(days=1)


def bars_of(path: Path) -> dict[str, BarSeries]:
    """The 15-minute bars of each coin in a file."""
    series = read_prices([path]).series
    return {symbol: one for (symbol, interval_s), one in series.items() if interval_s == BAR_INTERVAL_S}


def features_of(table: FeatureTable) -> list[str]:
    """The 15 that were worth most in old data, of those that vary."""
    spread = dict(zip(FEATURE_NAMES, np.ptp(table.values, axis=0).tolist(), strict=True))
    return [name for name in RANKED if spread[name] > 0][:MODEL_FEATURES]


def rows_of(
    bars: Mapping[str, BarSeries], since: datetime, until: datetime, features: Sequence[str] | None = None
) -> list[FeatureRow]:
    """The rows of [since, until] with 15 features, ascending by `as_of`."""
    table = build_table(bars, no_documents(tuple(bars)), int(since.timestamp()), int(until.timestamp()))
    names = features_of(table) if features is None else features
    columns = [FEATURE_NAMES.index(name) for name in names]
    moments = [datetime.fromtimestamp(int(s), since.tzinfo) for s in table.as_of]
    return [
        FeatureRow(
            symbol=str(table.symbols[i]),
            as_of=as_of,
            values=dict(zip(names, table.values[i, columns].tolist(), strict=True)),
            missing=table.missing_names(i),
            feature_version="",
        )
        for i, as_of in enumerate(moments)
    ]


def looks(rows: Sequence[FeatureRow], coins: int, since: datetime, until: datetime) -> list[Drift]:
    """One a day in [since, until), each against the newest reference; a day with too few rows gives none."""
    moments = [row.as_of for row in rows]
    found = []
    for day in range((until - since).days):
        as_of = since + day * DAY
        if day % REFERENCE_EVERY_DAYS == 0:
            begin = bisect_left(moments, as_of - REFERENCE_DAYS * DAY)
            reference = make_reference(rows[begin : bisect_right(moments, as_of)], as_of, coins)
        first = bisect_right(moments, as_of - 2 * reference.window_days * DAY)
        with suppress(NotEnoughData):
            found.append(measure(reference, rows[first : bisect_right(moments, as_of)], as_of))
    return found


def asked(description: str | None) -> argparse.Namespace:
    """`prices`, `since` and `until`, from the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--prices", type=Path, required=True)
    parser.add_argument("--from", dest="since", type=moment, required=True)
    parser.add_argument("--to", dest="until", type=moment, required=True)
    return parser.parse_args()


def main() -> None:
    told = asked(__doc__)
    begin = told.since - REFERENCE_DAYS * DAY
    bars = bars_of(told.prices)
    found = looks(rows_of(bars, begin, told.until), len(bars), told.since, told.until)
    some = sum(bool(one.drifted) for one in found) / len(found)
    alarm = sum(one.share > ALARM for one in found) / len(found)
    without = (told.until - told.since).days - len(found)
    print(f"{told.prices.name}: {len(bars)} coins; {without} days without a figure")
    print("| looks | any feature | figure above 0.25 (the alarm) |\n|---|---|---|")
    print(f"| {len(found)} | {some:.1%} | {alarm:.1%} |")


if __name__ == "__main__":
    main()
