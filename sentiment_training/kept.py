"""Under which name a step's trained weights are kept: other settings or other data, another name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDERS = ("sentiment", "documents")


def file_name(step: str, data: Path, settings: Mapping[str, Any]) -> str:
    """`first-1a2b3c4d.pt`: a digest of `settings` and of the names and sizes of the data's files.

    A file that was changed and kept its size, and changed code, are not noticed.
    """
    files = sorted(file for folder in FOLDERS for file in (data / folder).glob("*.parquet"))
    sizes = {f"{file.parent.name}/{file.name}": file.stat().st_size for file in files}
    told = json.dumps({"settings": dict(settings), "files": sizes}, sort_keys=True)
    return f"{step}-{hashlib.sha256(told.encode()).hexdigest()[:8]}.pt"
