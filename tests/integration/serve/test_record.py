"""The newest head of the record, as anybody may keep it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cryptocast.record.heads import parse_head, publish_heads
from cryptocast.record.verify import verify
from cryptocast.registry.bucket import Bucket
from cryptocast.store import forecasts
from cryptocast.store.database import Database
from tests.factories import AS_OF, make_forecast

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
