"""Functions stay within 40 lines and files within 300, so that each can be read at one sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.template import ROOT

LONGEST_FUNCTION = 40
LONGEST_FILE = 300
FOLDERS = ("shared/cryptocast", "functions", "local", "layers", "sentiment_training")


def sources() -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return sorted(path.relative_to(ROOT) for path in found if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1


def test_the_sources_are_found() -> None:
    assert {"cli.py", "handler.py", "up.py", "sizes.py", "ngrams.py"} <= {path.name for path in sources()}


def test_a_file_of_tests_is_short_too() -> None:
    lines = {path: len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py")}
    assert lines
    assert not {path.name: count for path, count in lines.items() if count > LONGEST_FILE}


@pytest.mark.parametrize("path", sources(), ids=str)
def test_a_file_and_its_functions_are_short(path: Path) -> None:
    assert len((ROOT / path).read_text().splitlines()) <= LONGEST_FILE
    assert not {name: lines for name, lines in functions(path) if lines > LONGEST_FUNCTION}
