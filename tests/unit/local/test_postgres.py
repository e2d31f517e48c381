"""The user that the embedded Postgres runs as."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from local import postgres


def test_servers_that_start_at_once_add_their_user_once(monkeypatch: pytest.MonkeyPatch) -> None:
    users: list[str] = []
    at_once = threading.Barrier(4, timeout=5)

    def add(command: list[str], check: bool) -> None:
        assert check
        threading.Event().wait(0.05)  # long enough for the others to look
        users.append(command[-1])

    def look(name: str) -> str:
        if name not in users:
            raise KeyError(name)
        return name

    def start(_: int) -> str | None:
        at_once.wait()
        return postgres._server_user()

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(pwd, "getpwnam", look)
    monkeypatch.setattr(subprocess, "run", add)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(start, range(4))) == {"embedded_postgres"}
    assert users == ["embedded_postgres"]


def test_who_is_not_root_needs_no_other_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres._server_user() is None
