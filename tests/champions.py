"""Champions that say what data they were trained on, and feature rows to compare with it."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from cryptocast.domain import Horizon
from cryptocast.features.spec import FEATURE_NAMES, FEATURE_VERSION, MODEL_FEATURES
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.layout import price_model
from cryptocast.registry.manifest import DataWindow, Manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
from cryptocast.store import feature_rows
from cryptocast.store.database import Database
from tests.factories import INTERVAL, make_feature_row

COINS = ("AAVE", "BTC", "DOT")
OWN = FEATURE_NAMES[:MODEL_FEATURES]


def crown(
    bucket: Bucket,
    horizon: Horizon,
    since: datetime,
    until: datetime,
    features: tuple[str, ...] = OWN,
    coins: tuple[str, ...] = COINS,
) -> None:
    """A champion that says which data it was trained on."""
    manifest = Manifest(
        kind="prices",
        horizon=horizon,
        created_at=until,
        feature_names=features,
        feature_version=FEATURE_VERSION,
        data_window=DataWindow(since=since, fit_until=until, until=until, symbols=coins, rows=1),
    )
    version = publish(bucket, "prices", {"model.onnx": horizon.value.encode()}, manifest)
    promote(bucket, price_model(horizon), version, None, "test", until)


def store_rows(
    db: Database,
    since: datetime,
    until: datetime,
    *,
    shift: float = 0.0,
    seed: int = 0,
    shifted: tuple[str, ...] = FEATURE_NAMES,
    version: str = FEATURE_VERSION,
    coins: tuple[str, ...] = COINS,
    missing: tuple[str, ...] = (),
) -> None:
    """Feature rows of (since, until]."""
    moved = shift * np.isin(FEATURE_NAMES, shifted)
    rng = np.random.default_rng(seed)
    steps = int((until - since) / INTERVAL)
    feature_rows.upsert(
        db,
        [
            make_feature_row(
                symbol,
                since + step * INTERVAL,
                values=dict(
                    zip(FEATURE_NAMES, (rng.normal(size=len(FEATURE_NAMES)) + moved).tolist(), strict=True)
                ),
                feature_version=version,
                missing=missing,
            )
            for step in range(1, steps + 1)
            for symbol in coins
        ],
    )
