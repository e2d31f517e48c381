"""`cryptocast import`: price and document files into the database."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cryptocast.collect.mentions import mentions
from cryptocast.domain import Document, DocumentKind, StepReport
from cryptocast.store import bars, documents
from cryptocast.store.database import Database
from cryptocast.train.documents import seen_after
from cryptocast.train.files import read_document_frame, read_prices

SOURCE = "file"
_CHUNK = 2_000


def import_prices(db: Database, paths: Sequence[Path]) -> StepReport:
    """Store every bar of the files at its own interval; what is stored already stays. Raises `BadInput`."""
    files = read_prices(paths)
    report = StepReport("import_prices", missing=list(files.notes))
    for series in files.series.values():
        newest = datetime.fromtimestamp(int(series.opened_s[-1]) + series.interval_s, tz=UTC)
        report.rows_in += len(series.opened_s)
        report.rows_stored += bars.upsert_series(db, series, SOURCE, newest)
    return report


def import_documents(db: Database, paths: Sequence[Path], now: datetime) -> StepReport:
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
    made = [_document(row, int(p), int(s)) for row, p, s in zip(rows, published, seen, strict=True)]
    for start in range(0, len(made), _CHUNK):
        report.rows_stored += documents.upsert(db, made[start : start + _CHUNK])
    return report


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
