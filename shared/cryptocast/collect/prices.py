"""The collect_prices step: candles close bars and fill gaps, quotes check them or close what has none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from cryptocast.collect.asking import Asking
from cryptocast.collect.source import BarSource
from cryptocast.collect.sources import Sources
from cryptocast.domain import BAR_INTERVAL_S, Bar, CycleWindow, Quote, StepReport
from cryptocast.store import bars as bar_store
from cryptocast.store.database import Database
from cryptocast.validate.split import valid_bars, valid_quotes

STALE_AFTER = timedelta(seconds=300)
"""A quote this much older, or later, than `as_of` does not close the bar that ends there."""
FAR_APART = 0.05
"""A candle's close and a quote of these minutes that differ more, as a log-return, cannot both be right."""
GAPS_WITHIN = timedelta(hours=24)
"""How far back a cycle looks for absent bars; older ones are a backfill's work."""
_INTERVAL = timedelta(seconds=BAR_INTERVAL_S)


def collect_prices(db: Database, sources: Sources, window: CycleWindow, symbols: Sequence[str]) -> StepReport:
    """Store the bars of (since, as_of] of each coin, and what is absent in the 24 hours before.

    A bar is the exchange's candle: prices and volume of one venue, as of one moment. The quotes of all
    coins check the newest one; a quote closes the bar that ends at `as_of` where there is no candle, the
    backup where there is no quote or a stale one; the bar's `source` says who did. Running it again
    changes nothing that is complete. A source that fails, and a price in doubt, is named in `missing`.

    Raises: `StoreUnavailable`.
    """
    asking = Asking(db, StepReport("collect_prices"), window.now, sources.doubt_keys)
    unclosed = _unclosed(db, window, symbols)
    quotes = _quotes(asking, sources, window, symbols, unclosed)
    served: dict[str, str] = {}
    for symbol in symbols:
        served |= _from_candles(db, asking, sources.candles, window, symbol)
    # The candle of a bar that was closed before adds its volume, no more.
    served = {symbol: source for symbol, source in served.items() if symbol in unclosed}
    _compare(db, asking, quotes, served, window)
    quoted = [_bar_of(db, quotes[s], window) for s in unclosed if s in quotes and s not in served]
    served |= _store(db, asking, sources.quotes.name, quoted, window)
    served |= _from_backup(db, asking, sources, window, [s for s in unclosed if s not in served])
    for symbol in (s for s in unclosed if s not in served):
        asking.lacks(f"prices: no source has {symbol} at {window.as_of:%Y-%m-%d %H:%M}")
    asking.report.detail["closed_by"] = served
    asking.close()
    return asking.report


def _unclosed(db: Database, window: CycleWindow, symbols: Sequence[str]) -> list[str]:
    """The coins without a bar that closes at `as_of`."""
    return [s for s in symbols if window.as_of not in bar_store.closes_at(db, s, [window.as_of])]


def _quotes(
    asking: Asking, sources: Sources, window: CycleWindow, symbols: Sequence[str], unclosed: Sequence[str]
) -> dict[str, Quote]:
    """The quotes of these minutes by coin; those that are not are named, late ones where a bar needs them."""
    name = sources.quotes.name
    spend = asking.budget(name, sources.quotas.get(name))
    answer = asking.ask(name, partial(sources.quotes.quotes, symbols, spend))
    quotes, refused = valid_quotes(answer.records, window.now)
    asking.quarantine([*answer.rejected, *refused])
    asking.good(name, len(quotes))
    stale = sorted(quote.symbol for quote in quotes if quote.quoted_at < window.as_of - STALE_AFTER)
    late = {quote.symbol for quote in quotes if quote.quoted_at > window.as_of + STALE_AFTER}
    if stale:
        asking.lacks(f"{name}: stale for {', '.join(stale)}")
    # A cycle that runs late, as the first one does, needs no quote for a bar that is there already.
    if needed := sorted(late.intersection(unclosed)):
        asking.lacks(f"{name}: quoted too long after {window.as_of:%H:%M} for {', '.join(needed)}")
    return {quote.symbol: quote for quote in quotes if abs(quote.quoted_at - window.as_of) <= STALE_AFTER}


def _compare(
    db: Database,
    asking: Asking,
    quotes: Mapping[str, Quote],
    served: Mapping[str, str],
    window: CycleWindow,
) -> None:
    """Name the coins whose newest candle and quote are far apart: one of the two is wrong."""
    for symbol, source in served.items():
        close = bar_store.closes_at(db, symbol, [window.as_of]).get(window.as_of)
        quote = quotes.get(symbol)
        if close and quote and abs(math.log(quote.price / close)) > FAR_APART:
            asking.lacks(f"prices: {source} has {symbol} at {close:g}, {quote.source} at {quote.price:g}")


def _bar_of(db: Database, quote: Quote, window: CycleWindow) -> Bar:
    """The bar that a quote closes: it opens where the one before closed, its range is those two prices.

    Its range stays so: a quote may be older than `as_of`, and the range of a candle would then tell
    where the price went after the close.
    """
    opened_at = window.as_of - _INTERVAL
    opened = bar_store.closes_at(db, quote.symbol, [opened_at]).get(opened_at, quote.price)
    return Bar(
        symbol=quote.symbol,
        opened_at=opened_at,
        interval_s=BAR_INTERVAL_S,
        open=opened,
        high=max(opened, quote.price),
        low=min(opened, quote.price),
        close=quote.price,
        volume=None,
        source=quote.source,
        first_seen_at=window.now,
    )


def _from_backup(
    db: Database, asking: Asking, sources: Sources, window: CycleWindow, symbols: Sequence[str]
) -> dict[str, str]:
    name = sources.backup.name
    spend = asking.budget(name, sources.quotas.get(name))
    since = max(window.since, window.as_of - GAPS_WITHIN)
    found: list[Bar] = []
    for symbol in symbols:
        question = partial(
            sources.backup.bars, symbol, since, window.as_of, BAR_INTERVAL_S, window.now, spend
        )
        answer = asking.ask(name, question)
        asking.quarantine(answer.rejected)
        found += answer.records
    return _store(db, asking, name, found, window)


def _from_candles(
    db: Database, asking: Asking, source: BarSource, window: CycleWindow, symbol: str
) -> dict[str, str]:
    """Fill the bars of the window and of the 24 hours before it; returns the source of the newest bar."""
    gaps = bar_store.gaps(db, symbol, min(window.since, window.as_of - GAPS_WITHIN), window.as_of)
    if not gaps:
        return {}
    question = partial(source.bars, symbol, gaps[0], gaps[-1] + _INTERVAL, BAR_INTERVAL_S, window.now)
    answer = asking.ask(source.name, question)
    asking.quarantine(answer.rejected)
    wanted = set(gaps)
    found = [bar for bar in answer.records if bar.opened_at in wanted]
    return _store(db, asking, source.name, found, window)


def _store(
    db: Database, asking: Asking, source: str, bars: Sequence[Bar], window: CycleWindow
) -> dict[str, str]:
    """Validate and upsert what `source` gave; returns the source per coin whose bar closes at `as_of`."""
    valid, refused = valid_bars(bars, window.now)
    asking.quarantine(refused)
    asking.good(source, len(valid))
    asking.report.rows_stored += bar_store.upsert(db, valid)
    closing: dict[str, str] = {bar.symbol: bar.source for bar in valid if _closes(bar, window.as_of)}
    return closing


def _closes(bar: Bar, moment: datetime) -> bool:
    return bar.closed_at == moment
