"""All sources of a deployment, made from its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from cryptocast.collect import arctic, candles, coindesk, cryptocompare, cryptoslate, newslist
from cryptocast.collect.arctic import ArcticShift
from cryptocast.collect.coingecko import PLANS, CoinGecko
from cryptocast.collect.cryptocompare import CryptoCompare
from cryptocast.collect.http import Fetcher, Limits, is_loopback
from cryptocast.collect.newslist import NewsList
from cryptocast.collect.reddit import RedditPosts, connect
from cryptocast.collect.site import NewsSite, TextPolicy
from cryptocast.collect.source import BarSource, QuoteSource, free
from cryptocast.errors import SettingsError


class SourceSettings(Protocol):
    """The part of `Settings` that collecting needs."""

    source_base_url: str | None
    coingecko_plan: str
    coingecko_monthly_quota: int
    cryptocompare_monthly_quota: int
    candles_exchange: str
    keep_full_text: bool
    post_text_hours: int
    user_agent: str
    document_embargo_s: int

    @property
    def subreddit_list(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Every source; `reddit` is None where there are no credentials."""

    quotes: QuoteSource
    backup: BarSource
    candles: BarSource
    sites: tuple[NewsSite, ...]
    newslist: NewsList
    reddit: RedditPosts | None
    past_posts: ArcticShift
    subreddits: tuple[str, ...]
    quotas: Mapping[str, int]
    """Calls a month, by source name; a source that is not here does not count them."""
    post_text_hours: int
    doubt_keys: Callable[[], None] = free
    """Called where a vendor refuses our key, or one was never given that may be there by now."""


def make_fetcher(
    settings: SourceSettings, *, limits: Limits | None = None, transport: httpx.BaseTransport | None = None
) -> Fetcher:
    """A fetcher that may reach the vendors, or only the server that stands in for them.

    Raises: `SettingsError` where SOURCE_BASE_URL is plain http to another machine.
    """
    if settings.source_base_url is None:
        return Fetcher(_vendor_hosts(), settings.user_agent, limits=limits, transport=transport)
    base = urlsplit(settings.source_base_url)
    host = base.hostname or ""
    if base.scheme == "https":
        return Fetcher(frozenset({host}), settings.user_agent, limits=limits, transport=transport)
    if base.scheme != "http" or not is_loopback(host):
        raise SettingsError("SOURCE_BASE_URL is neither https nor this machine")
    loopback = f"{host}:{base.port or 80}"
    return Fetcher(frozenset(), settings.user_agent, loopback=loopback, limits=limits, transport=transport)


def make_sources(
    settings: SourceSettings,
    fetcher: Fetcher,
    secrets: Mapping[str, str | None],
    doubt_keys: Callable[[], None] = free,
) -> Sources:
    """`secrets`: `coingecko_api_key`, `cryptocompare_api_key`, `reddit_client_id`, `reddit_client_secret`.

    All may be absent. Nothing is asked yet. Raises: `SettingsError` for a paid plan without its key.
    """
    base = settings.source_base_url.rstrip("/") if settings.source_base_url else None
    policy = TextPolicy(settings.document_embargo_s, settings.keep_full_text)
    data_key = secrets.get("cryptocompare_api_key")
    return Sources(
        quotes=CoinGecko(
            fetcher,
            settings.coingecko_plan,
            secrets.get("coingecko_api_key"),
            f"{base}/coingecko/api/v3" if base else None,
        ),
        backup=CryptoCompare(fetcher, data_key, f"{base}/cryptocompare" if base else None),
        candles=candles.EXCHANGES[settings.candles_exchange].make(
            fetcher, f"{base}/{settings.candles_exchange}" if base else None
        ),
        sites=_sites(fetcher, policy, base),
        newslist=NewsList(fetcher, policy, data_key, f"{base}/coindesk-data" if base else None),
        reddit=_reddit(settings, base, secrets),
        past_posts=ArcticShift(
            fetcher, settings.document_embargo_s, f"{base}/arctic-shift" if base else None
        ),
        subreddits=settings.subreddit_list,
        quotas={
            "coingecko": settings.coingecko_monthly_quota,
            "cryptocompare": settings.cryptocompare_monthly_quota,
        },
        post_text_hours=settings.post_text_hours,
        doubt_keys=doubt_keys,
    )


def _sites(fetcher: Fetcher, policy: TextPolicy, base: str | None) -> tuple[NewsSite, ...]:
    return (
        coindesk.coindesk(fetcher, policy, f"{base}/coindesk" if base else coindesk.SITE_URL),
        cryptoslate.cryptoslate(fetcher, policy, f"{base}/cryptoslate" if base else cryptoslate.SITE_URL),
    )


def _reddit(
    settings: SourceSettings, base: str | None, secrets: Mapping[str, str | None]
) -> RedditPosts | None:
    client_id, client_secret = secrets.get("reddit_client_id"), secrets.get("reddit_client_secret")
    if base:
        client_id, client_secret = client_id or "replay", client_secret or "replay"
    if not client_id or not client_secret:
        return None
    client = connect(client_id, client_secret, settings.user_agent, f"{base}/reddit" if base else None)
    return RedditPosts(
        client,
        settings.subreddit_list,
        settings.document_embargo_s,
        timedelta(hours=settings.post_text_hours),
    )


def _vendor_hosts() -> frozenset[str]:
    urls = [plan.base_url for plan in PLANS.values()]
    urls += [exchange.base_url for exchange in candles.EXCHANGES.values()]
    urls += [cryptocompare.BASE_URL, newslist.BASE_URL, arctic.BASE_URL]
    urls += [coindesk.SITE_URL, cryptoslate.SITE_URL]
    return frozenset(host for url in urls if (host := urlsplit(url).hostname))
