"""`make down`: end a `make up` that runs in the background, by the process id that it left in its folder."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from local.paths import STATE

PID_FILE = "up.pid"


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Leave this process's id in `folder`, locked while the context lasts and the process lives.

    An id alone proves nothing: after a crash another process may get it. Raises RuntimeError naming the
    process that holds the folder, or why it cannot be held.
    """
    with (folder / PID_FILE).open("a+") as file:
        _lock(file, folder)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)  # an id that stayed would for a moment be the next holder's


def _lock(file: IO[str], folder: Path) -> None:
    for _ in range(20):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if pid := running_pid(folder):
                raise RuntimeError(f"{folder} is in use by process {pid}; `make down` ends it") from None
            time.sleep(0.05)  # somebody only looks
        except OSError as error:
            raise RuntimeError(f"{folder} cannot be locked ({error}); keep it on a local disk") from error
        else:
            return
    raise RuntimeError(f"{folder} is in use by a process that names no id; try again in a minute")


def running_pid(folder: Path) -> int | None:
    """The process that holds `folder`, or None where it has ended."""
    try:
        with (folder / PID_FILE).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read())
    except (FileNotFoundError, ValueError):
        pass
    return None


def stop(folder: Path, timeout_s: float = 60) -> bool:
    """Ask it to end and wait; False where nothing ran. Raises TimeoutError naming the process."""
    pid = running_pid(folder)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout_s
    while running_pid(folder) is not None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} has not ended after {timeout_s:.0f} s")
        time.sleep(0.2)
    return True


def main() -> None:
    stopped = [folder.name for folder in sorted(STATE.glob("*")) if stop(folder)]
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


if __name__ == "__main__":
    main()
