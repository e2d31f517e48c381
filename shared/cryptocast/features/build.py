"""Build the feature rows of a cycle: read, compute, validate, store."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from cryptocast.domain import COINS, CycleWindow, FeatureRow, StepReport
from cryptocast.errors import StoreUnavailable
from cryptocast.features.rows import FEATURE_NAMES, FEATURE_VERSION, HISTORY_S, FeatureTable, compute
from cryptocast.missing import NOT_BUILT, NOT_SHOWN
from cryptocast.series import BarSeries, DocumentSeries
from cryptocast.store import bars as stored_bars
from cryptocast.store import documents as stored_documents
from cryptocast.store import feature_rows, quarantine
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from cryptocast.validate.split import valid_feature_rows


def build_feature_rows(
    db: Database,
    online: OnlineStore,
    window: CycleWindow,
    symbols: Sequence[str],
    sentiment_version: str,
) -> StepReport:
    """Build one row per coin and `as_of` of the window, and show each coin's newest one online.

    Rows more than `feature_rows.KEPT_DAYS` older than the window are removed: the disk is small.
    A coin without a row, and an online store that does not answer, are named in `missing`; the rows
    are in Postgres all the same. Raises `StoreUnavailable` where Postgres does not answer.
    """
    grid = window.grid()
    if not grid:
        return StepReport("build_features")
    bars, documents = read_inputs(db, symbols, grid[0], window.as_of, sentiment_version)
    as_ofs = np.array([int(moment.timestamp()) for moment in grid], dtype=np.int64)
    table = compute(bars, documents, as_ofs)
    valid, rejected = valid_feature_rows(table.rows(), window.now, FEATURE_NAMES)
    stored = feature_rows.upsert(db, valid)
    # From the window's start: a long catch-up still forecasts from all that it built.
    feature_rows.delete_before(db, window.since - timedelta(days=feature_rows.KEPT_DAYS))
    quarantine.add(db, rejected, window.now)
    prices = {symbol: _price(db, bars[symbol], window.as_of) for symbol in symbols if symbol in bars}
    missing = _absent(table, symbols) + _show(online, valid, prices)
    return StepReport(
        "build_features",
        rows_in=int(table.as_of.size),
        rows_stored=stored,
        rows_rejected=len(rejected),
        missing=missing,
        detail={"documents": int(documents.score.size), "skipped": table.skipped},
    )


def read_inputs(
    db: Database, symbols: Sequence[str], first: datetime, last: datetime, sentiment_version: str
) -> tuple[dict[str, BarSeries], DocumentSeries]:
    """All that the rows of `symbols` at `as_of`s from `first` to `last` are made of.

    Documents are asked for with the mentions of every known coin, whichever are served: one that names
    a coin nobody serves is not a document about the whole market.
    """
    since = first - timedelta(seconds=HISTORY_S)
    bars = stored_bars.series(db, symbols, since, last)
    until = last + timedelta(microseconds=1)
    return bars, stored_documents.series(db, tuple(COINS), since, until, sentiment_version)


def _absent(table: FeatureTable, symbols: Sequence[str]) -> list[str]:
    return [
        f"{NOT_BUILT}{symbol}: none for {sum(reasons.values())} as_of ({', '.join(reasons)})"
        for symbol in symbols
        if (reasons := table.skipped.get(symbol))
    ]


def _price(db: Database, series: BarSeries, as_of: datetime) -> str | None:
    """What the online store says of a coin's price: the newest close, who served it, the day's log-return."""
    newest = next(iter(stored_bars.latest(db, series.symbol, 1)), None)
    if newest is None or newest.closed_at > as_of:  # an older cycle that runs again shows no price
        return None
    day_ago_s = int((newest.opened_at - timedelta(days=1)).timestamp())
    row = int(np.searchsorted(series.opened_s, day_ago_s))
    known = row < series.opened_s.size and int(series.opened_s[row]) == day_ago_s
    return json.dumps(
        {
            "price": newest.close,
            "as_of": newest.closed_at.isoformat(),
            "source": newest.source,
            "change_24h": math.log(newest.close / float(series.close[row])) if known else None,
        }
    )


def _show(online: OnlineStore, rows: Sequence[FeatureRow], prices: Mapping[str, str | None]) -> list[str]:
    updates: dict[str, dict[str, str]] = {symbol: {"price": p} for symbol, p in prices.items() if p}
    for row in sorted(rows, key=lambda row: row.as_of):
        updates.setdefault(row.symbol, {})["feature_row"] = _to_json(row)
    try:
        online.write_newer(updates)
    except StoreUnavailable as error:
        return [f"{NOT_SHOWN}prices and feature rows are not shown ({error})"]
    return []


def _to_json(row: FeatureRow) -> str:
    return json.dumps(
        {
            "as_of": row.as_of.isoformat(),
            "values": dict(row.values),
            "missing": list(row.missing),
            "feature_version": FEATURE_VERSION,
        }
    )
