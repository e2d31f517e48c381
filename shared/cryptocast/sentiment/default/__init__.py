"""The sentiment model that ships: its files; README.md beside them says what it is."""

from pathlib import Path

FOLDER = Path(__file__).parent
