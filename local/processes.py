"""Child processes that never outlive their parent."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

_PR_SET_PDEATHSIG = 1


def end_in_order() -> None:
    """Asked to end, or its terminal closed, this process does as after Ctrl-C: what it started, it ends."""
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _die_with_parent(sign: signal.Signals) -> None:
    """In the child, before exec: own process group, and `sign` when the parent dies (Linux only)."""
    os.setpgrp()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, sign)


class Child:
    """One process, its output in a log file, ended as a whole group by its id.

    `stop_signal` is what asks it to end, `user` (only as root) whom it runs as.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str],
        log: Path,
        *,
        stop_signal: signal.Signals = signal.SIGTERM,
        user: str | None = None,
    ) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                list(command),
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=user,
                group=None if user is None else pwd.getpwnam(user).pw_gid,
                extra_groups=None if user is None else [],
                # No thread is started before the first child.
                preexec_fn=lambda: _die_with_parent(stop_signal),  # noqa: PLW1509
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    def wait(self, timeout_s: float | None = None) -> int:
        return self._process.wait(timeout_s)

    def stop(self, grace_s: float = 10) -> None:
        """The stop signal to the group, SIGKILL after `grace_s`. Safe to call twice."""
        if self._process.poll() is not None:
            return
        end_group(self._process, self._stop_signal, grace_s)

    def tail(self, lines: int = 20) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def end_group(process: subprocess.Popen[bytes], stop_signal: signal.Signals, grace_s: float) -> None:
    """`stop_signal` to the group that `process` leads, SIGKILL after `grace_s`; waits until it has ended."""
    for sign in (stop_signal, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            return
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            continue
        return


def free_port() -> int:
    """A TCP port on 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """All of it or nothing: a full disk, or an end in the middle, leaves what was there."""
    beside = path.with_name(f"{path.name}.new")
    beside.touch(mode)
    beside.write_text(text)
    beside.replace(path)
