"""Where the laptop keeps things."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS_BIN = ROOT / ".tools" / "bin"
VENV_BIN = ROOT / ".venv" / "bin"
STATE = ROOT / ".local"
"""Kept data: one folder per source, so that simulated and real data never mix."""
BUILD = ROOT / ".aws-sam" / "build"
DIST = ROOT / "frontend" / "dist"
