"""What measuring drift reads of Postgres, whose host counts the bytes; S3 is moto's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cryptocast.domain import Horizon
from cryptocast.features.spec import FEATURE_NAMES, MODEL_FEATURES
from cryptocast.monitor.reference import FOLDER, measure_drift
from cryptocast.registry.bucket import Bucket
from cryptocast.store import feature_rows
from cryptocast.store.database import Database
from tests.champions import crown, store_rows
from tests.factories import AS_OF, INTERVAL

pytestmark = pytest.mark.integration


def test_newest_rows_are_read_once_and_only_what_champions_use(
    db: Database, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = AS_OF - timedelta(days=2)
    since = trained - timedelta(days=6)
    store_rows(db, since, AS_OF)
    for number, horizon in enumerate(Horizon):
        crown(bucket, horizon, since, trained, FEATURE_NAMES[number : number + MODEL_FEATURES])
    measure_drift(db, bucket, AS_OF)  # makes the reference
    read: list[Any] = []
    between = feature_rows.between
    monkeypatch.setattr(feature_rows, "between", lambda *asked: read.append(between(*asked)) or read[-1])
    assert len(measure_drift(db, bucket, AS_OF).by_horizon) == len(Horizon)
    (rows,) = read
    assert {len(row.values) for row in rows} == {MODEL_FEATURES + len(Horizon) - 1}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked of the feature rows, in order."""
    asked: list[Any] = []
    between = feature_rows.between
    monkeypatch.setattr(feature_rows, "between", lambda *what: asked.append(what) or between(*what))
    return asked


def test_a_reference_that_is_refused_is_asked_for_once_a_day(
    db: Database, bucket: Bucket, reads: list[Any]
) -> None:
    trained = AS_OF - timedelta(days=2)
    for number, horizon in enumerate(Horizon):
        features = FEATURE_NAMES[number : number + MODEL_FEATURES]
        crown(bucket, horizon, trained - timedelta(days=60), trained, features)
    first = measure_drift(db, bucket, AS_OF)
    assert len(first.missing) == len(Horizon)
    assert "0% of the reference's rows; half are needed (asked on 2026-03-02 12:00" in first.missing[0]
    assert len(reads) == 1
    day_later = AS_OF + timedelta(days=1)
    assert measure_drift(db, bucket, day_later - INTERVAL) == first
    assert len(reads) == 1
    assert "asked on 2026-03-03 12:00" in measure_drift(db, bucket, day_later).missing[0]
    assert len(reads) == 2
    measure_drift(db, bucket, AS_OF)
    assert len(reads) == 3, "a replay that begins anew asks, whatever was asked in its future"


def test_a_backfill_mends_it_within_a_day(db: Database, bucket: Bucket, reads: list[Any]) -> None:
    trained = AS_OF - timedelta(days=2)
    crown(bucket, Horizon.H1, trained - timedelta(days=6), trained)
    assert Horizon.H1 not in measure_drift(db, bucket, AS_OF).by_horizon
    store_rows(db, trained - timedelta(days=6), AS_OF + timedelta(days=1))
    assert Horizon.H1 in measure_drift(db, bucket, AS_OF + timedelta(days=1)).by_horizon


def test_what_time_mends_is_waited_for(db: Database, bucket: Bucket, reads: list[Any]) -> None:
    """A span to which gaps are still filled in, and a champion of a deployment two days old."""
    crown(bucket, Horizon.H1, AS_OF - timedelta(days=9), AS_OF - timedelta(hours=23))
    young = AS_OF - timedelta(days=2)
    store_rows(db, young - timedelta(days=2), young)
    crown(bucket, Horizon.H4, young - timedelta(days=2), young)
    found = measure_drift(db, bucket, AS_OF)
    assert [said.split(":")[0] for said in found.waiting] == ["drift 1h", "drift 4h"]
    assert "2 windows of 1 d with 200 rows; 3 are needed" in found.waiting[1]
    assert measure_drift(db, bucket, AS_OF + INTERVAL) == found
    assert len(reads) == 2
    later = measure_drift(db, bucket, AS_OF + timedelta(days=1))
    assert any("drift 1h" in said for said in later.missing)
    assert [said for said in later.waiting if "drift 4h" in said] == later.waiting


@pytest.mark.parametrize("spoilt", [b"{}", b"not JSON"])
def test_a_spoilt_refusal_is_asked_anew(
    db: Database, bucket: Bucket, reads: list[Any], spoilt: bytes
) -> None:
    crown(bucket, Horizon.H1, AS_OF - timedelta(days=62), AS_OF - timedelta(days=2))
    first = measure_drift(db, bucket, AS_OF)
    (key,) = [o["Key"] for o in bucket._client.list_objects_v2(Bucket="registry", Prefix=FOLDER)["Contents"]]
    bucket.put(key, spoilt)
    assert measure_drift(db, bucket, AS_OF) == first
    assert len(reads) == 2
