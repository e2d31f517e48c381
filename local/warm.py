"""The first page's calls, made before there is a visitor."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor

import httpx

SPARKLINE_CLOSES = 97
TIMEOUT_S = 60
"""A first answer can take half a minute on a busy machine; Ctrl-C waits for it too."""


def warm_up(api_url: str) -> None:
    """Ask at once what the page asks at once: every worker of the API takes seconds to answer its first call.

    What cannot be answered is left to the page, which says so.
    """
    paths = ["/v1/forecasts", "/v1/models", "/v1/outcomes", f"/v1/closes?limit={SPARKLINE_CLOSES}"]

    def ask(path: str) -> None:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"{api_url}{path}", timeout=TIMEOUT_S)

    with ThreadPoolExecutor(len(paths), thread_name_prefix="warm") as pool:
        list(pool.map(ask, paths))
