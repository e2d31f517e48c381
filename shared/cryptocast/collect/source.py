"""What a source is: it asks a vendor and returns records. It writes nothing and knows no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeAlias, TypeVar

from cryptocast.domain import Bar, CycleWindow, Document, DocumentKind, Quote, Rejected

T = TypeVar("T")

Spend: TypeAlias = Callable[[], None]
"""Called before every request that a vendor counts; raises `QuotaExceeded` when the month is spent."""


def free() -> None:
    """The budget of a vendor that does not count."""


@dataclass(slots=True)
class Collected(Generic[T]):
    """One answer of a source: what could be read, and what could not."""

    records: list[T] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """What the vendor does not have, in plain words: `coinbase: no BNB`."""
    validators: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    """Per URL its ETag and Last-Modified, to be remembered once the records are stored."""
    left_out: int = 0
    """Records that could be read and are no news: stored already, or of another time."""

    def add(self, other: Collected[T]) -> None:
        self.records += other.records
        self.rejected += other.rejected
        self.missing += [m for m in other.missing if m not in self.missing]
        self.validators |= other.validators
        self.left_out += other.left_out


class Memory(Protocol):
    """What earlier cycles left behind, read only."""

    def known(self, external_ids: Iterable[str]) -> set[str]: ...

    def conditional_headers(self, url: str) -> Mapping[str, str]: ...


class QuoteSource(Protocol):
    @property
    def name(self) -> str: ...

    def quotes(self, symbols: Sequence[str], spend: Spend = free) -> Collected[Quote]:
        """The latest price of each coin in USD.

        Raises: `SourceUnavailable`, and whatever `spend` raises.
        """
        ...


class BarSource(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def page_bars(self) -> int:
        """How many bars one request serves."""
        ...

    def bars(
        self,
        symbol: str,
        since: datetime,
        until: datetime,
        interval_s: int,
        seen_at: datetime,
        spend: Spend = free,
    ) -> Collected[Bar]:
        """Bars with `opened_at` in [since, until), oldest first, pages joined.

        Raises: `SourceUnavailable`, and whatever `spend` raises.
        """
        ...


class DocumentSource(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> DocumentKind: ...

    def documents(self, window: CycleWindow, memory: Memory) -> Collected[Document]:
        """What the source shows now and is not known yet. Raises: `SourceUnavailable`."""
        ...


def first_seen(
    published_at: datetime, window: CycleWindow, embargo_s: int, late: bool = False
) -> tuple[datetime, bool]:
    """When a document counts as seen, and whether that is an estimate.

    In a regular cycle it is now, however long ago it was published: nobody knew it before. What a
    backfill (`late`) or a catch-up collects counts from its publication plus the embargo.
    """
    if late or window.catches_up:
        available_at = published_at + timedelta(seconds=embargo_s)
        return max(published_at, min(window.now, available_at)), True
    return max(published_at, window.now), False
