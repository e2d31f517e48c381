"""A file of texts is scored row by row, offline, whatever is in it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from cryptocast.cli import app
from cryptocast.sentiment.scored_file import ADDED, UnreadableFile, score_file
from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin import FOLDER

HOSTILE = [
    "Shares surge to a record high",
    "",
    "  \n",
    None,
    "x" * 1_000_000,
    "\x00\x01\x1b[31m",
    "<p>Prices <b>crash</b></p>",
    "السوق يرتفع اليوم",
    "🚀" * 10_000,
    "Prices crash, traders panic",
]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load(FOLDER)


def scored(scorer, folder, table, **given):
    pq.write_table(table, folder / "in.parquet")
    report = score_file(scorer, folder / "in.parquet", folder / "out.parquet", **given)
    return report, pq.read_table(folder / "out.parquet")


def test_every_row_stays_where_it_was_and_gets_its_own_score(scorer, tmp_path):
    report, found = scored(scorer, tmp_path, pa.table({"text": HOSTILE, "id": range(len(HOSTILE))}))
    assert found.column_names == ["text", "id", *ADDED]
    assert found["id"].to_pylist() == list(range(len(HOSTILE)))
    alone = scorer.score([HOSTILE[0], HOSTILE[-1]])
    p = np.column_stack([found[name].to_numpy() for name in ADDED[1:]])
    assert p[[0, -1]] == pytest.approx(alone, abs=1e-6)
    assert p.sum(axis=1) == pytest.approx(np.ones(len(HOSTILE)))
    assert found["label"].to_pylist()[0] == "bullish"
    assert (report.rows, report.without_text, report.unscored) == (len(HOSTILE), 3, 0)


def test_bytes_that_are_not_utf_8_are_replaced(scorer, tmp_path):
    _, found = scored(scorer, tmp_path, pa.table({"text": [b"shares surge \xff\xfe", b"\x80"]}))
    assert found["p_bullish"].to_pylist()[0] > found["p_bearish"].to_pylist()[0]


def test_a_label_that_was_there_is_kept_under_another_name(scorer, tmp_path):
    report, found = scored(
        scorer, tmp_path, pa.table({"body": ["Shares surge"], "label": ["bearish"]}), column="body"
    )
    assert report.renamed == ("label",)
    assert found["given_label"].to_pylist() == ["bearish"]
    assert found["label"].to_pylist() != [None]


def test_a_file_with_its_own_label_is_not_scored_twice(scorer, tmp_path):
    _, once = scored(scorer, tmp_path, pa.table({"text": ["Shares surge"], "label": ["bearish"]}))
    (tmp_path / "out.parquet").unlink()
    seen = []
    with pytest.raises(UnreadableFile, match="'label' and 'given_label', which it would be renamed to"):
        scored(scorer, tmp_path, once, progress=lambda *step: seen.append(step))
    assert seen == []
    assert not (tmp_path / "out.parquet").exists()


def test_a_file_without_one_is_scored_twice_and_keeps_both(scorer, tmp_path):
    _, once = scored(scorer, tmp_path, pa.table({"text": ["Shares surge"]}))
    _, twice = scored(scorer, tmp_path, once)
    assert twice.column_names == ["text", *(f"given_{name}" for name in ADDED), *ADDED]


def test_no_rows_give_a_file_with_the_columns(scorer, tmp_path):
    report, found = scored(scorer, tmp_path, pa.table({"text": pa.array([], pa.string())}))
    assert report.rows == 0
    assert found.column_names == ["text", *ADDED]


def test_progress_reaches_the_end(scorer, tmp_path):
    seen = []
    scored(scorer, tmp_path, pa.table({"text": ["a"] * 1_100}), progress=lambda *step: seen.append(step))
    assert seen[-1] == ("texts", 1_100, 1_100)
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("body", "message"), [(None, "there is no such file"), (b"no parquet", "not a Parquet file")]
)
def test_what_is_no_parquet_file_is_refused_by_name(scorer, tmp_path, body, message):
    source = tmp_path / "in.parquet"
    if body is not None:
        source.write_bytes(body)
    with pytest.raises(UnreadableFile, match=rf"in\.parquet: {message}"):
        score_file(scorer, source, tmp_path / "out.parquet")


def test_an_absent_column_is_named_with_those_there_are(scorer, tmp_path):
    with pytest.raises(UnreadableFile, match="no column 'text'; it has body"):
        scored(scorer, tmp_path, pa.table({"body": ["a"]}))


@pytest.mark.parametrize("name", ["in.parquet", "link.parquet", "hard.parquet", "folder/in.parquet"])
def test_the_input_is_never_written_over(scorer, tmp_path, name):
    source = tmp_path / "in.parquet"
    pq.write_table(pa.table({"text": ["Shares surge"]}), source)
    (tmp_path / "link.parquet").symlink_to(source)
    (tmp_path / "hard.parquet").hardlink_to(source)
    (tmp_path / "folder").symlink_to(tmp_path)
    before = source.read_bytes()
    with pytest.raises(UnreadableFile, match=f"{name}: the same file as the input"):
        score_file(scorer, source, tmp_path / name)
    assert source.read_bytes() == before


def test_another_file_that_is_there_is_written_anew(scorer, tmp_path):
    (tmp_path / "out.parquet").write_bytes(b"of yesterday")
    assert scored(scorer, tmp_path, pa.table({"text": ["Shares surge"]}))[0].rows == 1


def test_the_command_scores_a_file_with_the_model_of_a_folder(tmp_path):
    pq.write_table(pa.table({"note": ["Shares surge", "Prices crash"]}), tmp_path / "in.parquet")
    given = ["--in", "in.parquet", "--out", "out.parquet", "--text-column", "note", "--model", str(FOLDER)]
    given = [str(tmp_path / word) if word.endswith(".parquet") else word for word in given]
    answer = CliRunner().invoke(app, ["sentiment", "score", *given])
    assert answer.exit_code == 0, answer.output
    assert pq.read_table(tmp_path / "out.parquet")["label"].to_pylist() == ["bullish", "bearish"]


def test_the_command_refuses_a_bad_file_in_one_line(tmp_path):
    (tmp_path / "in.parquet").write_bytes(b"")
    given = [
        "--in",
        str(tmp_path / "in.parquet"),
        "--out",
        str(tmp_path / "out.parquet"),
        "--model",
        str(FOLDER),
    ]
    answer = CliRunner().invoke(app, ["sentiment", "score", *given])
    assert answer.exit_code == 1
    assert "not a Parquet file" in answer.output
    assert "Traceback" not in answer.output


def test_several_columns_are_read_one_below_the_other(scorer, tmp_path):
    table = pa.table({"title": ["Prices", None, ""], "body": ["crash", "Shares surge", ""]})
    report, found = scored(scorer, tmp_path, table, column="title,body")
    alone = scorer.score(["Prices\ncrash", "Shares surge", ""])
    assert np.column_stack([found[name].to_numpy() for name in ADDED[1:]]) == pytest.approx(alone, abs=1e-6)
    assert report.without_text == 1
    with pytest.raises(UnreadableFile, match="no column 'lead'"):
        scored(scorer, tmp_path, table, column="title,lead")
