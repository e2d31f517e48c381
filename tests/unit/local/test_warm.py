"""Warming up asks what the page asks, all at once, and a dead API stops nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local.warm import SPARKLINE_CLOSES, warm_up

WANTED = ["/v1/closes?limit=97", "/v1/forecasts", "/v1/models", "/v1/outcomes"]


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """An API that answers nothing before all is asked, and the paths that were asked of it."""
    paths: list[str] = []
    together = threading.Barrier(len(WANTED), timeout=5)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            together.wait()
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


def test_it_asks_at_once_what_the_page_asks(asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    warm_up(address)
    assert sorted(paths) == WANTED


def test_the_page_draws_as_many_closes() -> None:
    client = Path(__file__).parents[3] / "frontend" / "src" / "api" / "client.ts"
    assert f"SPARKLINE_CLOSES = {SPARKLINE_CLOSES};" in client.read_text()


def test_an_api_that_is_gone_stops_nothing() -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        warm_up(f"http://127.0.0.1:{taken.getsockname()[1]}")
