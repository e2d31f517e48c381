"""Which code a model was made by."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path


def code_revision(environ: Mapping[str, str], folder: Path = Path(__file__).parent) -> str:
    """The git commit of `folder`, `+changes` where files differ; else `CODE_REVISION`; else `unknown`."""
    git = shutil.which("git")
    if git is not None:
        head = _ask(git, folder, "rev-parse", "--short=12", "HEAD")
        if head:
            return f"{head}+changes" if _ask(git, folder, "status", "--porcelain", "--", ".") else head
    return environ.get("CODE_REVISION") or "unknown"


def _ask(git: str, folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  (fixed words, no shell)
            [git, "-C", str(folder), *words], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
