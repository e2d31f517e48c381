"""What the laptop's processes leave behind when they are ended."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

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
