"""What the laptop's processes leave behind when they are ended."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from local.commands import CommandRunner
from local.paths import ROOT
from local.processes import write_whole

_ENDED = """
import signal, sys, time
from local.processes import end_in_order
end_in_order()
try:
    print("begun", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("ended in order", flush=True)
"""


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_ends_it_in_order(sign: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _ENDED], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        child.send_signal(sign)
        assert child.stdout.readline() == "ended in order\n"


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    kept = tmp_path / "token"
    write_whole(kept, "first", 0o600)
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == ("first", 0o600)
    with pytest.raises(UnicodeEncodeError):
        write_whole(kept, "half \udcff")
    assert kept.read_text() == "first"


def test_a_command_that_is_waited_for_elsewhere_ends_with_the_stack(tmp_path: Path) -> None:
    commands, failures, log = CommandRunner(), [], tmp_path / "logs" / "sam.log"

    def deploy() -> None:
        for _ in range(2):
            try:
                commands.run(["sh", "-c", "echo begun; sleep 60 & wait"], tmp_path, log)
            except RuntimeError as error:
                failures.append(str(error))

    deploying = threading.Thread(target=deploy)
    deploying.start()
    while not log.exists() or "begun" not in log.read_text():
        time.sleep(0.01)
    commands.stop()
    deploying.join(10)
    assert not deploying.is_alive()
    assert failures[0].startswith("sh -c failed")
    assert failures[1] == "sh -c was not begun: the stack is being stopped"


def test_a_command_that_fails_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"sh -c failed \(log: .*\):\nwhy it did"):
        CommandRunner().run(["sh", "-c", "echo why it did; exit 3"], tmp_path, tmp_path / "log")
