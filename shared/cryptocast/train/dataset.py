"""Feature rows with labels, from Postgres or straight from series of bars and documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from cryptocast.domain import BAR_INTERVAL_S, Horizon
from cryptocast.errors import NotEnoughData
from cryptocast.features.build import read_inputs
from cryptocast.features.labels import labels
from cryptocast.features.rows import FEATURE_NAMES, FeatureTable, compute
from cryptocast.series import BarSeries, Bools, DocumentSeries, Floats, Ints
from cryptocast.store import bars as stored_bars
from cryptocast.store.database import Database

LAST_MOVE = "return_15m"


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled feature rows of one horizon over all coins, ascending by (`as_of`, symbol); (n,) each.

    `x` is (n, len(features)) float32 in the order of `features`; `last_move` is the scaled return of the bar
    that ended at `as_of`, what persistence and reversal go by. Rows without the future close and moves of
    exactly zero are not here.
    """

    horizon_s: int
    symbols: npt.NDArray[np.str_]
    as_of: Ints
    x: npt.NDArray[np.float32]
    up: Bools
    return_log: Floats
    last_move: Floats
    features: tuple[str, ...] = FEATURE_NAMES

    def __len__(self) -> int:
        return len(self.as_of)

    def take(self, rows: Ints) -> Examples:
        """The same for some of the rows."""
        return Examples(
            self.horizon_s,
            self.symbols[rows],
            self.as_of[rows],
            self.x[rows],
            self.up[rows],
            self.return_log[rows],
            self.last_move[rows],
            self.features,
        )

    def only(self, features: Sequence[str]) -> Examples:
        """The same rows with some of the features, in the given order."""
        columns = [self.features.index(name) for name in features]
        return replace(self, x=np.ascontiguousarray(self.x[:, columns]), features=tuple(features))


def build_examples(
    bars: Mapping[str, BarSeries], table: FeatureTable, horizon: Horizon, until_s: int
) -> Examples:
    """Join feature rows with their labels; nothing that was known only after `until_s` is used."""
    return label_examples(bars, table, horizon.seconds, until_s)


def label_examples(
    bars: Mapping[str, BarSeries], table: FeatureTable, horizon_s: int, until_s: int
) -> Examples:
    """The same for any horizon, in seconds."""
    known = table.as_of + horizon_s <= until_s
    moves = np.full(len(table.as_of), np.nan)
    for symbol, series in bars.items():
        rows = np.flatnonzero((table.symbols == symbol) & known)
        moves[rows] = labels(series, table.as_of[rows], horizon_s)
    keep = np.flatnonzero(np.isfinite(moves) & (moves != 0.0))
    return Examples(
        horizon_s,
        table.symbols[keep],
        table.as_of[keep],
        table.values[keep].astype(np.float32),
        moves[keep] > 0.0,
        moves[keep],
        table.values[keep, FEATURE_NAMES.index(LAST_MOVE)],
    )


def build_table(
    bars: Mapping[str, BarSeries],
    documents: DocumentSeries,
    since_s: int,
    until_s: int,
    interval_s: int = BAR_INTERVAL_S,
    coarser: Sequence[BarSeries] = (),
) -> FeatureTable:
    """The feature rows of every coin at every grid time in [since_s, until_s]."""
    first = -(-since_s // interval_s) * interval_s
    moments = np.arange(first, until_s + 1, interval_s, dtype=np.int64)
    return compute(bars, documents, moments, interval_s, coarser)


def first_moment(bars: Mapping[str, BarSeries], since: datetime | None) -> int:
    """POSIX seconds where a training's rows begin: `since`, or the first bar where bars begin later."""
    first = min(int(series.opened_s[0]) for series in bars.values())
    return first if since is None else max(first, int(since.timestamp()))


def read_series(
    db: Database, symbols: Sequence[str], since: datetime, until: datetime, sentiment_version: str | None
) -> tuple[dict[str, BarSeries], DocumentSeries]:
    """What the rows of [since, until] need, read as the cycle reads it.

    Raises `NotEnoughData` where there are no bars.
    """
    bars, documents = read_inputs(db, symbols, since, until, sentiment_version or "")
    bars = {symbol: series for symbol, series in bars.items() if series.opened_s.size}
    if not bars:
        raise NotEnoughData(f"no bars of {', '.join(symbols)} from {since:%Y-%m-%d} to {until:%Y-%m-%d}")
    return bars, documents


def newest_close(db: Database, symbols: Sequence[str]) -> datetime | None:
    """When the newest stored bar closed: where the present is in data that is replayed."""
    closed = [bar.closed_at for symbol in symbols for bar in stored_bars.latest(db, symbol, 1)]
    return max(closed, default=None)


def no_documents(symbols: Sequence[str]) -> DocumentSeries:
    """A series without a document; the features of texts then take their values for `missing`."""
    none = np.zeros(0)
    return DocumentSeries(
        tuple(symbols),
        none.astype(np.int64),
        none.astype(np.bool_),
        none,
        np.zeros((0, len(symbols)), dtype=np.bool_),
    )
