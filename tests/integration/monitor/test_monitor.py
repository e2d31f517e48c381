"""The monitor over a real Postgres; S3 and CloudWatch are moto's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from cryptocast.domain import CycleWindow, Horizon, Rejected
from cryptocast.errors import StoreUnavailable
from cryptocast.features.spec import FEATURE_NAMES, MODEL_FEATURES
from cryptocast.monitor.quality import measure_quality
from cryptocast.monitor.reference import FOLDER, measure_drift
from cryptocast.monitor.run import monitor
from cryptocast.registry.bucket import Bucket
from cryptocast.store import bars, cycles, forecasts, quarantine, sources
from cryptocast.store.database import Database
from tests.champions import COINS, OWN, crown, store_rows
from tests.factories import AS_OF, INTERVAL, make_bar, make_forecast, make_series

pytestmark = pytest.mark.integration
WINDOW = CycleWindow(AS_OF, AS_OF - INTERVAL, AS_OF + timedelta(seconds=40))


def test_quality_of_a_cycle(db: Database) -> None:
    bars.upsert(db, [make_bar("BTC"), make_bar("DOT", volume=None, volume_source=None)])
    refused = [Rejected("bars", "coinbase", "low above high", {"n": n}) for n in range(3)]
    quarantine.add(db, refused, WINDOW.now)
    quarantine.add(db, [Rejected("bars", "coinbase", "before", {})], WINDOW.now - INTERVAL)
    sources.set_status(db, "reddit", False, "no credentials", WINDOW.now)
    sources.set_status(db, "coindesk", True, "", WINDOW.now - timedelta(hours=3))
    sources.set_status(db, "coingecko", True, "", WINDOW.now)
    found = measure_quality(db, WINDOW, COINS)
    assert found.quarantined == {"bars coinbase": 3}
    assert found.missing_bars == {"AAVE": 1}
    assert found.bars_without_volume == 1
    assert [s.split(":")[0] for s in found.stale_sources] == ["reddit"]
    assert "no credentials" in found.stale_sources[0]


def test_a_catch_up_counts_every_bar_it_is_answerable_for(db: Database) -> None:
    bars.upsert_series(db, make_series(90, "BTC"), "coinbase", AS_OF)
    window = CycleWindow(AS_OF, AS_OF - timedelta(days=1), AS_OF)
    assert measure_quality(db, window, ("BTC",)).missing_bars == {"BTC": 6}


def test_drift_is_measured_against_the_champions_own_data(db: Database, bucket: Bucket) -> None:
    trained = AS_OF - timedelta(days=2)
    store_rows(db, trained - timedelta(days=6), trained)
    for horizon in (Horizon.H1, Horizon.H4):
        crown(bucket, horizon, trained - timedelta(days=6), trained)
    store_rows(db, trained, AS_OF, seed=1)
    calm = measure_drift(db, bucket, AS_OF)
    assert {h: d.share for h, d in calm.by_horizon.items()} == {Horizon.H1: 0, Horizon.H4: 0}
    assert [m for m in calm.missing if "15m" in m or "24h" in m] == calm.missing
    store_rows(db, trained, AS_OF, seed=1, shift=3.0)
    assert measure_drift(db, bucket, AS_OF).by_horizon[Horizon.H1].share == 1.0


def test_drift_is_the_share_of_the_champions_own_features(db: Database, bucket: Bucket) -> None:
    trained = AS_OF - timedelta(days=2)
    since = trained - timedelta(days=6)
    others = FEATURE_NAMES[-MODEL_FEATURES:]
    store_rows(db, since, trained)
    crown(bucket, Horizon.H1, since, trained)
    crown(bucket, Horizon.H4, since, trained, others)
    store_rows(db, trained, AS_OF, seed=1, shift=3.0, shifted=OWN[:6])
    found = measure_drift(db, bucket, AS_OF).by_horizon
    assert (found[Horizon.H1].share, found[Horizon.H4].share) == (6 / 15, 0)
    assert found[Horizon.H1].drifted == OWN[:6]
    assert tuple(found[Horizon.H4].distances) == others
    kept = bucket._client.list_objects_v2(Bucket="registry", Prefix=FOLDER)["Contents"]
    assert len(kept) == 1, "both champions share the reference of their data"


def test_the_reference_is_kept_and_a_spoilt_one_made_again(db: Database, bucket: Bucket) -> None:
    trained = AS_OF - timedelta(days=2)
    store_rows(db, trained - timedelta(days=6), AS_OF)
    crown(bucket, Horizon.H1, trained - timedelta(days=6), trained)
    measure_drift(db, bucket, AS_OF)
    (key,) = [o["Key"] for o in bucket._client.list_objects_v2(Bucket="registry", Prefix=FOLDER)["Contents"]]
    kept = bucket.get(key).body
    bucket.put(key, b"{}")
    assert measure_drift(db, bucket, AS_OF).by_horizon[Horizon.H1].share == 0
    assert bucket.get(key).body == kept


def test_a_model_trained_on_a_backfill_gets_its_reference_from_bars(db: Database, bucket: Bucket) -> None:
    trained = AS_OF - timedelta(days=2)
    for number, symbol in enumerate(COINS):
        bars.upsert_series(db, make_series(96 * 12, symbol, seed=number), "coinbase", AS_OF)
    crown(bucket, Horizon.H1, trained - timedelta(days=7), trained)
    store_rows(db, trained, AS_OF, shift=5.0)
    found = measure_drift(db, bucket, AS_OF).by_horizon[Horizon.H1]
    assert found.share > 0.5


def test_no_champion_and_no_rows_are_named_and_stop_nothing(db: Database, bucket: Bucket) -> None:
    crown(bucket, Horizon.H1, AS_OF - timedelta(days=9), AS_OF - timedelta(days=2))
    found = measure_drift(db, bucket, AS_OF)
    assert len(found.missing) == 4
    assert any("drift 24h" in s and "champion" in s for s in found.missing)
    assert any("drift 1h" in s and "half are needed" in s for s in found.missing)


MEASURED = {
    "ForecastAccuracy",
    "ForecastAccuracyUpper95",
    "ForecastBrier",
    "ForecastBrierLower95",
    "Coverage",
    "QuarantinedRows",
    "MissingBars",
    "CollectorsFailed",
    "HorizonsWithoutForecast",
    "CycleAgeSeconds",
}


def test_a_whole_run(db: Database, bucket: Bucket, cloudwatch: Any) -> None:
    coins = [("BTC", 0.6), ("ETH", 0.4)]
    said = [
        make_forecast(symbol, Horizon.M15, AS_OF - i * INTERVAL, p_up=p, price=100.0)
        for symbol, p in coins
        for i in range(1, 40)
    ]
    forecasts.insert(db, [*said, make_forecast("DOT", as_of=AS_OF - timedelta(hours=50))])
    bars.upsert(db, [make_bar(s, AS_OF - i * INTERVAL) for s, _ in coins for i in range(40)])
    quarantine.add(db, [Rejected("bars", "coinbase", "NaN", {})], WINDOW.now)
    wall = datetime.now(tz=AS_OF.tzinfo)
    failed = {
        "step": "collect_news",
        "missing": ["news: collection failed"],
        "error": "Runtime.ImportModuleError",
    }
    steps = {"collected": [{"step": "collect_prices", "missing": ["coingecko: HTTP 500"]}, failed]}
    report = monitor(
        db,
        cloudwatch,
        WINDOW,
        "Cryptocast",
        "dev",
        ("BTC", "ETH"),
        bucket=bucket,
        metric_time=wall,
        steps=steps,
    )
    assert (report.rows_in, report.rows_stored) == (78, 78)
    assert not any("stay unknown" in word for word in report.missing)
    assert report.detail["scores"]["15m"]["brier"] == pytest.approx((0.16 + 0.36) / 2)
    listed = cloudwatch.list_metrics(Namespace="Cryptocast")["Metrics"]
    assert {m["MetricName"] for m in listed} == MEASURED
    assert report.detail["metrics"] == 15
    (cycle,) = cycles.latest(db, 5)
    assert cycle.report["steps"] == steps
    assert cycle.report["recorded_at"] == wall.isoformat()
    again = monitor(db, cloudwatch, WINDOW, "Cryptocast", "dev", ("BTC", "ETH"), bucket=bucket)
    assert again.rows_stored == 0
    assert len(cycles.latest(db, 5)) == 1


@pytest.mark.parametrize(
    ("forecasts_step", "without"),
    [
        ({"forecasts": {"detail": {"issued": {h.value: 5 for h in Horizon}}}}, 0),
        ({"forecasts": {"detail": {"issued": {"15m": 5, "1h": 0, "4h": 5, "24h": 5}}}}, 1),
        ({"failures": {"forecast": {"Error": "Runtime.ExitError"}}}, 4),
    ],
)
def test_a_horizon_without_forecasts_is_counted(
    forecasts_step: dict[str, Any], without: int, db: Database, cloudwatch: Any
) -> None:
    at = datetime.now(tz=AS_OF.tzinfo)
    steps = {"collected": [], **forecasts_step}
    monitor(db, cloudwatch, WINDOW, "Cryptocast", "dev", ("BTC",), metric_time=at, steps=steps)
    found = cloudwatch.get_metric_statistics(
        Namespace="Cryptocast",
        MetricName="HorizonsWithoutForecast",
        Dimensions=[{"Name": "Stage", "Value": "dev"}],
        StartTime=at - timedelta(minutes=1),
        EndTime=at + timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum"],
    )
    assert [point["Maximum"] for point in found["Datapoints"]] == [without]


def test_reports_of_cycles_are_kept_for_90_days(db: Database, cloudwatch: Any) -> None:
    def run(as_of: datetime, since: datetime) -> list[datetime]:
        monitor(db, cloudwatch, CycleWindow(as_of, since, as_of), "Cryptocast", "dev", ())
        return [cycle.as_of for cycle in cycles.latest(db, 9)]

    for day in (92, 91, 90):
        run(AS_OF - timedelta(days=day), AS_OF - timedelta(days=day) - INTERVAL)
    now = AS_OF + INTERVAL
    assert run(now, AS_OF) == [now, AS_OF - timedelta(days=90)]
    later = now + timedelta(days=200)
    assert run(later, now) == [later, now], "a catch-up is answerable for all since the last one"
    assert run(later + INTERVAL, later) == [later + INTERVAL, later]


def test_postgres_gone_is_retried(cloudwatch: Any) -> None:
    gone = Database("postgresql://nobody@127.0.0.1:9/none", connect_attempts=1)
    with pytest.raises(StoreUnavailable):
        monitor(gone, cloudwatch, WINDOW, "Cryptocast", "dev", ("BTC",))
