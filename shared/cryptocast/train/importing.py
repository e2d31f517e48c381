"""`cryptocast import`: price and document files into the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cryptocast.collect.mentions import mentions
from cryptocast.domain import Document, DocumentKind, StepReport
from cryptocast.series import BarSeries
from cryptocast.store import bars, documents
from cryptocast.store.database import Database
from cryptocast.train.documents import seen_after
from cryptocast.train.files import read_document_frame, read_prices

SOURCE = "file"
_CHUNK = 2_000
_BARS_AT_ONCE = 10_000
Progress = Callable[[str, int, int], None]


def silent(_task: str, _done: int, _total: int) -> None:
    """The progress of a caller that shows none."""


def import_prices(db: Database, paths: Sequence[Path], progress: Progress = silent) -> StepReport:
    """Store every bar of the files at its own interval; what is stored already stays.

    All files are read and checked before the first bar is stored. Raises `BadInput`.
    """
    files = read_prices(paths)
    report = StepReport("import_prices", missing=list(files.notes))
    total = sum(len(series.opened_s) for series in files.series.values())
    for series in files.series.values():
        newest = datetime.fromtimestamp(int(series.opened_s[-1]) + series.interval_s, tz=UTC)
        for part in _parts(series):
            report.rows_stored += bars.upsert_series(db, part, SOURCE, newest)
            report.rows_in += len(part.opened_s)
            progress("bars", report.rows_in, total)
    return report


def import_documents(
    db: Database, paths: Sequence[Path], now: datetime, progress: Progress = silent
) -> StepReport:
    """Store the texts, first seen an hour after their stamp at the earliest, and marked as estimated.

    Texts from the future of `now` are left out and named. Crawl-time scores are not read.
    """
    frame = read_document_frame(paths)
    report = StepReport("import_documents", rows_in=len(frame))
    future = frame["published_at"] > pd.Timestamp(now).tz_localize(None)
    if future.any():
        report.missing.append(f"{int(future.sum())} texts are from the future of {now:%Y-%m-%d %H:%M}")
        frame = frame[~future]
    published = frame["published_at"].to_numpy(dtype="datetime64[s]").astype(np.int64)
    seen = seen_after(published, (frame["kind"] == "news").to_numpy())
    rows = frame.fillna({"external_id": "", "url": ""}).to_dict("records")
    for start in range(0, len(rows), _CHUNK):
        part = slice(start, start + _CHUNK)
        texts = zip(rows[part], published[part].tolist(), seen[part].tolist(), strict=True)
        report.rows_stored += documents.upsert(db, [_document(row, p, s) for row, p, s in texts])
        progress("documents", min(start + _CHUNK, len(rows)), len(rows))
    return report


def _parts(series: BarSeries) -> Iterator[BarSeries]:
    for start in range(0, len(series.opened_s), _BARS_AT_ONCE):
        part = slice(start, start + _BARS_AT_ONCE)
        columns = (series.open, series.high, series.low, series.close, series.volume)
        cut = (column[part] for column in columns)
        yield BarSeries(series.symbol, series.interval_s, series.opened_s[part], *cut)


def _document(row: dict[Any, Any], published_s: int, seen_s: int) -> Document:
    text = f"{row['title']}\n{row['body']}".strip()
    natural = hashlib.sha256(f"{row['source']}|{published_s}|{row['title']}".encode()).hexdigest()[:24]
    return Document(
        kind=DocumentKind(row["kind"]),
        source=row["source"] or SOURCE,
        external_id=str(row["external_id"] or natural),
        url=str(row.get("url") or ""),
        title=row["title"] or text[:120],
        body=row["body"],
        published_at=datetime.fromtimestamp(published_s, tz=UTC),
        first_seen_at=datetime.fromtimestamp(seen_s, tz=UTC),
        symbols=mentions(text),
        first_seen_estimated=True,
    )
