"""The file that `make up` prints for the operator's command."""

from __future__ import annotations

import subprocess
from pathlib import Path

from local.operator import write_environment


def test_sourced_it_gives_every_variable_as_it_was_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    given = {"REDIS_TOKEN": "it's $HOME `x`", "DATABASE_URL": "postgresql://a:b@127.0.0.1/c?d=e&f"}
    file = tmp_path / "operator.env"
    file.write_text("export REDIS_TOKEN=older\n")
    file.chmod(0o644)
    write_environment(given, file)
    assert file.stat().st_mode & 0o777 == 0o600
    for name, value in given.items():
        command = ["/bin/sh", "-c", f'. "{file}" && printf %s "${name}"']
        said = subprocess.run(command, capture_output=True, text=True, check=True, env={})
        assert said.stdout == value
