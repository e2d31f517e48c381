"""The embedded servers end with whoever started them, and keep what they were given."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from local.paths import ROOT
from local.postgres import Postgres

pytestmark = pytest.mark.integration
_STARTS_ALL = """
import sys, time
from pathlib import Path
from local.postgres import Postgres
from local.upstash import Upstash
from local.valkey import Valkey

folder = Path(sys.argv[1])
postgres, valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
postgres.start()
valkey.start()
upstash = Upstash(valkey.url, "t", folder / "upstash.log")
upstash.start()
print(postgres.pid, valkey.pid, upstash.pid, flush=True)
time.sleep(600)
"""


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One that has ended but was not waited for yet still has its id.
    return subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip() not in ("", "Z")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_servers_end_when_their_parent_is_killed(server_folder: Path) -> None:
    command = [sys.executable, "-c", _STARTS_ALL, str(server_folder)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 3 and all(map(_alive, pids))
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 15
    while any(map(_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [pid for pid in pids if _alive(pid)] == []


def test_postgres_keeps_its_data_and_stops_at_once_with_clients_connected(server_folder: Path) -> None:
    with Postgres(server_folder / "server") as server:
        client = psycopg.connect(server.url(), autocommit=True)
        client.execute("CREATE TABLE kept AS SELECT 1 AS n")
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 8
        client.close()
        server.stop()
    with Postgres(server_folder / "server") as server, psycopg.connect(server.url()) as client:
        assert client.execute("SELECT n FROM kept").fetchone() == (1,)


def test_postgres_does_not_take_anothers_server_for_its_own(
    postgres_server: Postgres, server_folder: Path
) -> None:
    blocked = Postgres(server_folder / "server", port=postgres_server.port)
    with pytest.raises(RuntimeError, match=f"port {postgres_server.port} is taken"):
        blocked.start()
    assert blocked.pid is None


def test_a_damaged_data_folder_is_said_clearly(server_folder: Path) -> None:
    with Postgres(server_folder / "server"):
        pass
    (server_folder / "server" / "data" / "PG_VERSION").write_text("9.6\n")
    damaged = Postgres(server_folder / "server")
    with pytest.raises(RuntimeError, match="database files are incompatible"):
        damaged.start()
    assert damaged.pid is None
