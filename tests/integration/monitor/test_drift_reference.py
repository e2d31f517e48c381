"""What the drift reference of a champion is made of, over a real Postgres; S3 is moto's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptocast.domain import Horizon
from cryptocast.features.spec import FEATURE_VERSION
from cryptocast.monitor import drift
from cryptocast.monitor.reference import FOLDER, measure_drift
from cryptocast.registry.bucket import Bucket
from cryptocast.store import bars
from cryptocast.store.database import Database
from tests.champions import COINS, crown, store_rows
from tests.factories import AS_OF, make_series

pytestmark = pytest.mark.integration
TRAINED = AS_OF - timedelta(days=2)
DAYS = 20
SINCE = TRAINED - timedelta(days=DAYS)
ROWS_A_DAY = 96 * len(COINS)


def key_of_the_only(bucket: Bucket) -> str:
    (found,) = bucket._client.list_objects_v2(Bucket="registry", Prefix=FOLDER)["Contents"]
    return str(found["Key"])


def the_only(bucket: Bucket) -> drift.Reference:
    return drift.Reference.model_validate_json(bucket.get(key_of_the_only(bucket)).body)


@pytest.fixture
def backfilled(db: Database) -> Database:
    for number, symbol in enumerate(COINS):
        bars.upsert_series(db, make_series(96 * (DAYS + 4), symbol, seed=number), "coinbase", AS_OF)
    return db


@pytest.mark.parametrize(("stored_since", "version"), [
    (TRAINED - timedelta(days=4), FEATURE_VERSION),
    (SINCE, "older"),
    (SINCE + timedelta(days=1, hours=1), FEATURE_VERSION),
])  # fmt: skip
def test_rows_of_a_part_of_the_span_or_of_other_formulas_make_no_reference(
    backfilled: Database, bucket: Bucket, stored_since: object, version: str
) -> None:
    store_rows(backfilled, stored_since, TRAINED, shift=5.0, version=version)  # type: ignore[arg-type]
    store_rows(backfilled, TRAINED, AS_OF, shift=5.0)
    crown(bucket, Horizon.H1, SINCE, TRAINED)
    assert measure_drift(backfilled, bucket, AS_OF).by_horizon[Horizon.H1].share > 0.5
    made = the_only(bucket)
    assert (made.since, made.feature_version, made.covers_span) == (SINCE, FEATURE_VERSION, True)
    assert made.rows > 0.9 * DAYS * ROWS_A_DAY


def test_stored_rows_that_cover_the_span_are_taken_as_they_are(db: Database, bucket: Bucket) -> None:
    store_rows(db, SINCE, AS_OF)
    crown(bucket, Horizon.H1, SINCE, TRAINED)
    assert measure_drift(db, bucket, AS_OF).by_horizon[Horizon.H1].share == 0


@pytest.mark.parametrize("spoilt", [{"covers_span": False}, {"feature_version": "older"}])
def test_a_kept_reference_of_a_part_of_the_span_or_of_other_formulas_is_made_again(
    db: Database, bucket: Bucket, spoilt: dict[str, object]
) -> None:
    store_rows(db, SINCE, AS_OF)
    crown(bucket, Horizon.H1, SINCE, TRAINED)
    measure_drift(db, bucket, AS_OF)
    good = the_only(bucket)
    bucket.put(key_of_the_only(bucket), good.model_copy(update=spoilt).model_dump_json().encode())
    assert measure_drift(db, bucket, AS_OF).by_horizon[Horizon.H1].share == 0
    assert the_only(bucket) == good


def test_a_few_days_of_bars_give_no_threshold(db: Database, bucket: Bucket) -> None:
    for number, symbol in enumerate(COINS):
        bars.upsert_series(db, make_series(96 * 7, symbol, seed=number), "coinbase", AS_OF)
    store_rows(db, TRAINED, AS_OF)
    crown(bucket, Horizon.H1, SINCE, TRAINED)
    found = measure_drift(db, bucket, AS_OF)
    assert Horizon.H1 not in found.by_horizon
    assert "of the reference's rows; half are needed" in next(s for s in found.missing if "drift 1h" in s)
    assert found.waiting == []


def test_fewer_coins_than_the_model_was_trained_on_are_measured_over_more_days(
    db: Database, bucket: Bucket
) -> None:
    store_rows(db, SINCE, TRAINED)
    crown(bucket, Horizon.H1, SINCE, TRAINED)
    later = TRAINED + timedelta(days=6)
    store_rows(db, TRAINED, later, shift=3.0, coins=COINS[:1])
    found = measure_drift(db, bucket, later).by_horizon[Horizon.H1]
    assert (found.share, found.rows) == (1.0, 6 * 96)


def test_a_lost_input_is_a_fault_only_where_the_model_reads_it(db: Database, bucket: Bucket) -> None:
    store_rows(db, SINCE, TRAINED)
    crown(bucket, Horizon.H1, SINCE, TRAINED)
    crown(bucket, Horizon.H4, SINCE, TRAINED, ("return_1h", "posts_ratio_3h"))
    store_rows(db, TRAINED, AS_OF, shift=3.0, missing=("posts",))
    found = measure_drift(db, bucket, AS_OF)
    assert {h: d.share for h, d in found.by_horizon.items()} == {Horizon.H1: 1.0}
    assert [said for said in found.missing if "drift 4h" in said and "missing inputs" in said]
    assert found.waiting == []
