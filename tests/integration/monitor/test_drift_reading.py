"""What measuring drift reads of Postgres, whose host counts the bytes; S3 is moto's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cryptocast.domain import Horizon
from cryptocast.features.spec import FEATURE_NAMES, MODEL_FEATURES
from cryptocast.monitor.reference import measure_drift
from cryptocast.registry.bucket import Bucket
from cryptocast.store import feature_rows
from cryptocast.store.database import Database
from tests.champions import crown, store_rows
from tests.factories import AS_OF

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


def test_a_reference_that_is_refused_is_asked_for_once(
    db: Database, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = AS_OF - timedelta(days=2)
    for number, horizon in enumerate(Horizon):
        features = FEATURE_NAMES[number : number + MODEL_FEATURES]
        crown(bucket, horizon, trained - timedelta(days=60), trained, features)
    asked: list[Any] = []
    between = feature_rows.between
    monkeypatch.setattr(feature_rows, "between", lambda *what: asked.append(what) or between(*what))
    assert len(measure_drift(db, bucket, AS_OF).waiting) == len(Horizon)
    assert len(asked) == 1
