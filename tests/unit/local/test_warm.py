"""Warming up asks what the page asks, and a dead API stops nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.warm import warm_up


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """An API that refuses everything, and the paths that were asked of it."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


def test_it_asks_what_the_page_asks(asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    warm_up(address, ("BTC", "ETH"))
    wanted = ["/v1/bars/BTC?limit=96", "/v1/bars/ETH?limit=96", "/v1/forecasts", "/v1/models"]
    assert sorted(paths) == wanted


def test_an_api_that_is_gone_stops_nothing(asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    warm_up(address.replace("http://127.0.0.1", "http://127.0.0.2"), ("BTC",))
    assert paths == []
