"""Runs the operator's command `cryptocast` against a stack, its progress shown where it is run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from local.paths import VENV_BIN
from local.stack import Stack


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
