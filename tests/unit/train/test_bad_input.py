"""Whatever the files hold, the answer is bars that are in them, or one plain line; never a traceback."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cryptocast.cli import app
from cryptocast.errors import BadInput, CryptocastError, NotEnoughData
from cryptocast.train.backtest import backtest
from cryptocast.train.files import PRICE_COLUMNS, read_document_frame, read_prices
from tests.unit.train.questions import ask, frame, write

ROWS = frame(days=3)
STRANGE = st.one_of(
    st.none(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-(2**62), 2**62),
    st.text(max_size=5),
    st.sampled_from(["1e400", "-0", "NaN", "2024-01-01", "99999-01-01", " btc ", "0x10"]),
)


@given(column=st.sampled_from(PRICE_COLUMNS), row=st.integers(0, 287), value=STRANGE, whole=st.booleans())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_strange_value_is_named_or_harmless(tmp_path, column, row, value, whole) -> None:
    rows = ROWS.astype({column: object})
    rows[column] = rows[column].astype(str)
    if whole:
        rows[column] = [None if value is None else str(value)] * len(rows)
    else:
        rows.loc[row, column] = None if value is None else str(value)
    path = write(tmp_path, rows)
    try:
        files = read_prices([path])
    except BadInput as error:
        assert "prices.parquet" in str(error)
        assert whole or f"row {row}" in str(error)
        return
    for (symbol, interval_s), series in files.series.items():
        assert symbol.strip()
        assert 60 <= interval_s <= 86_400
        assert (np.diff(series.opened_s) > 0).all()
        for prices in (series.open, series.high, series.low, series.close):
            assert (np.isfinite(prices) & (prices > 0)).all()
        assert not (series.volume < 0).any()
    kept = sum(len(series.opened_s) for series in files.series.values())
    assert kept == len(rows) or files.notes, "no bar goes without a note"


def test_times_in_words_may_have_fractions_or_not_and_a_wrong_one_is_named(tmp_path) -> None:
    rows = ROWS.copy()
    rows["ts"] = [moment.isoformat() for moment in rows["ts"]]
    plain = read_prices([write(tmp_path, rows)])
    rows.loc[0, "ts"] = rows.loc[0, "ts"].replace("+", ".000+")
    mixed = read_prices([write(tmp_path, rows)])
    assert [len(series.opened_s) for series in mixed.series.values()] == [
        len(series.opened_s) for series in plain.series.values()
    ]
    rows.loc[7, "ts"] = "noon"
    with pytest.raises(BadInput, match="row 7: ts is no time"):
        read_prices([write(tmp_path, rows)])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"close": float("inf")}, "row 7: close is inf"),
        ({"interval_s": 900.5}, "row 7: interval_s is 900.5, not a whole number"),
        ({"interval_s": 0}, "row 7: interval_s"),
        ({"symbol": "  "}, "row 7: the symbol is absent"),
        ({"volume": "much"}, "row 7: volume is 'much'"),
        ({"ts": pd.Timestamp("1600-01-01", tz="UTC")}, "row 7: ts is 1600-01-01"),
        ({"ts": pd.Timestamp("2200-01-01", tz="UTC")}, "row 7: ts is 2200-01-01"),
    ],
)
def test_each_impossible_value_is_named_with_file_and_row(tmp_path, changed, said) -> None:
    rows = ROWS.copy()
    (column,) = changed
    if column == "ts":
        rows["ts"] = rows["ts"].dt.as_unit("s")
    elif not isinstance(changed[column], float) or column == "interval_s":
        rows[column] = rows[column].astype(str if isinstance(changed[column], str) else float)
    rows.loc[7, column] = changed[column]
    with pytest.raises(BadInput, match=f"prices.parquet, {said}"):
        read_prices([write(tmp_path, rows)])


def test_yes_and_no_folders_and_files_without_rows_are_refused(tmp_path) -> None:
    with pytest.raises(BadInput, match="holds yes and no"):
        read_prices([write(tmp_path, ROWS.assign(close=True))])
    with pytest.raises(BadInput, match="a folder"):
        read_prices([tmp_path])
    with pytest.raises(BadInput, match="has no rows"):
        read_prices([write(tmp_path, ROWS[:0])])
    with pytest.raises(BadInput, match="ts holds numbers"):
        read_prices([write(tmp_path, ROWS.assign(ts=ROWS["ts"].astype("int64")))])


def test_bars_off_their_grid_are_left_out_and_noted_with_the_first_row(tmp_path) -> None:
    rows = ROWS.copy()
    rows.loc[5, "ts"] += pd.Timedelta("7s")
    files = read_prices([write(tmp_path, rows)])
    assert len(files.series["BTC", 900].opened_s) == len(rows) - 1
    assert "prices.parquet, row 5" in files.notes[0]


@pytest.mark.parametrize(("column", "factor", "end"), [("open", 1.1, "high"), ("close", 0.9, "low")])
def test_a_range_that_leaves_out_its_open_or_close_is_widened_to_it_and_noted(
    tmp_path, column, factor, end
) -> None:
    rows = ROWS.copy()
    rows.loc[5, column] *= factor
    files = read_prices([write(tmp_path, rows)])
    series = files.series["BTC", 900]
    assert getattr(series, end)[5] == getattr(series, column)[5] == rows[column][5]
    for untouched in {"high", "low"} - {end}:
        np.testing.assert_array_equal(getattr(series, untouched), rows[untouched])
    assert "1 bars open or close outside their range, which is widened; " in files.notes[0]
    assert "prices.parquet, row 5 is the first" in files.notes[0]


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"horizon": "0h"}, BadInput, "--horizon"),
        ({"horizon": "99999999d"}, BadInput, "the longest is 365 days"),
        ({"interval_s": -900}, BadInput, "--interval"),
        ({"interval_s": 7}, BadInput, "--interval"),
        ({"fee_bps": float("nan")}, BadInput, "--fee-bps"),
        ({"horizon": "20d"}, NotEnoughData, "labelled row"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(tmp_path, changed, error, said) -> None:
    with pytest.raises(error, match=said):
        backtest(ask(write(tmp_path, frame(days=45)), **changed))


def test_a_test_window_that_ends_in_a_distant_future_costs_nothing(tmp_path) -> None:
    far = datetime(9999, 12, 31, tzinfo=UTC)
    path = write(tmp_path, frame(days=50))
    near, _, _ = backtest(ask(path, refit="never"))
    report, _, _ = backtest(ask(path, test_to=far, refit="never"))
    assert (report["n"], report["brier"]) == (near["n"], near["brier"])


@pytest.mark.parametrize(
    "changed",
    [{"kind": "tv"}, {"kind": None}, {"published_at": "soon"}, {"published_at": None}],
)
def test_a_strange_text_is_named_with_file_and_row(tmp_path, changed) -> None:
    text = {"kind": "news", "source": "p", "external_id": "a", "published_at": "2024-02-01", "title": "t"}
    rows = pd.DataFrame([text | {"body": ""}, text | {"body": "", "external_id": "b"} | changed])
    rows.to_parquet(tmp_path / "texts.parquet")
    with pytest.raises(BadInput, match=r"texts\.parquet, row 1"):
        read_document_frame([tmp_path / "texts.parquet"])


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("one bar", ROWS[:1]),
        ("three days", ROWS),
        ("garbage", ROWS.assign(close="x")),
        ("off the grid", ROWS.assign(ts=ROWS["ts"] + pd.Timedelta("7s"))),
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "selftest", "overfitting"])
def test_the_commands_end_with_one_plain_line(tmp_path, command, name, rows) -> None:
    words = [command, "--prices", str(write(tmp_path, rows)), "--symbols", "BTC", "--horizon", "1h"]
    if command == "evaluate":
        words += ["--test-from", "2024-01-02", "--test-to", "2024-01-03", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "error" in done.output or "failed" in done.output
    assert not (tmp_path / "out").exists()
    assert issubclass(BadInput, CryptocastError)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--out", "a-file/folder", "is a file; name a folder"),
        ("--out", "a-file", "is a file; name a folder"),
        ("--rows", "0", "--rows is 0, at least 500 are needed"),
        ("--workers", "0", "greater than or equal to 1"),
    ],
)
def test_overfitting_refuses_before_its_work_what_it_would_stumble_over_after(
    tmp_path, monkeypatch, option, value, words
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("taken")
    command = ["overfitting", "--prices", str(tmp_path / "absent.parquet"), "--symbols", "BTC"]
    done = CliRunner().invoke(app, [*command, "--horizon", "1h", option, value])
    assert done.exit_code in (1, 2)
    assert isinstance(done.exception, SystemExit)
    assert words in " ".join(done.output.replace("│", " ").split())
