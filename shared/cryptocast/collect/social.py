"""The collect_social step: new posts, posts deleted upstream, text past its time."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from functools import partial

from cryptocast.collect.asking import Asking
from cryptocast.collect.memory import StoreMemory
from cryptocast.collect.news import keep
from cryptocast.collect.reddit import NO_CREDENTIALS, RedditPosts
from cryptocast.collect.source import Collected
from cryptocast.collect.sources import Sources
from cryptocast.domain import CycleWindow, DocumentKind, StepReport
from cryptocast.store import documents
from cryptocast.store import sources as source_store
from cryptocast.store.database import Database

SWEPT_AT_ONCE = 200
"""Stored posts that one cycle asks after; each cycle goes on where the last one stopped."""
_MOST_WITH_TEXT = 5_000
_SWEEP = "reddit deletions"


def collect_social(db: Database, sources: Sources, window: CycleWindow) -> StepReport:
    """Store new posts, drop those deleted upstream, expire the text of old ones.

    Without credentials nothing is collected and `missing` says so; text expires all the same.

    Raises: `StoreUnavailable`.
    """
    asking = Asking(db, StepReport("collect_social"), window.now, sources.doubt_keys)
    reddit = sources.reddit
    if reddit is None:
        asking.lacks(NO_CREDENTIALS)
        sources.doubt_keys()
    else:
        memory = StoreMemory(db, DocumentKind.POST, reddit.name)
        name = reddit.name
        keep(db, asking, name, asking.ask(name, partial(reddit.documents, window, memory)), window)
        if not asking.has_failed(reddit.name):
            asking.report.detail["deleted"] = _sweep_deletions(db, asking, reddit, window.now)
    expired = documents.expire_post_text(db, window.now - timedelta(hours=sources.post_text_hours))
    asking.report.detail["expired"] = expired
    asking.close()
    return asking.report


def _sweep_deletions(db: Database, asking: Asking, reddit: RedditPosts, now: datetime) -> int:
    """Ask after the next stored posts whose text is still here, in the order of their ids, in a circle."""
    external_ids = sorted(documents.ids_with_text(db, reddit.name, _MOST_WITH_TEXT))
    after = (source_store.progress(db, _SWEEP, "") or {}).get("after", "")
    turn = bisect_right(external_ids, after)
    batch = (external_ids[turn:] + external_ids[:turn])[:SWEPT_AT_ONCE]
    gone: set[str] = set()

    def question() -> Collected[str]:
        gone.update(reddit.gone_among(batch))
        return Collected()

    asking.ask(reddit.name, question)
    if asking.has_failed(reddit.name) or not batch:
        return 0
    source_store.save_progress(db, _SWEEP, "", {"after": batch[-1]})
    return documents.mark_deleted(db, reddit.name, sorted(gone), now)
