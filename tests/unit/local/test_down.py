"""`make down` ends the process that holds a folder, and no other."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from local.down import PID_FILE, running_pid, stop


def test_it_ends_the_process_whose_id_was_left(tmp_path: Path) -> None:
    program = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print(flush=True)"
    )
    child = subprocess.Popen([sys.executable, "-c", f"{program}; time.sleep(60)"], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    (tmp_path / PID_FILE).write_text(str(child.pid))
    assert running_pid(tmp_path) == child.pid
    # Its parent has to collect it before its id is free, and this test is the parent.
    threading.Thread(target=child.wait, daemon=True).start()
    assert stop(tmp_path, timeout_s=20)
    assert child.wait(5) == 0
    child.stdout.close()


def test_nothing_runs_where_no_id_or_an_old_one_was_left(tmp_path: Path) -> None:
    assert not stop(tmp_path)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / PID_FILE).write_text(str(ended.pid))
    assert not stop(tmp_path)
