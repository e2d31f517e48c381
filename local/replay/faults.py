"""Faults on demand: the next answers under a path are broken in a chosen way."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

KINDS = ("timeout", "garbage", "html", "huge", "empty", "disconnect")


@dataclass(slots=True)
class Fault:
    """`times` answers under `path_prefix`: a status with a body, or one of `KINDS`.

    `timeout` answers after `seconds` (300 unless told), `garbage` is no JSON and no XML, `html` is a
    block page with status 200, `huge` streams `megabytes` (10 unless told), `disconnect` drops the
    connection.
    """

    path_prefix: str
    times: int = 1
    kind: str | None = None
    status: int | None = None
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    seconds: float = 300.0
    megabytes: int = 10

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Fault:
        """From JSON; raises ValueError that says what is wrong."""
        unknown = set(given) - set(cls.__slots__)
        if unknown or not str(given.get("path_prefix", "")).startswith("/"):
            raise ValueError(f"a fault needs a path_prefix like /coingecko; unknown keys: {sorted(unknown)}")
        if given.get("kind") is not None and given["kind"] not in KINDS:
            raise ValueError(f"kind is one of {KINDS}")
        if given.get("kind") is None and given.get("status") is None and not given.get("body"):
            raise ValueError("a fault needs a status, a body or a kind")
        return cls(**given)


class FaultMiddleware:
    """Answers in place of the app while a fault for the path is pending."""

    def __init__(self, app: ASGIApp, faults: deque[Fault]) -> None:
        self.app = app
        self.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._due(scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind == "huge":
            await _stream(fault, send)
        elif fault.kind == "disconnect":
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]}
            )
            await send({"type": "http.response.body", "body": b"{", "more_body": False})
        else:
            if fault.kind == "timeout":
                await asyncio.sleep(fault.seconds)
            await _broken(fault)(scope, receive, send)

    def _due(self, path: str) -> Fault | None:
        for fault in self.faults:
            if path.startswith(fault.path_prefix):
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None


def _broken(fault: Fault) -> Response:
    bodies: dict[str | None, tuple[str, str, int]] = {
        "garbage": ('{"prices": [[NaN, <<<', fault.content_type, 200),
        "html": ("<!DOCTYPE html><html><body><h1>Just a moment...</h1></body></html>", "text/html", 200),
        "empty": ("", fault.content_type, 200),
        "timeout": ("{}", fault.content_type, 504),
    }
    body, content_type, status = bodies.get(fault.kind, (fault.body, fault.content_type, 200))
    return Response(body, fault.status or status, fault.headers, content_type)


async def _stream(fault: Fault, send: Send) -> None:
    content_type = fault.content_type.encode()
    headers = [(b"content-type", content_type)]
    await send({"type": "http.response.start", "status": fault.status or 200, "headers": headers})
    for _ in range(fault.megabytes * 16):
        await send({"type": "http.response.body", "body": b" " * 65_536, "more_body": True})
    await send({"type": "http.response.body", "body": b"{}", "more_body": False})
