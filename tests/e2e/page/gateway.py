"""What API Gateway does on AWS, for one process: the REST application, and the WebSocket's three routes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from cryptocast.domain import DEFAULT_SYMBOLS
from cryptocast.store.online import OnlineStore
from cryptocast.stream.connections import connect, disconnect, receive
from cryptocast.stream.push import ConnectionGone


class Gateway:
    """A `PushClient` over the sockets it holds; `POST /_cycle` and `/_stream/up|down` are the test's."""

    def __init__(
        self, api: Any, online: OnlineStore, clock: Callable[[], datetime], run_cycle: Callable[[], None]
    ) -> None:
        self._online, self._clock, self._run_cycle = online, clock, run_cycle
        self._sockets: dict[str, WebSocket] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._up = True
        self.app = Starlette(
            routes=[
                Route("/_cycle", self._cycle, methods=["POST"]),
                Route("/_stream/{state}", self._switch, methods=["POST"]),
                WebSocketRoute("/stream", self._stream),
                Mount("/", api),
            ]
        )

    def push(self, connection_id: str, frame: bytes) -> None:
        socket = self._sockets.get(connection_id)
        if socket is None or self._loop is None:
            raise ConnectionGone(connection_id)
        asyncio.run_coroutine_threadsafe(socket.send_text(frame.decode()), self._loop).result(5)

    async def _cycle(self, _: Request) -> Response:
        await asyncio.to_thread(self._run_cycle)
        return Response(status_code=204)

    async def _switch(self, request: Request) -> Response:
        self._up = request.path_params["state"] == "up"
        for socket in [] if self._up else list(self._sockets.values()):
            await socket.close(1012)
        return Response(status_code=204)

    async def _stream(self, socket: WebSocket) -> None:
        if not self._up:
            await socket.close(1013)
            return
        await socket.accept()
        name, self._loop = uuid4().hex, asyncio.get_running_loop()
        self._sockets[name] = socket
        await asyncio.to_thread(connect, self._online, name)
        try:
            while True:
                body = await socket.receive_text()
                given = (self._online, self, name, body, self._clock(), DEFAULT_SYMBOLS)
                await asyncio.to_thread(receive, *given)
        except WebSocketDisconnect:
            pass
        finally:
            del self._sockets[name]
            await asyncio.to_thread(disconnect, self._online, name)


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """`app` on a free port of this machine; its address without the scheme."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
            thread.join(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
