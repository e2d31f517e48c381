"""Sentiments in Postgres, keyed by (document_id, model_version)."""

from __future__ import annotations

from collections.abc import Iterable

from cryptocast.domain import Sentiment
from cryptocast.store.database import Database

_UPSERT = """
INSERT INTO sentiments (document_id, model_version, p_bearish, p_neutral, p_bullish)
SELECT t.* FROM unnest(%s::int8[], %s::text[], %s::float8[], %s::float8[], %s::float8[])
    AS t (document_id, model_version, p_bearish, p_neutral, p_bullish)
JOIN documents d ON d.id = t.document_id
ON CONFLICT (document_id, model_version) DO UPDATE SET
    p_bearish = EXCLUDED.p_bearish, p_neutral = EXCLUDED.p_neutral, p_bullish = EXCLUDED.p_bullish
WHERE (sentiments.p_bearish, sentiments.p_neutral, sentiments.p_bullish)
    IS DISTINCT FROM (EXCLUDED.p_bearish, EXCLUDED.p_neutral, EXCLUDED.p_bullish)
"""


def upsert(db: Database, sentiments: Iterable[Sentiment]) -> int:
    """Store sentiments; returns how many were new or different. Those of unknown documents are left out."""
    rows = {
        (s.document_id, s.model_version): (
            s.document_id,
            s.model_version,
            s.p_bearish,
            s.p_neutral,
            s.p_bullish,
        )
        for s in sentiments
    }
    if not rows:
        return 0
    columns = [list(column) for column in zip(*(rows[key] for key in sorted(rows)), strict=True)]
    with db.connection() as connection:
        return connection.execute(_UPSERT, columns).rowcount
