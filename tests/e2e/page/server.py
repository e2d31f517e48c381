"""The built page, and an API and a stream in known states, for the browser check.

`POST /_state` chooses what they say; the bodies are the API's own, so they cannot drift apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from cryptocast.domain import DEFAULT_SYMBOLS, DataLabel, Horizon, floor_to_grid
from cryptocast.serve import schemas
from cryptocast.stream.messages import CycleMessage, ForecastMessage, PriceMessage, Subscribed
from tests.e2e.page import board

DIST = Path(__file__).parents[3] / "frontend" / "dist"


@dataclass
class State:
    """What the API is to say; `reset` gives a quiet live day."""

    label: str = "live"
    trained_on: str = "live"
    as_of: str | None = None
    missing: list[str] = field(default_factory=list)
    with_models: bool = True
    with_coins: bool = True
    api_up: bool = True
    stream_up: bool = True

    def moment(self) -> datetime:
        return datetime.fromisoformat(self.as_of) if self.as_of else floor_to_grid(datetime.now(UTC))


class Site:
    def __init__(self, port: int) -> None:
        self.state = State()
        self.sockets: set[WebSocket] = set()
        self._port = port

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/config.json", self.config),
                Route("/_state", self.change, methods=["POST"]),
                Route("/_cycle", self.cycle, methods=["POST"]),
                Route("/v1/forecasts", self.forecasts),
                Route("/v1/bars/{symbol}", self.bars),
                Route("/v1/models", self.models),
                WebSocketRoute("/stream", self.stream),
                Mount("/", StaticFiles(directory=DIST, html=True)),
            ]
        )

    async def config(self, _: Request) -> Response:
        here = f"127.0.0.1:{self._port}"
        return JSONResponse({"apiUrl": f"http://{here}", "streamUrl": f"ws://{here}/stream"})

    async def change(self, request: Request) -> Response:
        given = await request.json()
        self.state = State(**{f.name: given[f.name] for f in fields(State) if f.name in given})
        if not self.state.stream_up:
            for socket in list(self.sockets):
                await socket.close(1012)
        return Response(status_code=204)

    async def cycle(self, _: Request) -> Response:
        """One cycle later: everyone on the stream gets the new prices and forecasts."""
        self.state.as_of = (self.state.moment() + timedelta(minutes=15)).isoformat()
        for socket in list(self.sockets):
            await self._tell(socket)
        return Response(status_code=204)

    async def forecasts(self, _: Request) -> Response:
        state = self.state
        answer = board.forecasts(state.moment(), DataLabel(state.label), state.missing, state.with_models)
        answer.stale = datetime.now(UTC) - state.moment() > timedelta(minutes=30)
        if not state.with_coins:
            answer.coins, answer.as_of = [], None
        return self._answer(answer)

    async def bars(self, request: Request) -> Response:
        symbol, limit = request.path_params["symbol"], int(request.query_params.get("limit", 96))
        return self._answer(board.bars(symbol, self.state.moment(), DataLabel(self.state.label), limit))

    async def models(self, _: Request) -> Response:
        state = self.state
        answer = board.models(state.moment(), DataLabel(state.label), DataLabel(state.trained_on))
        if not state.with_models:
            answer.champions = []
        return self._answer(answer)

    def _answer(self, body: BaseModel) -> Response:
        if self.state.api_up:
            return Response(body.model_dump_json(), media_type="application/json")
        problem = schemas.Problem(
            code="store_unavailable",
            message="the stores do not answer",
            what_to_do="try again in a minute",
        )
        return JSONResponse(schemas.ErrorAnswer(error=problem).model_dump(), status_code=503)

    async def stream(self, socket: WebSocket) -> None:
        if not self.state.stream_up:
            await socket.close(1013)
            return
        await socket.accept()
        self.sockets.add(socket)
        try:
            while True:
                message = json.loads(await socket.receive_text())
                if message["action"] == "subscribe":
                    await self._send(socket, Subscribed(symbols=[], horizons=[]))
                    await self._tell(socket)
        except WebSocketDisconnect:
            pass
        finally:
            self.sockets.discard(socket)

    async def _tell(self, socket: WebSocket) -> None:
        state, as_of = self.state, self.state.moment()
        label = DataLabel(state.label)
        if not state.with_coins:
            return
        for symbol in DEFAULT_SYMBOLS:
            await self._send(socket, PriceMessage(price=board.price(symbol, as_of), data_label=label))
            for horizon in Horizon if state.with_models else ():
                told = board.forecast(symbol, horizon, as_of, label)
                await self._send(socket, ForecastMessage(forecast=told))
        await self._send(socket, CycleMessage(as_of=as_of, data_label=label, missing=state.missing))

    async def _send(self, socket: WebSocket, message: Any) -> None:
        await socket.send_text(message.model_dump_json())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    server = uvicorn.Server(
        uvicorn.Config(Site(port).app(), host="127.0.0.1", port=port, log_level="warning")
    )
    asyncio.run(server.serve())


if __name__ == "__main__":
    main()
