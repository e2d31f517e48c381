"""From bars in Postgres to champions, and from feature rows to forecasts in Postgres and Redis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from cryptocast.domain import CycleWindow, DataLabel, Horizon, StepReport
from cryptocast.errors import NotEnoughData, StoreUnavailable
from cryptocast.features.build import build_feature_rows
from cryptocast.features.spec import MODEL_FEATURES
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import load_champion
from cryptocast.serve.champions import Champions
from cryptocast.serve.forecaster import forecast, issue
from cryptocast.store import bars, feature_rows, forecasts, quarantine
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore, make_redis
from cryptocast.train.job import TrainingReport, train
from tests.unit.train.markets import FAST, RULES, UNTIL, make_market

pytestmark = pytest.mark.integration
SYMBOLS = ("BTC", "ETH")
SHORT = (Horizon.M15, Horizon.H1)


def store_market(db: Database, days: int = 16) -> None:
    for series in make_market(days).values():
        bars.upsert_series(db, series, "coinbase", UNTIL)


def run_training(
    bucket: Bucket, db: Database, until: datetime = UNTIL, horizons: Sequence[Horizon] = SHORT
) -> list[TrainingReport]:
    return train(
        bucket, db, SYMBOLS, horizons, until, UNTIL, DataLabel.SIMULATED, fit=FAST, split=RULES.split
    )


def run_cycle(
    db: Database,
    online: OnlineStore,
    bucket: Bucket,
    steps: int = 1,
    missing: Sequence[str] = (),
    data_label: DataLabel = DataLabel.SIMULATED,
    *,
    as_of: datetime = UNTIL,
    after_s: int = 30,
) -> StepReport:
    window = CycleWindow(as_of, as_of - timedelta(minutes=15 * steps), as_of + timedelta(seconds=after_s))
    build_feature_rows(db, online, window, SYMBOLS, "none")
    return forecast(db, online, Champions(bucket), window, SYMBOLS, data_label, missing)


def test_from_bars_to_forecasts_online(db: Database, online: OnlineStore, bucket: Bucket) -> None:
    store_market(db)
    reports = run_training(bucket, db)
    assert [r.promoted for r in reports] == [True, True]

    report = run_cycle(db, online, bucket, missing=["reddit: no credentials"])

    assert report.rows_in == 2
    assert report.rows_stored == 4
    assert report.detail["champions"] == {r.horizon.value: r.version for r in reports}
    assert sorted(report.missing) == [
        "forecast 24h: prices/24h has no champion",
        "forecast 4h: prices/4h has no champion",
    ]
    stored = {(f.symbol, f.horizon): f for f in forecasts.latest(db, limit=10)}
    assert set(stored) == {(s, h) for s in SYMBOLS for h in SHORT}
    shown = online.read_coin("ETH")["forecast:1h"]
    kept = stored["ETH", Horizon.H1]
    assert shown["p_up"] == pytest.approx(kept.p_up)
    assert shown["model_version"] == kept.model_version == reports[1].version
    assert shown["data_label"] == "simulated"
    assert "reddit: no credentials" in shown["missing"]
    assert len(shown["top_contributions"]) == 5
    assert kept.price == pytest.approx(bars.closes_at(db, "ETH", [UNTIL])[UNTIL])


def test_a_step_that_runs_twice_stores_nothing_twice_and_rewrites_nothing(
    db: Database, online: OnlineStore, bucket: Bucket
) -> None:
    store_market(db)
    run_training(bucket, db)
    assert run_cycle(db, online, bucket, steps=96).rows_stored == 96 * 4
    before = forecasts.latest(db, limit=1_000)
    again = run_cycle(db, online, bucket, steps=96)
    assert again.rows_stored == 0
    assert forecasts.latest(db, limit=1_000) == before
    assert len(before) == 96 * 4


def test_what_is_shown_is_what_the_record_holds_and_never_older(
    db: Database, online: OnlineStore, bucket: Bucket
) -> None:
    store_market(db)
    run_training(bucket, db, horizons=(Horizon.M15,))
    run_cycle(db, online, bucket)
    (first,) = forecasts.latest(db, "BTC", limit=1)
    # The close is put right afterwards, and the cycle starts anew: the record keeps its first answer.
    bars.upsert(
        db, [replace(bars.latest(db, "BTC", 1)[0], close=first.price * 1.02, high=first.price * 1.03)]
    )
    run_cycle(db, online, bucket, after_s=300)
    assert forecasts.latest(db, "BTC", limit=1) == [first]
    shown = online.read_coin("BTC")["forecast:15m"]
    assert (shown["p_up"], shown["price"]) == (first.p_up, first.price)
    assert datetime.fromisoformat(shown["issued_at"]) == first.issued_at
    run_cycle(db, online, bucket, as_of=UNTIL - timedelta(hours=1))
    assert online.read_coin("BTC")["forecast:15m"] == shown
    assert online.read_coin("BTC")["feature_row"]["as_of"] == UNTIL.isoformat()


def test_catching_up_says_what_single_cycles_would_have_said(
    db: Database, online: OnlineStore, bucket: Bucket
) -> None:
    store_market(db)
    run_training(bucket, db, horizons=(Horizon.M15,))
    run_cycle(db, online, bucket, steps=40)
    champion = Champions(bucket).forecaster(Horizon.M15)
    assert champion.manifest.bias == champion.estimate(np.zeros((1, MODEL_FEATURES)))[0].bias
    caught_up = forecasts.latest(db, symbol="BTC", limit=40)
    assert len(caught_up) == 40
    for said in caught_up[::13]:
        (row,) = [r for r in feature_rows.latest(db, "BTC", 40) if r.as_of == said.as_of]
        closes = bars.closes_at(db, "BTC", [said.as_of])
        (alone,) = issue(champion, [row], {("BTC", said.as_of): closes[said.as_of]}, UNTIL, said.data_label)
        assert (alone.p_up, alone.call, alone.price) == (pytest.approx(said.p_up), said.call, said.price)
        assert alone.contributions == pytest.approx(said.contributions)
    assert online.read_coin("BTC")["forecast:15m"]["as_of"] == UNTIL.isoformat()


def test_live_a_forecast_of_the_past_is_none(db: Database, online: OnlineStore, bucket: Bucket) -> None:
    store_market(db)
    run_training(bucket, db)
    report = run_cycle(db, online, bucket, steps=8, data_label=DataLabel.LIVE)
    said = forecasts.latest(db, limit=100)
    assert {f.as_of for f in said if f.horizon is Horizon.M15} == {UNTIL}
    assert {f.as_of for f in said if f.horizon is Horizon.H1} == {
        UNTIL - i * timedelta(minutes=15) for i in range(4)
    }
    assert report.rows_stored == len(said) == (1 + 4) * len(SYMBOLS)
    assert not any("too late" in word for word in report.missing)


def test_live_a_horizon_whose_every_row_is_too_late_is_named(
    db: Database, online: OnlineStore, bucket: Bucket
) -> None:
    store_market(db)
    run_training(bucket, db)
    report = run_cycle(db, online, bucket, data_label=DataLabel.LIVE, after_s=1_000)
    assert "forecast 15m: the 2 rows came too late, their outcomes are known" in report.missing
    assert (report.detail["issued"]["15m"], report.detail["issued"]["1h"]) == (0, 2)


def test_rows_of_another_feature_version_are_named(
    db: Database, online: OnlineStore, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_market(db)
    run_training(bucket, db, horizons=(Horizon.M15,))
    monkeypatch.setattr("cryptocast.features.rows.FEATURE_VERSION", "99")
    report = run_cycle(db, online, bucket)
    assert any(
        word.startswith("forecast 15m: ") and word.endswith("the rows have another")
        for word in report.missing
    )


def test_a_corrupt_champion_is_named_and_the_others_go_on(
    db: Database, online: OnlineStore, bucket: Bucket
) -> None:
    store_market(db)
    reports = run_training(bucket, db)
    name = layout.price_model(Horizon.M15)
    bucket.put(layout.file_key(name, reports[0].version or "", "trees.json"), b"hostile")
    report = run_cycle(db, online, bucket)
    assert report.rows_stored == 2
    assert any("forecast 15m:" in said and "SHA-256" in said for said in report.missing)
    assert {f.horizon for f in forecasts.latest(db, limit=10)} == {Horizon.H1}


def test_a_redis_that_is_gone_costs_only_the_view(db: Database, bucket: Bucket) -> None:
    store_market(db)
    run_training(bucket, db, horizons=(Horizon.M15,))
    gone = OnlineStore(make_redis("http://127.0.0.1:9", "token", timeout_s=0.2))
    report = run_cycle(db, gone, bucket)
    assert report.rows_stored == 2
    assert any(said.startswith("online store: the forecasts are not shown") for said in report.missing)


def test_a_database_that_is_gone_is_raised_to_be_tried_again(online: OnlineStore, bucket: Bucket) -> None:
    away = Database("postgresql://nobody@127.0.0.1:9/none", connect_attempts=1)
    window = CycleWindow(UNTIL, UNTIL - timedelta(minutes=15), UNTIL)
    with pytest.raises(StoreUnavailable):
        forecast(away, online, Champions(bucket), window, SYMBOLS, DataLabel.SIMULATED)


def test_a_coin_without_a_row_is_named(db: Database, online: OnlineStore, bucket: Bucket) -> None:
    store_market(db, days=2)
    window = CycleWindow(UNTIL, UNTIL - timedelta(minutes=15), UNTIL)
    report = forecast(db, online, Champions(bucket), window, ("BTC",), DataLabel.SIMULATED)
    assert "forecast BTC: no feature row at 2022-03-01 00:00" in report.missing
    assert report.rows_stored == 0
    assert quarantine.recent(db, 5) == []


def test_training_ends_where_the_bars_end(db: Database, bucket: Bucket) -> None:
    store_market(db)
    (report,) = run_training(bucket, db, UNTIL + timedelta(days=900), (Horizon.M15,))
    window = load_champion(bucket, layout.price_model(report.horizon)).manifest.data_window
    assert window is not None
    assert window.until == UNTIL


def test_training_on_an_empty_store_is_said_in_plain_words(db: Database, bucket: Bucket) -> None:
    with pytest.raises(NotEnoughData, match="no bars of BTC, ETH"):
        run_training(bucket, db)
