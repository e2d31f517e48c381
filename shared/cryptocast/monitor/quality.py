"""Is the data whole? Refused records, absent bars, silent sources, of one cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from cryptocast.domain import BAR_INTERVAL_S, CycleWindow
from cryptocast.store import bars, quarantine, sources
from cryptocast.store.database import Database


@dataclass(frozen=True, slots=True)
class Quality:
    """Counts of one window. `stale_sources` are in plain words: `reddit: no credentials`."""

    quarantined: Mapping[str, int]
    """By `stage source`, e.g. `bars coinbase`."""
    missing_bars: Mapping[str, int]
    """Per coin; coins that lack none are absent."""
    bars_without_volume: int
    stale_sources: tuple[str, ...]

    @property
    def quarantined_rows(self) -> int:
        return sum(self.quarantined.values())

    @property
    def absent_bars(self) -> int:
        return sum(self.missing_bars.values())


def measure_quality(db: Database, window: CycleWindow, symbols: Sequence[str]) -> Quality:
    """Count what the collecting steps of this cycle refused and lack.

    Records are quarantined at the `now` of the cycle that met them, so the span that ends with this
    `now` holds this cycle's; bars are those that closed in (since, as_of]. Raises `StoreUnavailable`.
    """
    span = timedelta(seconds=BAR_INTERVAL_S)
    tick = timedelta(microseconds=1)  # the store's spans leave their end out
    refused = quarantine.counts(db, window.now - span + tick, window.now + tick)
    found = bars.series(db, symbols, window.since, window.as_of)
    expected = len(window.grid())
    absent = {symbol: expected - len(series.opened_s) for symbol, series in found.items()}
    return Quality(
        quarantined={f"{stage} {source}": count for (stage, source), count in refused.items()},
        missing_bars={symbol: count for symbol, count in absent.items() if count > 0},
        bars_without_volume=sum(int(np.isnan(s.volume).sum()) for s in found.values()),
        stale_sources=stale_sources(db, window.as_of),
    )


def stale_sources(db: Database, as_of: datetime) -> tuple[str, ...]:
    """Sources that failed when asked since `as_of`. A backup that nobody needed to ask is not one of them."""
    return tuple(
        f"{status.source}: {status.reason} (since {status.since:%Y-%m-%d %H:%M} UTC)"
        for status in sources.statuses(db, as_of)
        if not status.ok
    )
