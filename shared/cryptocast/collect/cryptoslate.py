"""CryptoSlate (WordPress): feed, then page."""

from __future__ import annotations

from cryptocast.collect.http import Fetcher
from cryptocast.collect.site import NewsSite, TextPolicy

NAME = "cryptoslate"
SITE_URL = "https://cryptoslate.com"
FEED_PATH = "/feed/"


def cryptoslate(fetcher: Fetcher, policy: TextPolicy, site_url: str = SITE_URL) -> NewsSite:
    return NewsSite(NAME, fetcher, site_url, FEED_PATH, policy)
