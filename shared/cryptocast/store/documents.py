"""Documents in Postgres, keyed by (kind, source, external_id)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptocast.domain import Document, DocumentKind, Sentiment
from cryptocast.store.database import Database

if TYPE_CHECKING:
    from cryptocast.series import DocumentSeries

# The text stays as it was first seen: that is what was scored. Only first_seen_at may still move,
# earlier, and an estimate never displaces an observation.
_UPSERT = """
INSERT INTO documents (kind, source, external_id, url, title, body, text_sha256, published_at,
    first_seen_at, first_seen_estimated, symbols, deleted_at, title_key)
SELECT kind, source, external_id, url, title, body, text_sha256, published_at,
    first_seen_at, first_seen_estimated, string_to_array(symbols, ','), deleted_at, title_key(title)
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[],
    %s::timestamptz[], %s::timestamptz[], %s::bool[], %s::text[], %s::timestamptz[])
    AS t (kind, source, external_id, url, title, body, text_sha256, published_at,
          first_seen_at, first_seen_estimated, symbols, deleted_at)
ON CONFLICT (kind, source, external_id) DO UPDATE SET
    first_seen_at = EXCLUDED.first_seen_at, first_seen_estimated = EXCLUDED.first_seen_estimated
WHERE EXCLUDED.first_seen_at < documents.first_seen_at
    AND EXCLUDED.first_seen_at >= documents.published_at
    AND (documents.first_seen_estimated OR NOT EXCLUDED.first_seen_estimated)
"""
_COLUMNS = """d.id, d.kind, d.source, d.external_id, d.url, d.title, d.body, d.published_at, d.first_seen_at,
    d.symbols, d.first_seen_estimated, d.deleted_at"""
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A stored document, with its id and its newest sentiment if it has one."""

    id: int
    document: Document
    sentiment: Sentiment | None


def upsert(db: Database, docs: Iterable[Document]) -> int:
    """Store documents; returns how many were new or were seen earlier than was known."""
    distinct: dict[tuple[str, str, str], Document] = {}
    for document in docs:
        key = (document.kind, document.source, document.external_id)
        if key not in distinct or document.first_seen_at < distinct[key].first_seen_at:
            distinct[key] = document
    ordered = [distinct[key] for key in sorted(distinct)]
    changed = 0
    with db.connection() as connection:
        for start in range(0, len(ordered), _BATCH):
            columns = zip(*(_row(document) for document in ordered[start : start + _BATCH]), strict=True)
            changed += connection.execute(_UPSERT, [list(column) for column in columns]).rowcount
    return changed


def recent(
    db: Database,
    limit: int,
    symbol: str | None = None,
    before: datetime | None = None,
    kind: DocumentKind | None = None,
    before_id: int = 0,
) -> list[DocumentRecord]:
    """The documents seen last, newest first; deleted and expired ones are left out.

    With `before`, those seen earlier, or at that moment with an id below `before_id`: many documents
    share the moment of one collection, so a page may end within it.
    """
    query = f"""
        SELECT {_COLUMNS}, s.model_version, s.p_bearish, s.p_neutral, s.p_bullish
        FROM documents d LEFT JOIN LATERAL (
            SELECT * FROM sentiments WHERE document_id = d.id
            ORDER BY scored_at DESC, model_version DESC LIMIT 1) s ON true
        WHERE d.deleted_at IS NULL AND d.text_expired_at IS NULL
            AND (%(symbol)s::text IS NULL OR d.symbols @> ARRAY[%(symbol)s::text])
            AND (%(before)s::timestamptz IS NULL OR (d.first_seen_at, d.id) < (%(before)s, %(before_id)s))
            AND (%(kind)s::text IS NULL OR d.kind = %(kind)s)
        ORDER BY d.first_seen_at DESC, d.id DESC LIMIT %(limit)s"""
    values = {"symbol": symbol, "before": before, "before_id": before_id, "kind": kind, "limit": limit}
    with db.connection() as connection:
        return [_record(row) for row in connection.execute(query, values).fetchall()]


def unscored(db: Database, model_version: str, limit: int) -> list[tuple[int, str]]:
    """(id, title and body) of documents that `model_version` has not scored, newest first."""
    with db.connection() as connection:
        return connection.execute(
            "SELECT d.id, trim(d.title || E'\\n' || d.body, E' \\n') FROM documents d "
            "WHERE d.deleted_at IS NULL AND d.text_expired_at IS NULL AND NOT EXISTS "
            "(SELECT FROM sentiments s WHERE s.document_id = d.id AND s.model_version = %s) "
            "ORDER BY d.first_seen_at DESC, d.id DESC LIMIT %s",
            (model_version, limit),
        ).fetchall()


def count_unscored(db: Database, model_version: str) -> int:
    """How many documents with text `model_version` has not scored."""
    with db.connection() as connection:
        row = connection.execute(
            "SELECT count(*) FROM documents d WHERE d.deleted_at IS NULL AND d.text_expired_at IS NULL "
            "AND NOT EXISTS (SELECT FROM sentiments s WHERE s.document_id = d.id AND s.model_version = %s)",
            (model_version,),
        ).fetchone()
    return int(row[0]) if row else 0


