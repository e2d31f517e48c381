"""What `monitor.drift` sees when a market changes: the second table of docs/monitoring.md.

    python -m tests.bench.drift_changes --prices FILE --from 2021-05-01 --to 2022-04-01

Every 30 days from `--from` on the last four days of every coin's bars are changed, and measured against a
reference of the 60 days before them. The features are those of `drift_rates`. Needs 64 days of bars before
`--from`; takes about a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from cryptocast.monitor.drift import REFERENCE_DAYS, Drift, make_reference, measure
from cryptocast.series import BarSeries, Floats
from tests.bench.drift_rates import ALARM, asked, bars_of, rows_of

EVERY = timedelta(days=30)
CHANGED = timedelta(days=4)
QUIET, BURST, BURST_EVERY = 0.2, 10.0, 50

Change = Callable[[Floats], Floats]
"""The log-returns of the changed bars (n,) → what they become."""


def turned(returns: Floats) -> Floats:
    return returns * np.where(np.arange(len(returns)) % 2, -1, 1)


def trend(share: float) -> Change:
    return lambda returns: returns + share * np.abs(returns).mean()


def bursts(returns: Floats) -> Floats:
    return returns * np.where(np.arange(len(returns)) % BURST_EVERY, QUIET, BURST)


CHANGES: dict[str, Change] = {
    "none": lambda returns: returns,
    "returns three times as large": lambda returns: 3 * returns,
    "every second return turned round": turned,
    "a steady trend of a fifth of a bar's usual move": trend(0.2),
    "a steady trend of half a bar's usual move": trend(0.5),
    "rare bursts in a quiet market": bursts,
    "a price that does not move": np.zeros_like,
    "a price that does not move, without volume": np.zeros_like,
}


def changed(bars: BarSeries, since_s: int, change: Change, *, volume: bool) -> BarSeries:
    """`bars` whose returns from `since_s` on are changed; the rest of a bar keeps its ratio to the close."""
    first = int(np.searchsorted(bars.opened_s, since_s))
    returns = np.diff(np.log(bars.close[first - 1 :]))
    close = bars.close.copy()
    close[first:] = bars.close[first - 1] * np.exp(np.cumsum(change(returns)))
    factor = close / bars.close
    new = {"close": close, **{name: getattr(bars, name) * factor for name in ("open", "high", "low")}}
    if change is np.zeros_like:
        new |= {name: np.where(np.arange(len(close)) < first, new[name], close) for name in new}
    if not volume:
        new["volume"] = np.where(np.arange(len(close)) < first, bars.volume, 0.0)
    return replace(bars, **new)


def look(bars: dict[str, BarSeries], as_of: datetime, name: str) -> Drift:
    """The figure at `as_of` after the four days before it were changed."""
    since = as_of - CHANGED
    now = {
        symbol: changed(one, int(since.timestamp()), CHANGES[name], volume="without volume" not in name)
        for symbol, one in bars.items()
    }
    past = rows_of(bars, since - REFERENCE_DAYS * timedelta(days=1), since)
    rows = rows_of(now, since, as_of, list(past[0].values))
    return measure(make_reference(past, since, len(bars)), rows, as_of)


def main() -> None:
    told = asked(__doc__)
    bars, moments = bars_of(told.prices), [told.since]
    while moments[-1] + EVERY < told.until:
        moments.append(moments[-1] + EVERY)
    print(f"{told.prices.name}: {len(bars)} coins, {len(moments)} dates")
    print("| change of the last four days | features of 15 that drifted | alarms |\n|---|---|---|")
    for name in CHANGES:
        found = [look(bars, as_of, name) for as_of in moments]
        counts = [len(one.drifted) for one in found]
        alarms = sum(one.share > ALARM for one in found)
        spread = f"{np.mean(counts):.1f} ({min(counts)}–{max(counts)})"
        print(f"| {name} | {spread} | {alarms} of {len(found)} |", flush=True)


if __name__ == "__main__":
    main()
