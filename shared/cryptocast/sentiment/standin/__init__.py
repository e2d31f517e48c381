"""The stand-in sentiment model's files; README.md beside them says what it is."""

from pathlib import Path

FOLDER = Path(__file__).parent
