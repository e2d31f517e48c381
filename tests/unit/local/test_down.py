"""`make down` ends the process that holds a folder, and no other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.down import PID_FILE, hold, running_pid, stop
from local.paths import ROOT

HOLD = """
import sys, time
from pathlib import Path
from local.down import hold
with hold(Path(sys.argv[1])):
    print(flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> subprocess.Popen[bytes]:
    """Another process that holds `folder`."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()
    return child


def test_it_ends_the_process_that_holds_the_folder(tmp_path: Path) -> None:
    child = holder(tmp_path)
    assert running_pid(tmp_path) == child.pid
    with pytest.raises(RuntimeError, match=f"in use by process {child.pid}; `make down` ends it"):
        hold(tmp_path).__enter__()
    assert stop(tmp_path, timeout_s=20)
    assert child.wait(5) == -15
    assert not stop(tmp_path)


def test_an_id_that_was_left_by_a_crash_is_nobodys(tmp_path: Path) -> None:
    assert not stop(tmp_path)
    child = holder(tmp_path)
    child.kill()
    child.wait()
    (tmp_path / PID_FILE).write_text(str(os.getpid()))  # its id is another process's by now
    assert running_pid(tmp_path) is None
    assert not stop(tmp_path)
    with hold(tmp_path):
        assert running_pid(tmp_path) == os.getpid()
    assert running_pid(tmp_path) is None
