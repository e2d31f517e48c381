"""`cryptocast evaluate`: the report's shape, and what it does with bad input."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cryptocast.cli import app
from cryptocast.cli_options import spread
from cryptocast.errors import BadInput, NotEnoughData
from cryptocast.train.backtest import backtest, horizon_seconds
from cryptocast.train.files import read_prices
from cryptocast.train.walkforward import EMBARGO_S
from tests.unit.train.questions import DAYS, ask, frame, write


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("evaluate")
    path = write(folder, pd.concat([frame("BTC"), frame("ETH", seed=2)]))
    return path, folder


def test_the_command_writes_every_key_that_was_promised(written):
    path, folder = written
    out = folder / "out"
    done = CliRunner().invoke(
        app,
        ["evaluate", "--prices", str(path), "--symbols", "BTC,ETH", "--horizon", "15m",
         "--test-from", "2024-02-10", "--test-to", "2024-02-28", "--refit", "quarterly", "--out", str(out)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    report = json.loads((out / "report.json").read_text())
    assert {
        "n", "n_independent", "accuracy", "accuracy_ci95", "baselines", "selective", "brier", "log_loss",
        "ece", "tests", "months", "after_costs", "target", "trials", "data_window",
    } <= set(report)  # fmt: skip
    assert set(report["baselines"]) == {"majority", "persistence", "reversal"}
    assert [one["coverage_target"] for one in report["selective"]] == [0.2, 0.1, 0.05, 0.02, 0.01]
    for one in report["selective"]:
        assert {"threshold", "coverage", "n", "accuracy", "ci95"} <= set(one)
    for name in ("binomial", "pesaran_timmermann", "diebold_mariano"):
        assert {"statistic", "p_value"} <= set(report["tests"][name])
    assert {"accuracy", "met", "coverage", "lower95"} <= set(report["target"])
    assert report["target"]["accuracy"] == 0.65
    assert report["after_costs"]["fee_bps"] == 10
    assert report["accuracy"] > 0.55, "the market swings back, which can be learned"
    assert "<h1>BTC, ETH, 15m ahead</h1>" in (out / "card.html").read_text()
    assert len(pd.read_parquet(out / "forecasts.parquet")) == report["n"]


def test_later_bars_change_neither_thresholds_nor_forecasts(written, tmp_path):
    path, _ = written
    whole, _, _ = backtest(ask(path))
    rows = pd.read_parquet(path)
    cut = rows[rows["ts"] < "2024-02-20"]
    _, short, short_rows = backtest(ask(write(tmp_path, cut), test_to=datetime(2024, 2, 19, tzinfo=UTC)))
    later = rows.copy()
    after = later["ts"] >= "2024-02-20"
    later.loc[after, ["open", "high", "low", "close"]] *= 3
    _, other, other_rows = backtest(ask(write(tmp_path, later, "later.parquet")))
    first = other_rows.as_of < datetime(2024, 2, 19, tzinfo=UTC).timestamp()
    assert other.thresholds == short.thresholds
    assert whole["selective"][0]["threshold"] == short.thresholds[0][0]
    np.testing.assert_array_equal(other.p_up[first], short.p_up)
    assert len(short_rows) == first.sum()


def test_the_surest_calls_stand_beside_what_is_free_on_the_same_calls(written):
    report, walked, rows = backtest(ask(written[0]))
    confidence = np.maximum(walked.p_up, 1 - walked.p_up)
    for i, one in enumerate(report["selective"]):
        called = confidence >= np.array([at[i] for at in walked.thresholds])[walked.refit]
        up, rose = rows.up[called], rows.last_move[called] > 0
        free = {
            "majority": (up == (walked.share_up[called] > 0.5)).mean(),
            "persistence": (up == rose).mean(),
            "reversal": (up != rose).mean(),
        }
        assert one["best_free"]["accuracy"] == pytest.approx(max(free.values()))
        assert free[one["best_free"]["name"]] == max(free.values())
        assert set(one["best_free"]["mcnemar"]) == {"statistic", "p_value", "why_none"}


def test_what_the_rule_is_fixed_on_was_known_an_embargo_before_the_test(written):
    _, walked, _ = backtest(ask(written[0], horizon="4h"))
    known = walked.before.as_of + 4 * 3_600 + EMBARGO_S
    assert known.max() == walked.refits[0], "the last of them by a hair"
    assert len(walked.before_p_up) == len(walked.before)


def test_bars_of_an_hour_are_evaluated_on_their_own_interval(tmp_path):
    path = write(tmp_path, frame(days=200, interval_s=3_600))
    report, _, _ = backtest(
        ask(path, test_from=datetime(2024, 5, 1, tzinfo=UTC), test_to=datetime(2024, 7, 1, tzinfo=UTC))
    )
    assert report["interval_s"] == 3_600
    assert report["n"] == pytest.approx(61 * 24, abs=2)


def test_order_and_identical_doubles_change_no_figure_and_are_noted(written, tmp_path):
    path, _ = written
    rows = pd.read_parquet(path)
    mixed = pd.concat([rows, rows.iloc[100:110]]).sample(frac=1, random_state=3)
    plain, _, _ = backtest(ask(path))
    treated, _, _ = backtest(ask(write(tmp_path, mixed)))
    assert treated["brier"] == plain["brier"]
    assert any("not in order" in note for note in treated["notes"])
    assert any("10 bars are there twice" in note for note in treated["notes"])


def test_gaps_are_noted_and_nothing_is_filled_in(written, tmp_path):
    rows = pd.read_parquet(written[0])
    holed = rows.drop(rows.index[(rows["ts"] >= "2024-02-15") & (rows["ts"] < "2024-02-15T06:00")])
    report, _, tested = backtest(ask(write(tmp_path, holed)))
    assert any("24 bars are absent in 1 gaps" in note for note in report["notes"])
    inside = (tested.as_of > pd.Timestamp("2024-02-15T00:00Z").timestamp()) & (
        tested.as_of < pd.Timestamp("2024-02-15T06:15Z").timestamp()
    )
    assert not inside.any()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("close", float("nan"), "row 7: close"),
        ("close", -1.0, "row 7: close"),
        ("volume", -1.0, "row 7: volume"),
        ("high", 1e-6, "row 7: high is below low"),
        ("ts", pd.NaT, "row 7: ts is no time"),
        ("symbol", None, "row 7: the symbol is absent"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_row(tmp_path, column, value, said):
    rows = frame(days=5)
    rows.loc[7, column] = value
    with pytest.raises(BadInput, match=rf"prices\.parquet, {said}"):
        read_prices([write(tmp_path, rows)])


def test_bars_that_contradict_each_other_are_refused(tmp_path):
    rows = frame(days=5)
    other = rows.iloc[[9]].assign(close=rows["close"][9] * 1.0001)
    with pytest.raises(BadInput, match=r"row 480: another bar of BTC .* row 9; the two contradict"):
        read_prices([write(tmp_path, pd.concat([rows, other]))])


def test_no_file_no_parquet_and_absent_columns_are_named(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        read_prices([tmp_path / "absent.parquet"])
    (tmp_path / "text.parquet").write_text("hello")
    with pytest.raises(BadInput, match="not a Parquet file"):
        read_prices([tmp_path / "text.parquet"])
    with pytest.raises(BadInput, match="columns are absent: close, volume"):
        read_prices([write(tmp_path, frame(days=1).drop(columns=["close", "volume"]))])


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"horizon": "20m"}, BadInput, "no multiple of the files' bar interval of 900 s"),
        ({"horizon": "soon"}, BadInput, "--horizon"),
        ({"symbols": ["DOGE"]}, BadInput, "no price file has bars of DOGE"),
        ({"symbols": [" "]}, BadInput, "names no coin"),
        ({"refit": "daily"}, BadInput, "--refit"),
        ({"interval_s": 300}, BadInput, "no bars of BTC at 300 s"),
        ({"test_from": datetime(2024, 1, 4, tzinfo=UTC)}, NotEnoughData, "too little history"),
        ({"test_from": datetime(2025, 1, 4, tzinfo=UTC)}, BadInput, "before it begins"),
        (
            {"test_from": datetime(2025, 1, 4, tzinfo=UTC), "test_to": datetime(2025, 2, 4, tzinfo=UTC)},
            BadInput,
            "no bars of BTC in the test window",
        ),
    ],
)
def test_questions_without_an_answer_are_refused(written, changed, error, said):
    with pytest.raises(error, match=said):
        backtest(ask(written[0], **changed))


def test_constant_prices_and_one_class_are_refused(tmp_path):
    rows = frame()
    rows[["open", "high", "low", "close"]] = 5.0
    with pytest.raises(BadInput, match="BTC: constant prices"):
        backtest(ask(write(tmp_path, rows)))
    rising = frame()
    rising["close"] = np.linspace(10, 20, len(rising))
    rising["open"] = rising["close"] * 0.9999
    rising["high"], rising["low"] = rising["close"], rising["open"]
    with pytest.raises(BadInput, match="one class only"):
        backtest(ask(write(tmp_path, rising)))


def test_bars_without_any_volume_are_forecast_and_noted(tmp_path):
    report, _, _ = backtest(ask(write(tmp_path, frame().assign(volume=0.0))))
    assert any("without any trade" in note for note in report["notes"])
    assert 0.4 < report["accuracy"] < 0.8


def test_longer_bars_of_another_coin_tell_of_the_market_and_the_report_says_which(tmp_path):
    prices = write(tmp_path, pd.concat([frame("SOL"), frame("BTC", seed=2, interval_s=3_600)]))
    report, _, _ = backtest(ask(prices, symbols=["SOL"]))
    assert report["data_window"]["market_told_by"] == [{"symbol": "BTC", "interval_s": 3_600}]
    assert report["data_window"]["fitted_symbols"] == ["SOL"]
    varied = {row["name"] for row in report["selection"]["candidates"]}
    assert {"leader_return_3h", "market_return_6h"} <= varied
    assert "leader_return_15m" not in varied
    assert any("BTC: bars of 3600 s tell of the market only" in note for note in report["notes"])


def test_what_is_served_reads_no_longer_bars_and_says_so(tmp_path):
    prices = write(tmp_path, pd.concat([frame("SOL"), frame("BTC", seed=2, interval_s=3_600)]))
    report, _, _ = backtest(ask(prices, symbols=["SOL"], recipe="served"))
    assert report["data_window"]["market_told_by"] == []
    assert "leader_return_3h" not in {row["name"] for row in report["selection"]["candidates"]}
    assert any("BTC: bars of 3600 s are left out" in note for note in report["notes"])


def test_texts_from_the_future_are_left_out_and_noted(written, tmp_path):
    texts = pd.DataFrame(
        {
            "kind": ["social", "news"],
            "source": "paper",
            "external_id": ["a", "b"],
            "published_at": pd.to_datetime(["2024-02-12T10:00Z", "2030-01-01T10:00Z"]),
            "title": ["Bitcoin rallies", "Bitcoin collapses"],
            "body": "",
        }
    )
    texts.to_parquet(tmp_path / "texts.parquet")
    report, _, _ = backtest(ask(written[0], documents=[tmp_path / "texts.parquet"]))
    assert any("1 texts are from the future" in note for note in report["notes"])
    only = texts[1:]
    only.to_parquet(tmp_path / "later.parquet")
    with pytest.raises(BadInput, match="no document was published before"):
        backtest(ask(written[0], documents=[tmp_path / "later.parquet"]))


def test_horizons_and_lists_of_files_are_read():
    assert [horizon_seconds(text) for text in ("15m", "1h", "1d")] == [900, 3_600, 86_400]
    assert spread(["--prices", "a", "b", "--symbols", "BTC"]) == [
        "--prices", "a", "--prices", "b", "--symbols", "BTC",
    ]  # fmt: skip


def test_bars_that_end_before_the_test_does_are_noted_and_longer_ones_that_go_on_are_taken(tmp_path):
    ends = frame("BTC", days=50)
    path = write(tmp_path, ends)
    report, walked, _ = backtest(ask(path, refit="monthly", test_to=datetime(2024, 9, 1, tzinfo=UTC)))
    assert "BTC: its bars end at 2024-02-20T00:00:00+00:00, before the test does" in "; ".join(
        report["notes"]
    )
    assert len(walked.refits) == 1
    longer = frame("BTC", days=DAYS, interval_s=1_800)
    both = write(tmp_path, pd.concat([ends, longer]), "both.parquet")
    report, _, _ = backtest(ask(both))
    assert report["interval_s"] == 1_800
    assert report["n"] > 18 * 48 - 10


def test_finer_bars_that_do_not_make_up_the_interval_are_noted(tmp_path):
    path = write(tmp_path, pd.concat([frame("BTC"), frame("ETH", seed=2, interval_s=600)]))
    report, _, _ = backtest(ask(path))
    assert "ETH: bars of 600 s are left out, they do not make up 900 s" in report["notes"]
