"""Runs the operator's command `cryptocast` against a stack, its progress shown where it is run."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local.paths import VENV_BIN
from local.stack import Stack


def write_environment(environment: Mapping[str, str], file: Path) -> Path:
    """Sourced, it lets the operator's command speak to a stack. It has secrets: its owner alone reads it."""
    file.touch(mode=0o600)
    file.chmod(0o600)
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()]
    file.write_text("".join(lines), encoding="utf-8")
    return file


def cryptocast(stack: Stack, *arguments: str, log: Path | None = None) -> None:
    """Raises RuntimeError when the command fails; with `log` its output goes there."""
    command = [str(VENV_BIN / "cryptocast"), *arguments]
    env = {**os.environ, **stack.env}
    if log is None:
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, check=False)
    else:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            done = subprocess.run(
                command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            )
    if done.returncode:
        where = f" (log: {log})" if log else ""
        raise RuntimeError(f"cryptocast {' '.join(arguments)} failed with {done.returncode}{where}")
