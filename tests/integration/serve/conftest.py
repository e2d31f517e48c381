"""The API over real servers and a small real model."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from cryptocast.domain import DataLabel, Horizon
from cryptocast.features.spec import FEATURE_NAMES, FEATURE_VERSION, MODEL_FEATURES
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.layout import price_model
from cryptocast.registry.manifest import Abstain, Calibration, DataWindow, Manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin import FOLDER
from cryptocast.serve.champions import Champions
from cryptocast.serve.http import Deps, create_app
from cryptocast.serve.online_record import to_json
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from cryptocast.train.export import to_onnx, to_trees
from cryptocast.train.fit import FitRules, fit
from tests.factories import AS_OF, make_feature_row, make_forecast

OWN = FEATURE_NAMES[-MODEL_FEATURES:]
"""What the champion uses of a row: not the first ones, and in a row among others."""
NOW = AS_OF + timedelta(minutes=5)
SYMBOLS = ("BTC", "ETH")
ROW = make_feature_row(
    values={name: 0.1 * i for i, name in enumerate(FEATURE_NAMES)},
    missing=("posts",),
    feature_version=FEATURE_VERSION,
)


@pytest.fixture(scope="session")
def model_files() -> dict[str, bytes]:
    """A booster of a few trees on noise, as the registry keeps it."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, len(OWN))).astype(np.float32)
    rules = FitRules(rounds=3, depth=2, min_child_weight=1)
    booster = fit(x, x[:, 1] > 0, rules, features=OWN)
    return {"model.onnx": to_onnx(booster), "trees.json": to_trees(booster, OWN)}


@pytest.fixture
def champion(bucket: Bucket, model_files: dict[str, bytes]) -> str:
    """The version of a champion for 1h."""
    manifest = Manifest(
        kind="prices",
        horizon=Horizon.H1,
        created_at=AS_OF,
        title="trees on noise",
        data_label=DataLabel.SIMULATED,
        data_window=DataWindow(
            since=AS_OF - timedelta(days=90), fit_until=AS_OF, until=AS_OF, symbols=SYMBOLS, rows=17_280
        ),
        feature_names=OWN,
        feature_version=FEATURE_VERSION,
        calibration=Calibration(),
        abstain=Abstain(threshold=0.5, rule="none"),
        metrics={"brier": 0.249, "baselines": {"reversal": 0.51}, "nan": float("nan"), "rule": "x"},
    )
    version = publish(bucket, "prices", model_files, manifest)
    promote(bucket, price_model(Horizon.H1), version, None, "the first", AS_OF)
    return version


@pytest.fixture
def make_client(
    readonly_db: Database, readonly_online: OnlineStore, bucket: Bucket
) -> Callable[..., TestClient]:
    """The API as it is deployed: what it may not read at Postgres or Redis fails here."""

    def make(**changes: Any) -> TestClient:
        given: dict[str, Any] = {
            "online": readonly_online,
            "db": readonly_db,
            "symbols": SYMBOLS,
            "data_label": DataLabel.SIMULATED,
            "clock": lambda: NOW,
            "bucket": bucket,
            "champions": lambda: Champions(bucket),
            "scorer": lambda: Scorer.load(FOLDER),
            **changes,
        }
        return TestClient(create_app(Deps(**given)), raise_server_exceptions=False)

    return make


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return make_client()


@pytest.fixture
def no_redis() -> OnlineStore:
    """A Redis that is gone: nothing listens there."""
    from cryptocast.store.online import make_redis

    return OnlineStore(make_redis("http://127.0.0.1:9", "t", timeout_s=0.3))


@pytest.fixture
def no_postgres() -> Database:
    return Database("postgresql://nobody@127.0.0.1:9/none", connect_attempts=1)


def show(online: OnlineStore, *, as_of: datetime = AS_OF, now: datetime = NOW, wall: datetime = NOW) -> None:
    """Put BTC into Redis as the cycle does: price, feature row, one forecast, status."""
    forecast = make_forecast(as_of=as_of, missing=("posts",))
    status = {
        "as_of": as_of.isoformat(),
        "now": now.isoformat(),
        "recorded_at": wall.isoformat(),
        "data_label": "simulated",
        "missing": ["reddit: no credentials"],
    }
    online.write_coins(
        {
            "BTC": {
                "price": json.dumps({"price": 101.0, "as_of": as_of.isoformat(), "source": "coingecko"}),
                "feature_row": json.dumps(
                    {
                        "as_of": as_of.isoformat(),
                        "values": dict(ROW.values),
                        "missing": ["posts"],
                        "feature_version": FEATURE_VERSION,
                    }
                ),
                "forecast:1h": to_json(forecast),
                "status": json.dumps(status),
            }
        }
    )
    online.write_cycle(status)


def at(text: str) -> datetime:
    """A time out of an answer."""
    return datetime.fromisoformat(text).astimezone(UTC)
