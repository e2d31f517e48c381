"""CoinDesk: feed, then page."""

from __future__ import annotations

from cryptocast.collect.http import Fetcher
from cryptocast.collect.site import NewsSite, TextPolicy

NAME = "coindesk"
SITE_URL = "https://www.coindesk.com"
FEED_PATH = "/arc/outboundfeeds/rss/"


def coindesk(fetcher: Fetcher, policy: TextPolicy, site_url: str = SITE_URL) -> NewsSite:
    return NewsSite(NAME, fetcher, site_url, FEED_PATH, policy)
