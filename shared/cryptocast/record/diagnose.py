"""What was done to a log whose chain is broken, as far as the log can tell.

A hash covers the entry and the hash before it. So an entry that was moved still fits behind the one that
it followed, and that is looked for in the rest of the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cryptocast.record.heads import Head
from cryptocast.store import chain
from cryptocast.store.forecasts import Entry


class Fault(StrEnum):
    """What is wrong with the record."""

    ALTERED = "altered"
    HASH_ALTERED = "hash altered"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    REWRITTEN = "rewritten"
    CUT_OFF = "cut off"
    LATE = "issued late"
    BACKDATED = "backdated"
    HEAD = "published head"


@dataclass(frozen=True, slots=True)
class Link:
    """An entry that holds: all that the next one needs to know of it."""

    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """The first broken link. `sequence` is where it shows, `since` the first entry that may be concerned."""

    fault: Fault
    sequence: int
    words: str
    since: int | None = None


def follows(previous: bytes, entry: Entry) -> bool:
    """Whether `entry` is the one that was issued after the entry with the hash `previous`."""
    return computed(previous, entry) == entry.hash


def computed(previous: bytes, entry: Entry) -> bytes | None:
    """The hash of the entry's content behind `previous`; None where it cannot be a forecast's content."""
    if entry.forecast is None:
        return None
    try:
        return chain.entry_hash(previous, entry.forecast)
    except ValueError:
        return None


def diagnose(
    from_broken: Callable[[], Iterator[Entry]], passed: Sequence[Link], heads: Mapping[bytes, Head]
) -> Broken:
    """Name what was done at the first entry that does not follow.

    `from_broken` reads the log from that entry on (twice), `passed` are the last entries that hold,
    `heads` those not yet met, by hash.
    """
    last = passed[-1]
    broken = next(from_broken())
    at = broken.sequence
    if at != last.sequence + 1:
        return _not_the_next(broken, last)
    for link in list(passed)[-2::-1]:
        if follows(link.hash, broken):
            first, end = link.sequence + 1, last.sequence
            words = f"entry {at} follows from entry {link.sequence}: {_span(first, end)} put in between"
            return Broken(Fault.INSERTED, first, words)
    return _moved(from_broken, broken, last) or _changed(from_broken, broken, last, heads)


def _not_the_next(broken: Entry, last: Link) -> Broken:
    if broken.sequence <= last.sequence:
        words = f"entry {broken.sequence} lies before the first one: it was put in"
        return Broken(Fault.INSERTED, broken.sequence, words)
    missing = _span(last.sequence + 1, broken.sequence - 1)
    return Broken(Fault.DELETED, last.sequence + 1, f"{missing} deleted: the next is entry {broken.sequence}")


def _moved(from_broken: Callable[[], Iterator[Entry]], broken: Entry, last: Link) -> Broken | None:
    """Whether the entry that belongs here lies further on."""
    belongs = home = None
    for entry in from_broken():
        if entry.sequence == broken.sequence:
            continue
        if belongs is None and follows(last.hash, entry):
            belongs = entry.sequence
        if home is None and follows(entry.hash, broken):
            home = entry.sequence
        if belongs is not None and home is not None:
            break
    if belongs is None:
        return None
    if home is not None:
        words = f"the entry that belongs here is entry {belongs} now: entries were put in another order"
        return Broken(Fault.REORDERED, broken.sequence, words)
    words = f"{_span(broken.sequence, belongs - 1)} put in: entry {belongs} follows from {last.sequence}"
    return Broken(Fault.INSERTED, broken.sequence, words)


def _changed(
    from_broken: Callable[[], Iterator[Entry]], broken: Entry, last: Link, heads: Mapping[bytes, Head]
) -> Broken:
    at, right = broken.sequence, computed(last.hash, broken)
    rest = from_broken()
    next(rest)
    after = next(rest, None)
    if after is not None and right is not None and follows(right, after):
        words = f"the hash of entry {at} was altered; its content is what the next entry follows from"
        return Broken(Fault.HASH_ALTERED, at, words)
    if removed := _renumbered(from_broken(), heads):
        head, found = removed
        count = head.sequence - found
        words = f"the head of {head.day} was published at entry {head.sequence} and is entry {found} now: "
        return Broken(Fault.DELETED, at, f"{words}{count} removed, the rest numbered anew")
    if after is not None and follows(broken.hash, after):
        words = f"entry {at} does not follow from entry {last.sequence}, the next one follows from its hash: "
        words += "one of the two was altered, or entries between them were removed and the rest numbered anew"
        return Broken(Fault.ALTERED, at, words, last.sequence or 1)
    words = f"entry {at} does not follow from entry {last.sequence}, nor the next from it: it was altered"
    return Broken(Fault.ALTERED, at, words)


def _renumbered(rest: Iterator[Entry], heads: Mapping[bytes, Head]) -> tuple[Head, int] | None:
    """A published head that lies further to the front than where it was published."""
    if not heads:
        return None
    for entry in rest:
        head = heads.get(entry.hash)
        if head is not None:
            return (head, entry.sequence) if entry.sequence < head.sequence else None
    return None


def _span(first: int, last: int) -> str:
    return f"entry {first} was" if first == last else f"entries {first} to {last} were"
