"""docs/api.md says every message that travels on the stream, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from cryptocast.serve import schemas
from cryptocast.stream import messages

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
STREAM = PAGE.split("\n## The stream\n")[1]
SENT = {model.model_fields["type"].default: model for model in get_args(get_args(messages.ServerMessage)[0])}


def quoted(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", text))


def rows() -> dict[str, str]:
    """Type of a message -> what its row of the table says that it holds."""
    found: dict[str, str] = {}
    for line in STREAM.split("You get\n")[1].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 3 and cells[0] != "`type`":
            found |= dict.fromkeys(quoted(cells[0]), cells[2])
    return found


def test_the_table_has_exactly_the_messages_that_are_sent() -> None:
    assert set(rows()) == set(SENT)


@pytest.mark.parametrize("kind", sorted(SENT))
def test_a_row_names_every_field(kind: str) -> None:
    assert set(SENT[kind].model_fields) - {"type"} <= quoted(rows()[kind])


def test_the_error_is_described_with_its_fields_and_codes() -> None:
    assert set(schemas.Problem.model_fields) <= quoted(rows()["error"])
    (said,) = [line for line in STREAM.splitlines() if line.startswith("The codes of `error`")]
    assert set(get_args(messages.RefusalCode)) == {name for name in quoted(said) if "_" in name}


def test_the_examples_are_exactly_the_messages_that_are_read() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", STREAM, re.DOTALL)
    read = {type(messages.CLIENT_MESSAGE.validate_json(line)) for line in block.splitlines()}
    assert read == {messages.Subscribe, messages.Unsubscribe, messages.Ping}


def test_the_sizes_are_those_that_hold() -> None:
    assert (
        f"{messages.FRAME_BYTES // 1024} KB from here and {messages.INBOUND_BYTES // 1024} KB from you"
        in STREAM
    )
