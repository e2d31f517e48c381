"""Upstash's REST protocol in front of Valkey: POST of a command, a pipeline or a transaction.

Run as a process: `python -m local.upstash <port> <redis-url>`, with the token in UPSTASH_TOKEN and the
read-only token, if there is one, in UPSTASH_READONLY_TOKEN.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import redis.asyncio
import uvicorn
from redis.exceptions import RedisError, ResponseError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from local.paths import ROOT
from local.processes import Child, free_port, is_free

_LARGEST_BODY = 10_000_000
_REFUSED_READS = frozenset({"keys", "scan"})
"""Upstash's read-only token may not go through all keys."""


class Upstash:
    """The REST server in front of the Valkey at `redis_url`; ends with `stop()`, or with its parent."""

    def __init__(
        self, redis_url: str, token: str, log: Path, port: int | None = None, readonly_token: str = ""
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = token
        self.readonly_token = readonly_token
        self._redis_url = redis_url
        self._log = log
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def start(self, timeout_s: float = 20) -> None:
        """Start and wait until it answers; raises RuntimeError with the log's end if it does not."""
        if not is_free(self.port):
            # Waiting would find the other server there and take it for ours.
            raise RuntimeError(f"the Upstash server could not start: port {self.port} is taken")
        tokens = {"UPSTASH_TOKEN": self.token, "UPSTASH_READONLY_TOKEN": self.readonly_token}
        env = {**os.environ, **tokens, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "local.upstash", str(self.port), self._redis_url]
        self._child = Child("upstash", command, env, self._log)
        deadline = time.monotonic() + timeout_s
        headers = {"Authorization": f"Bearer {self.token}"}
        while time.monotonic() < deadline and self._child.returncode is None:
            try:
                if httpx.get(f"{self.url}/ping", headers=headers, timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        end = self._child.tail()
        self.stop()
        raise RuntimeError(f"the Upstash server did not start on port {self.port}:\n{end}")

    def stop(self) -> None:
        """Stop it; safe to call twice."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    def __enter__(self) -> Upstash:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def make_app(client: redis.asyncio.Redis, token: str, readonly_token: str = "") -> Starlette:
    """The protocol over a client that leaves answers as bytes; without `readonly_token` there is none."""
    tokens = (token, readonly_token)
    return Starlette(
        routes=[
            Route("/pipeline", _guarded(tokens, _batch(client, transaction=False)), methods=["POST"]),
            Route("/multi-exec", _guarded(tokens, _batch(client, transaction=True)), methods=["POST"]),
            Route("/{path:path}", _guarded(tokens, _single(client)), methods=["GET", "POST"]),
        ]
    )


Handler = Callable[[Request], Awaitable[JSONResponse]]


def _guarded(tokens: tuple[str, str], handler: Handler) -> Handler:
    """`handler` behind the token that may write and the one that may only read."""
    writes, reads = (f"Bearer {token}".encode() for token in tokens)
    has_readonly = bool(tokens[1])

    async def guarded(request: Request) -> JSONResponse:
        given = request.headers.get("authorization", "").encode()
        request.state.may_write = hmac.compare_digest(given, writes)
        may_read = has_readonly and hmac.compare_digest(given, reads)
        if not (request.state.may_write or may_read):
            return JSONResponse({"error": "WRONGPASS invalid or missing auth token"}, 401)
        try:
            return await handler(request)
        except _Malformed as error:
            return JSONResponse({"error": f"ERR {error}"}, 400)
        except RedisError as error:
            return JSONResponse({"error": f"ERR store is unavailable: {error}"}, 503)

    return guarded


def _single(client: redis.asyncio.Redis) -> Handler:
    async def single(request: Request) -> JSONResponse:
        path = request.path_params["path"].strip("/")
        if path:
            command = path.split("/")
            body = await request.body()
            command += [body.decode()] if body else []
        else:
            command = _command(await _json(request))
        if refusal := await _refusal(client, request, command):
            return JSONResponse({"error": refusal}, 400)
        try:
            result = await client.execute_command(*command)
        except ResponseError as error:
            return JSONResponse({"error": f"ERR {error}"}, 400)
        return JSONResponse({"result": _encoded(result, _wants_base64(request))})

    return single


def _batch(client: redis.asyncio.Redis, *, transaction: bool) -> Handler:
    async def batch(request: Request) -> JSONResponse:
        body = await _json(request)
        if not isinstance(body, list):
            raise _Malformed("a pipeline is an array of commands")
        commands = [_command(item) for item in body]
        refusals = [await _refusal(client, request, command) for command in commands]
        if transaction and any(refusals):
            words = "EXECABORT Transaction discarded because of previous errors."
            return JSONResponse({"error": words}, 400)
        pipeline = client.pipeline(transaction=transaction)
        for command, refusal in zip(commands, refusals, strict=True):
            if not refusal:
                pipeline.execute_command(*command)
        results = iter([] if all(refusals) else await pipeline.execute(raise_on_error=False))
        base64_ = _wants_base64(request)
        return JSONResponse([{"error": no} if no else _entry(next(results), base64_) for no in refusals])

    return batch


async def _refusal(client: redis.asyncio.Redis, request: Request, command: list[str]) -> str:
    """What Upstash says of a command that the read-only token may not run; empty where it may.

    A command that Valkey does not know is left to it to refuse.
    """
    if request.state.may_write:
        return ""
    name = command[0].lower()
    told = (await client.execute_command("COMMAND", "INFO", name))[0]
    if told is None or (b"readonly" in told[2] and name not in _REFUSED_READS):
        return ""
    return f"NOPERM this user has no permissions to run the '{name}' command"


class _Malformed(Exception):
    """The body is no command."""


async def _json(request: Request) -> Any:
    body = await request.body()
    if len(body) > _LARGEST_BODY:
        raise _Malformed("max request size exceeded")
    try:
        return json.loads(body)
    except ValueError as error:
        raise _Malformed("failed to parse the body as JSON") from error


def _command(value: Any) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(v, (str, int, float)) for v in value):
        raise _Malformed("a command is a non-empty array of strings and numbers")
    return [str(part) for part in value]


def _entry(result: Any, in_base64: bool) -> dict[str, Any]:
    if isinstance(result, Exception):
        return {"error": f"ERR {result}"}
    return {"result": _encoded(result, in_base64)}


def _wants_base64(request: Request) -> bool:
    return request.headers.get("upstash-encoding") == "base64"


def _encoded(result: Any, in_base64: bool) -> Any:
    """A raw answer as JSON. As Upstash does, OK is never in base64."""
    if isinstance(result, bytes):
        if in_base64 and result != b"OK":
            return base64.b64encode(result).decode()
        return result.decode("utf-8", "replace")
    if isinstance(result, (list, tuple)):
        return [_encoded(item, in_base64) for item in result]
    return result


def _raw_client(redis_url: str) -> redis.asyncio.Redis:
    client: redis.asyncio.Redis = redis.asyncio.from_url(redis_url, socket_timeout=10, protocol=2)
    # Answers go through as Redis gave them: hashes as flat lists, OK as OK.
    client.response_callbacks.clear()
    return client


def main() -> None:
    port, redis_url = int(sys.argv[1]), sys.argv[2]
    tokens = os.environ["UPSTASH_TOKEN"], os.environ.get("UPSTASH_READONLY_TOKEN", "")
    app = make_app(_raw_client(redis_url), *tokens)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
