"""Asking sources within one step, so that a dead one is named once and stops nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from cryptocast.collect.source import Collected, Spend, free
from cryptocast.domain import Rejected, StepReport
from cryptocast.errors import QuotaExceeded, SourceUnavailable, StoreUnavailable
from cryptocast.observability import get_logger
from cryptocast.store import quarantine, sources
from cryptocast.store.database import Database

T = TypeVar("T")
FEWEST_REFUSED = 5
"""So many records refused, and none that is good, are no accident of one record: the source has changed."""


class Asking:
    """One step's dealings with its sources; `report` collects what came of them."""

    def __init__(
        self, db: Database, report: StepReport, now: datetime, doubt_keys: Callable[[], None] = free
    ) -> None:
        self._db = db
        self._now = now
        self._doubt_keys = doubt_keys
        self._failed: dict[str, str] = {}
        self._answered: set[str] = set()
        self._good: dict[str, int] = {}
        self._refused: dict[str, list[Rejected]] = {}
        self.report = report

    def ask(self, source: str, question: Callable[[], Collected[T]]) -> Collected[T]:
        """The answer to `question`, empty where the source failed now or earlier in this step.

        Where it refused our key `doubt_keys` is called: the key may be another by now.

        Raises: `StoreUnavailable`.
        """
        if source in self._failed:
            return Collected()
        try:
            answer = question()
        except StoreUnavailable:
            raise
        except SourceUnavailable as error:
            self._fail(source, error.reason)
            if error.refused:
                self._doubt_keys()
        except QuotaExceeded:
            self._fail(source, "the budget of this month is spent")
        except Exception as error:  # a hostile answer found a way past the reader
            get_logger().exception("a source's answer could not be read", source=source)
            self._fail(source, f"its answer could not be read ({type(error).__name__})")
        else:
            self._answered.add(source)
            self.report.rows_in += len(answer.records) + len(answer.rejected)
            for missing in answer.missing:
                self.lacks(missing)
            return answer
        return Collected()

    def has_failed(self, source: str) -> bool:
        return source in self._failed

    def lacks(self, what: str) -> None:
        """Name something as absent, once, in words that can be stored."""
        what = quarantine.storable(what)
        if what not in self.report.missing:
            self.report.missing.append(what)

    def quarantine(self, rejected: Iterable[Rejected], asked: str | None = None) -> None:
        """Keep refused records and count them, against the source that was `asked` or the one they name.

        Raises: `StoreUnavailable`.
        """
        refused = list(rejected)
        if refused:
            quarantine.add(self._db, refused, self._now)
            self.report.rows_rejected += len(refused)
        for record in refused:
            self._refused.setdefault(asked or record.source, []).append(record)

    def good(self, source: str, records: int) -> None:
        """So many of its records were valid, those too that it left out as known: in a quiet quarter of an
        hour nothing else is left, and a record that is refused is there every time.
        """
        self._good[source] = self._good.get(source, 0) + records

    def budget(self, source: str, quota: int | None) -> Spend:
        """Takes one call from the source's month each time it is called; raises `QuotaExceeded`."""
        if quota is None:
            return free
        month = f"{self._now:%Y-%m}"

        def spend() -> None:
            sources.spend(self._db, source, month, 1, quota)

        return spend

    def is_useless(self, source: str) -> bool:
        """Whether every record that it gave in this step was refused."""
        return not self._good.get(source) and len(self._refused.get(source, ())) >= FEWEST_REFUSED

    def close(self) -> None:
        """Remember how each source did; one of which no record was `good` has failed.

        Raises: `StoreUnavailable`.
        """
        for source in [s for s in self._good if self.is_useless(s) and s not in self._failed]:
            refused = self._refused[source]
            self._fail(source, f"all {len(refused)} records were refused ({refused[0].reason})")
        for source in sorted(self._answered - set(self._failed)):
            sources.set_status(self._db, source, True, "", self._now)
        for source, reason in self._failed.items():
            sources.set_status(self._db, source, False, reason, self._now)

    def _fail(self, source: str, reason: str) -> None:
        reason = quarantine.storable(reason)  # a vendor's own words may be in it
        self._failed[source] = reason
        self.lacks(f"{source}: {reason}")
        get_logger().warning("source unavailable", source=source, reason=reason)
