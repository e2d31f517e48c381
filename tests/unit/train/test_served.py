"""The walk-forward of what is served: its models are the job's, to the last bit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from cryptocast.domain import Horizon
from cryptocast.errors import BadInput
from cryptocast.features.spec import MODEL_FEATURES
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.layout import price_model
from cryptocast.registry.load import load_champion
from cryptocast.registry.price_model import PriceModel
from cryptocast.train import report as reports
from cryptocast.train import served
from cryptocast.train.backtest import backtest
from cryptocast.train.dataset import build_table, label_examples, no_documents
from cryptocast.train.job import train_from_series
from cryptocast.train.report_card import report_card
from cryptocast.train.served import served_figures, walk_served
from tests.unit.train.markets import FAST, RULES, UNTIL, make_market
from tests.unit.train.questions import ask, frame, write

DAY = timedelta(days=1)
REFITS = (UNTIL - 8 * DAY, UNTIL - 4 * DAY)
BARS = make_market(30)
NONE = no_documents(tuple(BARS))


@pytest.fixture(scope="module")
def walked():
    first, end = int(BARS["BTC"].opened_s[0]), int(UNTIL.timestamp())
    examples = label_examples(BARS, build_table(BARS, NONE, first, end), 900, end)
    refits = [int(refit.timestamp()) for refit in REFITS]
    walk, versions = walk_served(examples, refits, end, FAST, RULES.split, workers=1)
    return examples, walk, versions


@pytest.mark.parametrize("days", [365, 16])
def test_each_version_is_the_one_that_the_job_registers_from_what_was_known(
    bucket: Bucket, walked, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more history than a training reads, too: its first rows have whole windows all the same."""
    examples, walk, versions = walked
    if days < 30:
        monkeypatch.setattr(served, "HISTORY_DAYS", days)
        times = [int(refit.timestamp()) for refit in REFITS]
        walk, versions = walk_served(examples, times, int(UNTIL.timestamp()), FAST, RULES.split, workers=1)
    refit, begins = REFITS[1], int(REFITS[1].timestamp())
    known = {symbol: series.take(series.opened_s + 900 <= begins) for symbol, series in BARS.items()}
    rules = replace(RULES, until=refit, now=refit, since=refit - days * DAY)
    train_from_series(bucket, known, NONE, [Horizon.M15], rules)
    artifact = load_champion(bucket, price_model(Horizon.M15))
    manifest, ours = artifact.manifest, versions[1]
    assert ours.prepared.selection.features == manifest.feature_names
    assert ours.challenger.calibration == manifest.calibration
    assert ours.challenger.abstain == manifest.abstain
    rows = examples.take(ours.rows).only(manifest.feature_names)
    assert rows.as_of[0] == begins
    p_up = PriceModel(artifact).p_up(rows.x.astype(float))
    np.testing.assert_allclose(walk.p_up[walk.refit == 1], p_up, atol=1e-5)


def test_manifest_and_walk_tell_the_rows_fitted_on_and_not_those_left_out(bucket: Bucket, walked) -> None:
    examples, fit = walked[0], replace(FAST, most_rows=700)
    (refit, ends) = (int(moment.timestamp()) for moment in (REFITS[1], UNTIL))
    walk, (version,) = walk_served(examples, [refit], ends, fit, RULES.split, workers=1)
    assert len(version.prepared.plan.development) > 700
    assert walk.fitted_rows == (700,)
    assert version.recorded()["fitted_rows"] == 700
    train_from_series(bucket, BARS, NONE, [Horizon.M15], replace(RULES, fit=fit))
    window = load_champion(bucket, price_model(Horizon.M15)).manifest.data_window
    assert window is not None
    assert window.rows == 700


def test_every_row_of_the_test_is_forecast_once_by_the_version_in_force(walked) -> None:
    examples, walk, versions = walked
    np.testing.assert_array_equal(walk.rows, np.flatnonzero(examples.as_of >= walk.refits[0]))
    assert (np.searchsorted(walk.refits, examples.as_of[walk.rows], side="right") - 1 == walk.refit).all()
    assert len(versions) == len(walk.thresholds) == 2
    assert walk.rank.min() >= 0
    assert walk.rank.max() <= 1


def test_calls_are_those_at_or_above_the_threshold_of_their_own_version(walked) -> None:
    examples, walk, versions = walked
    found = served_figures(reports.Tested(walk, examples.take(walk.rows), 900), versions)
    at = np.array([one.challenger.abstain.threshold for one in versions])
    called = np.maximum(walk.p_up, 1 - walk.p_up) >= at[walk.refit]
    right = (walk.p_up > 0.5) == examples.up[walk.rows]
    assert at[0] != at[1]
    assert found["calls"]["n"] == called.sum()
    assert found["calls"]["accuracy"] == right[called].mean() > 0.5
    assert [one["abstain"]["threshold"] for one in found["refits"]] == at.tolist()
    assert all(len(one["features"]) == MODEL_FEATURES for one in found["refits"])


def test_evaluate_takes_the_recipe_and_only_the_coins_that_are_served(tmp_path) -> None:
    path = write(tmp_path, frame("BTC"))
    other = write(tmp_path, frame("ETH", seed=2), "other.parquet")
    asked = ask(path, prices=[path, other], recipe="served", split=RULES.split)
    asked = replace(asked, rules=FAST, test_from=datetime(2024, 2, 20, tzinfo=UTC))
    report, _, tested = backtest(asked)
    assert report["recipe"] == "served"
    assert report["data_window"]["fitted_symbols"] == ["BTC"]
    assert report["n"] == len(tested)
    assert 0 < report["served"]["calls"]["n"] <= report["n"]
    assert "own threshold" in report_card(report)
    with pytest.raises(BadInput, match="possible are all-history, served"):
        backtest(replace(asked, recipe="best"))


@pytest.mark.parametrize("interval_s", [300, 3_600])
def test_on_other_bars_than_the_products_it_says_what_to_do(tmp_path, interval_s) -> None:
    asked = ask(write(tmp_path, frame(interval_s=interval_s)), recipe="served", split=RULES.split)
    with pytest.raises(BadInput, match=f"last {interval_s} s: add --interval 900 .* leave --recipe out"):
        backtest(asked)
