"""`make down`: end a `make up` that runs in the background, by the process id that it left in its folder."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from local.paths import STATE

PID_FILE = "up.pid"


def running_pid(folder: Path) -> int | None:
    """The process that holds `folder`, or None where it has ended."""
    kept = folder / PID_FILE
    try:
        pid = int(kept.read_text())
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return pid


def stop(folder: Path, timeout_s: float = 60) -> bool:
    """Ask it to end and wait; False where nothing ran. Raises TimeoutError naming the process."""
    pid = running_pid(folder)
    if pid is None:
        return False
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
