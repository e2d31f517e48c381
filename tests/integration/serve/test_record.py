"""The newest head of the record, as anybody may keep it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cryptocast.domain import DataLabel
from cryptocast.record.heads import parse_head, publish_heads
from cryptocast.record.verify import verify
from cryptocast.registry.bucket import Bucket
from cryptocast.store import forecasts
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from tests.factories import AS_OF, make_forecast
from tests.integration.serve.conftest import show

pytestmark = pytest.mark.integration
Make = Callable[..., TestClient]


def test_what_the_api_gives_can_be_kept_and_checked(client: TestClient, db: Database, bucket: Bucket) -> None:
    assert client.get("/v1/record/head").status_code == 404
    forecasts.insert(db, [make_forecast("BTC"), make_forecast("ETH")])
    (head,) = publish_heads(db, bucket, AS_OF + timedelta(days=1))
    answer = client.get("/v1/record/head")
    body = answer.json()
    assert (body["day"], body["sequence"], body["hash"]) == ("2026-03-02", 2, head.hash)
    assert (body["as_of"], body["data_label"]) == ("2026-03-02T12:00:00Z", "simulated")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    kept = parse_head(answer.text, "kept")
    assert kept == head
    assert verify(db, bucket, [kept]).broken is None


@pytest.mark.parametrize(
    ("now", "overdue"),
    [
        (datetime(2026, 3, 4, 0, 30, tzinfo=UTC), False),
        (datetime(2026, 3, 4, 0, 31, tzinfo=UTC), True),
        (datetime(2026, 3, 9, tzinfo=UTC), True),
    ],
)
def test_a_head_is_stale_once_that_of_the_next_day_has_been_due_for_two_cycles(
    make_client: Make, db: Database, bucket: Bucket, online: OnlineStore, now: datetime, overdue: bool
) -> None:
    forecasts.insert(db, [make_forecast("BTC")])
    publish_heads(db, bucket, AS_OF + timedelta(days=1))
    live = make_client(data_label=DataLabel.LIVE, clock=lambda: now).get("/v1/record/head").json()
    assert (live["day"], live["stale"], live["missing"]) == ("2026-03-02", overdue, [])
    wall = datetime(2030, 1, 1, tzinfo=UTC)
    unknown = make_client(clock=lambda: wall).get("/v1/record/head").json()
    assert unknown["stale"] is False
    assert "is not known" in unknown["missing"][0], "a replay's clock is not the wall's"
    show(online, as_of=now, now=now, wall=wall)
    replay = make_client(clock=lambda: wall).get("/v1/record/head").json()
    assert (replay["stale"], replay["missing"]) == (overdue, [])


def test_where_there_is_none_it_says_when_there_will_be(make_client: Make) -> None:
    for changes in ({}, {"bucket": None}):
        error = make_client(**changes).get("/v1/record/head").json()["error"]
        assert error["code"] == "no_head"
        assert "first cycle" in error["what_to_do"]


def test_a_spoilt_head_and_a_silent_s3_are_no_answer(
    client: TestClient, bucket: Bucket, make_client: Make
) -> None:
    bucket.put("record/heads/2026-03-02.json", b"{}")
    spoilt = client.get("/v1/record/head")
    assert (spoilt.status_code, spoilt.json()["error"]["code"]) == (503, "corrupt_head")
    silent: Any = Bucket(bucket._client, "no-such-bucket")
    error = make_client(bucket=silent).get("/v1/record/head").json()["error"]
    assert error["code"] == "store_unavailable"
