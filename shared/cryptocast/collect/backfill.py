"""History: bars and documents of months. Killed and started again it continues; nothing is stored twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from cryptocast.collect.asking import Asking
from cryptocast.collect.candles import pages
from cryptocast.collect.news import keep
from cryptocast.collect.source import BarSource, Collected, Spend, free
from cryptocast.collect.sources import Sources, SourceSettings
from cryptocast.domain import BAR_INTERVAL_S, CycleWindow, Document, StepReport
from cryptocast.store import bars as bar_store
from cryptocast.store import sources as source_store
from cryptocast.store.database import Database
from cryptocast.validate.split import valid_bars

Progress = Callable[[str, int, int], object]
"""Called with what is being filled, the pages done and the pages in all."""

_DOCUMENTS_SPAN_S = 7 * 86_400
"""A page costs as much to validate with ten documents as with a thousand. What a kill loses is read again."""


def silent(_task: str, _done: int, _total: int) -> None:
    """No progress shown."""


def backfill_bars(
    db: Database,
    source: BarSource,
    symbols: Sequence[str],
    since: datetime,
    until: datetime,
    now: datetime,
    progress: Progress = silent,
    interval_s: int = BAR_INTERVAL_S,
) -> StepReport:
    """Store the bars of [since, until) of each coin, page by page.

    Pages that are complete are not asked for again. A coin or a source that fails is named in
    `missing`; started again, the walk goes on at the page that failed.

    Raises: `StoreUnavailable`.
    """
    asking = Asking(db, StepReport("backfill_bars"), now)
    for symbol in symbols:
        walk = _Walk(db, f"{source.name} bars {interval_s}", symbol, since, until)
        span_s = source.page_bars * interval_s
        for begin, end in walk.pages(span_s, partial(progress, f"{symbol} bars")):
            gaps = bar_store.gaps(db, symbol, begin, end, interval_s)
            if gaps:
                last = gaps[-1] + timedelta(seconds=interval_s)
                answer = asking.ask(
                    source.name, partial(source.bars, symbol, gaps[0], last, interval_s, now, free)
                )
                if asking.has_failed(source.name):
                    break
                valid, refused = valid_bars(answer.records, now)
                asking.quarantine([*answer.rejected, *refused])
                asking.report.rows_stored += bar_store.upsert(db, valid)
                if answer.missing:
                    break
            walk.reached(end)
    asking.close()
    return asking.report


def backfill_documents(
    db: Database,
    sources: Sources,
    settings: SourceSettings,
    since: datetime,
    until: datetime,
    now: datetime,
    progress: Progress = silent,
    posts: bool | None = None,
) -> StepReport:
    """Store the news of [since, until), and with `posts` the Reddit posts of Arctic Shift.

    `posts` is the operator's choice (default: only where a replay stands in for the vendors, which
    costs nobody anything). Every `first_seen_at` is an estimate.

    Raises: `StoreUnavailable`.
    """
    asking = Asking(db, StepReport("backfill_documents"), now)
    newslist = sources.newslist
    budget = asking.budget(newslist.budget, sources.quotas.get(newslist.budget))
    for site in sources.sites:
        walk = _Walk(db, f"{newslist.name} {site.name}", "", since, until)
        fetch = partial(_news, sources, site.name, site.site_url, now, budget)
        _fill(db, asking, newslist.name, walk, now, fetch, partial(progress, f"{site.name} news"))
    if posts if posts is not None else settings.source_base_url is not None:
        past = sources.past_posts
        for subreddit in sources.subreddits:
            walk = _Walk(db, f"{past.name} {subreddit}", "", since, until)
            fetch = partial(_posts, sources, subreddit, now)
            _fill(db, asking, past.name, walk, now, fetch, partial(progress, f"r/{subreddit}"))
    asking.close()
    return asking.report


Fetch = Callable[[datetime, datetime], Collected[Document]]


def _news(
    sources: Sources, site: str, site_url: str, now: datetime, spend: Spend, begin: datetime, end: datetime
) -> Collected[Document]:
    return sources.newslist.documents_between(site, site_url, begin, end, now, spend)


def _posts(
    sources: Sources, subreddit: str, now: datetime, begin: datetime, end: datetime
) -> Collected[Document]:
    return sources.past_posts.documents_between(subreddit, begin, end, now)


def _fill(
    db: Database,
    asking: Asking,
    source: str,
    walk: _Walk,
    now: datetime,
    fetch: Fetch,
    tick: Callable[[int, int], object],
) -> None:
    for begin, end in walk.pages(_DOCUMENTS_SPAN_S, tick):
        answer = asking.ask(source, partial(fetch, begin, end))
        if asking.has_failed(source):
            return
        keep(db, asking, source, answer, CycleWindow(end, begin, now))
        walk.reached(end)


class _Walk:
    """Forward over [since, until), remembering the stretch that is done.

    The store keeps one stretch per source and coin. A walk that begins inside it goes on at its end;
    any other begins anew, and finds in the bars themselves what is there already.
    """

    def __init__(self, db: Database, source: str, symbol: str, since: datetime, until: datetime) -> None:
        self._db = db
        self._source = source
        self._symbol = symbol
        self._until = until
        self._since = self._start = since
        state = source_store.progress(db, source, symbol) or {}
        if state.get("since") and state.get("through"):
            done_since, through = _moment(state["since"]), _moment(state["through"])
            if done_since <= since <= through:
                self._since, self._start = done_since, through

    def pages(self, span_s: int, tick: Callable[[int, int], object]) -> Iterator[tuple[datetime, datetime]]:
        """The pages that are left, oldest first; `tick` hears of each one done."""
        left = list(pages(self._start, self._until, span_s))
        for done, page in enumerate(left):
            tick(done, len(left))
            yield page
        tick(len(left), len(left))

    def reached(self, through: datetime) -> None:
        """Everything before `through` is stored. Raises: `StoreUnavailable`."""
        state = {"since": self._since.isoformat(), "through": through.isoformat()}
        source_store.save_progress(self._db, self._source, self._symbol, state)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
