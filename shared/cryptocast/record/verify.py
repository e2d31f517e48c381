"""Checks the record link by link, and against every head that was published of it.

The first thing that is wrong is named, in the order of the chain. Memory holds one page of entries, the
heads, and the last thousand hashes; the log may be of any length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptocast.domain import DataLabel
from cryptocast.errors import CorruptArtifact, ModelNotFound
from cryptocast.record.diagnose import Broken, Fault, Link, diagnose, follows
from cryptocast.record.heads import Head, head_key, published_days, read_head
from cryptocast.registry.bucket import Bucket
from cryptocast.store import chain, forecasts
from cryptocast.store.database import Database
from cryptocast.store.forecasts import Entry

CLOCKS_DIFFER = timedelta(hours=1)
"""Two cycles that overlap may store their forecasts in the other order; no cycle lives this long."""
_LOOK_BACK = 1_000
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Verdict:
    """What came of it. `broken` is the first broken link, None where all holds."""

    broken: Broken | None = None
    entries: int = 0
    heads: int = 0
    newest_head: Head | None = None
    kept: list[Head] = field(default_factory=list)
    """The heads that somebody kept outside and that the log agrees with."""
    late_by_label: int = 0
    """Replayed or simulated forecasts issued after their outcome was known, as their label says."""


def verify(
    db: Database,
    bucket: Bucket | None,
    kept: Sequence[Head] = (),
    progress: Progress = lambda *_: None,
    page: int = 10_000,
) -> Verdict:
    """Check every entry from the first on. `kept` are heads that somebody kept outside.

    Raises `StoreUnavailable` where Postgres or S3 does not answer: then nothing is known.
    """
    verdict = Verdict()
    # Heads first: one published while the log is read would speak of entries behind its end.
    heads, broken_head = _heads(bucket, progress) if bucket else ([], None)
    verdict.heads = len(heads)
    verdict.newest_head = heads[-1] if heads else None
    check = _Check(db, sorted([*heads, *kept], key=lambda head: (head.sequence, head.day)), verdict, page)
    verdict.broken = check.run(progress) or broken_head
    verdict.kept = [head for head in kept if head in check.agreeing]
    return verdict


class _Check:
    """One pass over the log."""

    def __init__(self, db: Database, heads: Sequence[Head], verdict: Verdict, page: int) -> None:
        self._db = db
        self._heads = deque(heads)
        self._verdict = verdict
        self._page = page
        self.agreeing: list[Head] = []
        """The heads that the log agrees with."""
        self._agreed = 0
        """Sequence of the last head that the log agrees with."""
        self._newest_live: datetime | None = None

    def run(self, progress: Progress) -> Broken | None:
        total = forecasts.newest_sequence(self._db)
        passed: deque[Link] = deque([Link(0, chain.GENESIS)], maxlen=_LOOK_BACK)
        for entry in entries(self._db, page=self._page):
            if entry.sequence != passed[-1].sequence + 1 or not follows(passed[-1].hash, entry):
                return diagnose(self._later(entry), passed, self._renumbered())
            if broken := self._contradicted(entry) or self._late(entry):
                return broken
            passed.append(Link(entry.sequence, entry.hash))
            self._verdict.entries = entry.sequence
            if entry.sequence % 1_000 == 0 or entry.sequence == total:
                progress("entries", entry.sequence, max(total, entry.sequence))
        if not self._heads:
            return None
        head = self._heads[0]
        return Broken(
            Fault.CUT_OFF,
            passed[-1].sequence + 1,
            f"the log ends at entry {passed[-1].sequence}, the head of {head.day} was published at entry "
            f"{head.sequence}: {head.sequence - passed[-1].sequence} entries or more were removed",
        )

    def _later(self, first: Entry) -> Callable[[], Iterator[Entry]]:
        return lambda: entries(self._db, first.sequence - 1, self._page)

    def _renumbered(self) -> dict[bytes, Head]:
        return {bytes.fromhex(head.hash): head for head in self._heads}

    def _contradicted(self, entry: Entry) -> Broken | None:
        """The heads at this entry, which follows from all before, against its hash."""
        while self._heads and self._heads[0].sequence == entry.sequence:
            head = self._heads.popleft()
            if head.hash != entry.hash.hex():
                since = f"after entry {self._agreed}, where the head before agrees, " if self._agreed else ""
                return Broken(
                    Fault.REWRITTEN,
                    entry.sequence,
                    f"the head of {head.day} says {head.hash[:16]}…, the log {entry.hash.hex()[:16]}…: every "
                    f"link holds, so the log was rewritten {since}up to entry {entry.sequence}",
                    self._agreed + 1,
                )
            self._agreed = entry.sequence
            self.agreeing.append(head)
        return None

    def _late(self, entry: Entry) -> Broken | None:
        """Live, a forecast is issued before its outcome is known, and the clock does not run backwards."""
        said = entry.forecast
        if said is None:
            return None
        known_at = said.as_of + timedelta(seconds=said.horizon.seconds)
        if said.data_label is not DataLabel.LIVE:
            self._verdict.late_by_label += said.issued_at >= known_at
            return None
        what = f"{said.symbol} {said.horizon.value} of {said.as_of:%Y-%m-%d %H:%M}"
        if said.issued_at >= known_at:
            words = f"{what} was issued at {said.issued_at:%Y-%m-%d %H:%M:%S}, its outcome was known at "
            return Broken(Fault.LATE, entry.sequence, f"{words}{known_at:%Y-%m-%d %H:%M}")
        if self._newest_live and said.issued_at < self._newest_live - CLOCKS_DIFFER:
            words = (
                f"{what} says that it was issued at {said.issued_at:%Y-%m-%d %H:%M:%S}, after an entry of "
            )
            return Broken(Fault.BACKDATED, entry.sequence, f"{words}{self._newest_live:%Y-%m-%d %H:%M:%S}")
        self._newest_live = max(said.issued_at, self._newest_live or said.issued_at)
        return None


def entries(db: Database, after: int = -(2**63), page: int = 10_000) -> Iterator[Entry]:
    """Every entry behind `after`, page by page."""
    while found := forecasts.entries_after(db, after, page):
        yield from found
        after = found[-1].sequence


def _heads(bucket: Bucket, progress: Progress) -> tuple[list[Head], Broken | None]:
    """Every published head that can be read, and the first that is wrong by itself."""
    found: list[Head] = []
    broken: Broken | None = None
    days = published_days(bucket)
    for number, day in enumerate(days, 1):
        progress("heads", number, len(days))
        try:
            head = read_head(bucket, day)
        except (CorruptArtifact, ModelNotFound) as error:
            broken = broken or Broken(Fault.HEAD, 0, str(error))
            continue
        broken = broken or _out_of_line(head, found[-1] if found else None)
        found.append(head)
    return found, broken


def _out_of_line(head: Head, before: Head | None) -> Broken | None:
    """A head must follow from the one published before it: none between them was removed or replaced."""
    expected = (before.day, before.hash, before.sequence) if before else (None, None, 0)
    if (head.previous_day, head.previous_hash, head.sequence - head.count) == expected:
        return None
    said = f"{head.previous_day} at entry {head.sequence - head.count}" if head.previous_day else "none"
    is_ = f"{before.day} at entry {before.sequence}" if before else "none"
    return Broken(
        Fault.HEAD,
        head.sequence,
        f"{head_key(head.day)} follows the head of {said}, the one before it is {is_}: "
        "a head was removed or replaced",
    )
