"""What a cycle says of itself when its steps fail, as the real steps say it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cryptocast.domain import CycleWindow, DataLabel
from cryptocast.features.build import build_feature_rows
from cryptocast.missing import inputs_only, missing_words
from cryptocast.registry.bucket import Bucket
from cryptocast.serve.champions import Champions
from cryptocast.serve.forecaster import forecast
from cryptocast.store import bars, cycles
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from tests.factories import AS_OF, make_series
from tests.integration.serve.conftest import NOW
from tests.template import ROOT

pytestmark = pytest.mark.integration
WINDOW = CycleWindow(AS_OF, AS_OF - timedelta(minutes=15), NOW)
SYMBOLS = ("BTC", "ETH")
COLLECTED = {"step": "collect_social", "missing": ["reddit: no credentials"]}
PAGE = ROOT / "frontend" / "tests" / "missing.json"
"""What the page's tests read, so that they know no other words than these."""


def without_features(db: Database, online: OnlineStore, bucket: Bucket) -> dict[str, Any]:
    said = forecast(db, online, Champions(bucket), WINDOW, SYMBOLS, DataLabel.SIMULATED)
    failures = {
        step: {"Error": "StoreUnavailable"} for step in ("score_sentiment", "build_features", "publish")
    }
    return {"collected": [COLLECTED], "forecasts": {"missing": said.missing}, "failures": failures}


def without_forecasts(db: Database, online: OnlineStore) -> dict[str, Any]:
    for symbol in SYMBOLS:
        late = make_series(200, symbol, AS_OF - timedelta(minutes=15))
        bars.upsert_series(db, late, "coinbase", AS_OF)
    said = build_feature_rows(db, online, WINDOW, SYMBOLS, "none")
    failures = {"forecast": {"Error": "StoreUnavailable"}}
    return {"collected": [COLLECTED], "features": {"missing": said.missing}, "failures": failures}


def test_the_page_is_tested_with_what_a_cycle_says(db: Database, online: OnlineStore, bucket: Bucket) -> None:
    found = {
        "without_features": missing_words(without_features(db, online, bucket)),
        "without_forecasts": missing_words(without_forecasts(db, online)),
    }
    assert {name: list(words) for name, words in found.items()} == json.loads(PAGE.read_text())
    assert inputs_only(found["without_features"]) == ("reddit: no credentials", "sentiment: scoring failed")
    assert inputs_only(found["without_forecasts"]) == ("reddit: no credentials",)


def test_health_calls_no_step_a_source(
    client: TestClient, db: Database, online: OnlineStore, bucket: Bucket
) -> None:
    steps = without_features(db, online, bucket)
    steps["collected"], steps["failures"] = [], {"build_features": {}}
    report = {"recorded_at": NOW.isoformat(), "steps": steps}
    cycles.record(db, AS_OF, AS_OF - timedelta(minutes=15), NOW, NOW, report)
    body = client.get("/v1/health").json()
    said = {part["name"]: (part["status"], part["message"]) for part in body["parts"]}
    assert said["sources"] == ("ok", "None was missing in the last cycle.")
    assert said["cycle"] == (
        "degraded",
        "The last cycle was of 2026-03-02 12:00 UTC, 5 min ago; build_features failed; "
        "it could not forecast BTC, ETH.",
    )
