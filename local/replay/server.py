"""The vendors' server: in a thread (tests), or by `python -m local.replay` (a process)."""

from __future__ import annotations

import socket
import threading
import time
from datetime import datetime

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from local.replay.clock import Clock
from local.replay.faults import FaultMiddleware
from local.replay.replay import Replay
from local.replay.vendors import (
    arctic_shift,
    binance,
    coinbase,
    coindesk_data,
    coingecko,
    control,
    cryptocompare,
    news_sites,
    reddit,
)
from local.replay.world import World

_VENDORS = (
    control,
    coingecko,
    cryptocompare,
    coindesk_data,
    coinbase,
    binance,
    reddit,
    arctic_shift,
    news_sites,
)
"""In the order of matching: the news sites take whatever path is left."""


class _CountMiddleware:
    def __init__(self, app: ASGIApp, replay: Replay) -> None:
        self.app = app
        self.replay = replay

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/_"):
            self.replay.requests[scope["path"]] += 1
        await self.app(scope, receive, send)


def create_app(replay: Replay) -> Starlette:
    """Every vendor under its own prefix; see the modules in `vendors`."""
    app = Starlette(
        routes=[route for vendor in _VENDORS for route in vendor.ROUTES],
        middleware=[
            Middleware(_CountMiddleware, replay=replay),
            Middleware(FaultMiddleware, faults=replay.faults),
        ],
    )
    app.state.replay = replay
    return app


class ReplayServer:
    """Serves a world on 127.0.0.1 from a thread; `port` 0 takes a free one. Also a context manager.

    `feed_items` is the length of a news feed, `reddit_limit` the calls Reddit allows in a window
    of ten minutes, `running_bars` whether the bar that runs at the clock is served (`served_bars`).
    """

    def __init__(
        self,
        world: World,
        port: int = 0,
        now: datetime | None = None,
        feed_items: int = 25,
        reddit_limit: int = 1_000,
        running_bars: bool = False,
    ) -> None:
        self.clock = Clock(now)
        self.replay = Replay(world, self.clock, feed_items, reddit_limit, running_bars)
        # The protocol is named because asyncio turns Nagle off only then: else every answer takes 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            create_app(self.replay), log_level="warning", access_log=False, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        """Serve in this thread until interrupted."""
        self._server.run(sockets=[self._socket])

    def start(self) -> ReplayServer:
        """Serve in a thread of its own; returns once it answers. Raises RuntimeError if it does not."""
        self._thread = threading.Thread(target=self.serve, name="replay-server", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the replay server did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=5)
        self._socket.close()

    def __enter__(self) -> ReplayServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