def count_out_of_reach(db: Database, model_version: str) -> int:
    """How many documents only other versions have scored, and `model_version` cannot: their text is gone."""
    with db.connection() as connection:
        row = connection.execute(
            "SELECT count(*) FROM documents d "
            "WHERE (d.deleted_at IS NOT NULL OR d.text_expired_at IS NOT NULL) "
            "AND EXISTS (SELECT FROM sentiments s WHERE s.document_id = d.id) "
            "AND NOT EXISTS (SELECT FROM sentiments s WHERE s.document_id = d.id AND s.model_version = %s)",
            (model_version,),
        ).fetchone()
    return int(row[0]) if row else 0


def series(
    db: Database, symbols: Sequence[str], since: datetime, until: datetime, model_version: str
) -> DocumentSeries:
    """Documents scored by `model_version` with `first_seen_at` in [since, until), as columns.

    Those deleted or expired since are included: their score was known. A near-duplicate of one first
    seen in the 24 h before it, of whatever source, is left out: a story counts once.
    """
    with db.connection() as connection, connection.cursor(binary=True) as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM d.first_seen_at)::float8, d.kind = 'news', s.p_bullish - s.p_bearish, "
            "d.symbols FROM documents d JOIN sentiments s ON s.document_id = d.id AND s.model_version = %s "
            "WHERE d.first_seen_at >= %s AND d.first_seen_at < %s AND NOT EXISTS (SELECT FROM documents e "
            "WHERE e.title_key = d.title_key AND e.first_seen_at >= d.first_seen_at - interval '24 hours' "
            "AND (e.first_seen_at, e.id) < (d.first_seen_at, d.id)) ORDER BY d.first_seen_at, d.id",
            (model_version, since, until),
        )
        return _series(tuple(symbols), cursor.fetchall())


def known_ids(db: Database, kind: DocumentKind, source: str, external_ids: Iterable[str]) -> set[str]:
    """Which of `external_ids` are stored already."""
    with db.connection() as connection:
        rows = connection.execute(
            "SELECT external_id FROM documents WHERE kind = %s AND source = %s AND external_id = ANY(%s)",
            (kind, source, list(external_ids)),
        ).fetchall()
    return {row[0] for row in rows}


def ids_with_text(db: Database, source: str, limit: int) -> list[str]:
    """The ids, at their source, of the posts seen last whose text is still here."""
    with db.connection() as connection:
        rows = connection.execute(
            "SELECT external_id FROM documents WHERE kind = 'post' AND source = %s AND deleted_at IS NULL "
            "AND text_expired_at IS NULL ORDER BY first_seen_at DESC, id DESC LIMIT %s",
            (source, limit),
        ).fetchall()
    return [row[0] for row in rows]


def expire_post_text(db: Database, before: datetime) -> int:
    """Drop title and body of posts published before `before`; id, hash and scores stay. Returns how many."""
    with db.connection() as connection:
        return connection.execute(
            "UPDATE documents SET title = '', body = '', text_expired_at = %s "
            "WHERE kind = 'post' AND text_expired_at IS NULL AND published_at < %s",
            (before, before),
        ).rowcount


def mark_deleted(db: Database, source: str, external_ids: Iterable[str], at: datetime) -> int:
    """Drop the text of documents that were deleted at their source; returns how many were not yet."""
    with db.connection() as connection:
        return connection.execute(
            "UPDATE documents SET title = '', body = '', deleted_at = %s "
            "WHERE source = %s AND external_id = ANY(%s) AND deleted_at IS NULL",
            (at, source, list(external_ids)),
        ).rowcount


def _row(document: Document) -> tuple[Any, ...]:
    text = f"{document.title}\n{document.body}".encode()
    return (
        str(document.kind), document.source, document.external_id, document.url, document.title,
        document.body, hashlib.sha256(text).digest(), document.published_at, document.first_seen_at,
        document.first_seen_estimated, ",".join(document.symbols), document.deleted_at,
    )  # fmt: skip


def _record(row: Sequence[Any]) -> DocumentRecord:
    (id_, kind, source, external_id, url, title, body, published_at, first_seen_at, symbols, estimated,
     deleted_at, model_version, *probabilities) = row  # fmt: skip
    document = Document(
        DocumentKind(kind), source, external_id, url, title, body, published_at, first_seen_at,
        tuple(symbols), estimated, deleted_at,
    )  # fmt: skip
    scored = None if model_version is None else Sentiment(id_, model_version, *probabilities)
    return DocumentRecord(id_, document, scored)


def _series(symbols: tuple[str, ...], rows: list[tuple[Any, ...]]) -> DocumentSeries:
    import numpy as np

    from cryptocast.series import DocumentSeries

    # Rounded up: a document seen within a second is known after it, never before.
    first_seen_s = np.ceil(np.array([row[0] for row in rows], dtype=np.float64)).astype(np.int64)
    mentions = np.array([[symbol in row[3] for symbol in symbols] for row in rows], dtype=np.bool_)
    return DocumentSeries(
        symbols,
        first_seen_s,
        np.array([row[1] for row in rows], dtype=np.bool_),
        np.array([row[2] for row in rows], dtype=np.float64),
        mentions.reshape(len(rows), len(symbols)),
    )
