"""Commands that are waited for, in a thread of their own too, and that end with the stack."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.processes import end_group


class CommandRunner:
    """Runs commands to their end. After `stop` none runs, and none begins: a thread that waited goes on, and
    hears of it as of a command that failed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(
        self, command: Sequence[str], folder: Path, log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        """In `folder`, its output added to `log`. Raises RuntimeError with the log's end where it fails."""
        log.parent.mkdir(parents=True, exist_ok=True)
        name = " ".join([Path(command[0]).name, *command[1:2]])
        with log.open("ab") as output:
            with self._lock:
                if self._stopped:
                    raise RuntimeError(f"{name} was not begun: the stack is being stopped")
                process = subprocess.Popen(
                    list(command),
                    cwd=folder,
                    env=None if env is None else dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    process_group=0,
                )
                self._running.add(process)
            code = process.wait()
        with self._lock:
            self._running.discard(process)
        if code:
            end = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
            raise RuntimeError(f"{name} failed (log: {log}):\n{end}")

    def stop(self, grace_s: float = 5) -> None:
        """End what runs, with all that it started; SIGKILL after `grace_s`. Safe to call twice."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            end_group(process, signal.SIGTERM, grace_s)
