"""What earlier cycles stored, as a source may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cryptocast.domain import DocumentKind
from cryptocast.store import documents, sources
from cryptocast.store.database import Database


class StoreMemory:
    """`Memory` over Postgres, for the documents of one source."""

    def __init__(self, db: Database, kind: DocumentKind, source: str) -> None:
        self._db = db
        self._kind = kind
        self._source = source

    def known(self, external_ids: Iterable[str]) -> set[str]:
        """Which of these are stored. Raises: `StoreUnavailable`."""
        return documents.known_ids(self._db, self._kind, self._source, list(external_ids))

    def conditional_headers(self, url: str) -> Mapping[str, str]:
        """`If-None-Match` and `If-Modified-Since` of the last stored answer. Raises: `StoreUnavailable`."""
        return sources.conditional_headers(self._db, url)
