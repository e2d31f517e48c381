"""What the operator's command says of itself, and of what cannot be, before it does any work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cryptocast.cli import app
from cryptocast.errors import BadInput
from cryptocast.terminal import plain_errors
from cryptocast.train import backtest
from local.processes import free_port

ASKED = {
    "--prices": "prices.parquet", "--symbols": "BTC", "--horizon": "1h",
    "--test-from": "2023-04-01", "--test-to": "2023-05-01", "--out": "out",
}  # fmt: skip


def said(*words: str) -> tuple[int, str]:
    """The exit code, and the output as one line without frames and colours."""
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200", "TERM": "dumb"})
    assert done.exception is None or isinstance(done.exception, SystemExit)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.output)
    return done.exit_code, " ".join(plain.replace("│", " ").split())


def evaluate(monkeypatch: pytest.MonkeyPatch, folder: Path, **changed: str) -> tuple[int, str]:
    """`cryptocast evaluate` with other values, which fails here if the work itself begins."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(backtest, "backtest", lambda *_: pytest.fail("the work began"))
    given = ASKED | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return said("evaluate", *(word for pair in given.items() for word in pair))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            "import",
            ["symbol, ts (the open)", "kind, source, external_id", "DATABASE_URL", "one file or more"],
        ),
        ("evaluate", ["e.g. 2023-04-01", "seconds", "basis points a side", "folder for report.json"]),
        ("train", ["default: now", "REGISTRY_BUCKET", "earlier runs' included"]),
        ("backfill", ["a year before --until", "default: now"]),
        ("cycle", ["default: 15 minutes before --as-of"]),
    ],
)
def test_help_says_unit_form_and_default(command: str, expected: list[str]) -> None:
    code, text = said(command, "--help")
    assert code == 0
    for words in expected:
        assert words in text


def test_help_speaks_to_an_operator() -> None:
    code, text = said("--help")
    assert code == 0
    assert "which database, Redis and registry" in text
    assert "wiring" not in text


@pytest.mark.parametrize("command", [("train", "--until"), ("backfill", "--since"), ("cycle", "--as-of")])
def test_a_date_that_is_none_is_refused_with_the_name_of_its_option(command: tuple[str, str]) -> None:
    code, text = said(*command, "soon")
    assert code == 2
    assert f"Invalid value for '{command[1]}': 'soon' is no date; write 2021-10-12" in text


def test_evaluate_names_the_date_that_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, text = evaluate(monkeypatch, tmp_path, test_to="later")
    assert code == 2
    assert "Invalid value for '--test-to': 'later' is no date" in text


def test_evaluate_needs_a_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert evaluate(monkeypatch, tmp_path, workers="0")[0] == 2


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_evaluate_refuses_a_file_for_its_folder_before_the_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, out: str
) -> None:
    (tmp_path / "file").write_text("mine")
    code, text = evaluate(monkeypatch, tmp_path, out=out)
    assert code == 1
    assert f"--out is {out}, but" in text
    assert "is a file; name a folder" in text
    assert (tmp_path / "file").read_text() == "mine"


def test_a_store_that_is_down_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody:hidden@127.0.0.1:{free_port()}/none")
    code, text = said("migrate")
    assert code == 1
    assert "error postgres: connection failed" in text
    assert "On a laptop `make up` starts all of them" in text
    assert "hidden" not in text


def test_words_in_brackets_are_told_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), plain_errors():
        raise BadInput("the vendor said [removed] and [/no]")
    assert "the vendor said [removed] and [/no]" in capsys.readouterr().out
