"""The hash of a forecast covers all of it, and what came before."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta, timezone
from typing import Any

import numpy as np
import pytest

from cryptocast.domain import Call, DataLabel, Forecast, Horizon
from cryptocast.store.chain import GENESIS, entry_hash
from tests.factories import AS_OF, make_forecast

CHANGES: dict[str, Any] = {
    "symbol": "ETH",
    "horizon": Horizon.H4,
    "as_of": AS_OF + timedelta(minutes=15),
    "issued_at": AS_OF,
    "p_up": 0.6000001,
    "call": Call.DOWN,
    "confidence": 0.7,
    "price": 102.0,
    "contributions": {"return_1h": 0.3},
    "model_version": "other",
    "data_label": DataLabel.LIVE,
    "missing": ("news",),
}


def test_every_field_is_in_the_hash() -> None:
    assert set(CHANGES) == {field.name for field in fields(Forecast)}
    hashes = {
        entry_hash(GENESIS, replace(make_forecast(), **{name: value})) for name, value in CHANGES.items()
    }
    assert len(hashes | {entry_hash(GENESIS, make_forecast())}) == len(CHANGES) + 1


def test_the_same_forecast_after_another_entry_has_another_hash() -> None:
    first = entry_hash(GENESIS, make_forecast())
    assert entry_hash(first, make_forecast()) != first


def test_spelling_does_not_matter() -> None:
    forecast = make_forecast()
    elsewhere = timezone(timedelta(hours=5, minutes=30))
    same = replace(
        forecast,
        as_of=forecast.as_of.astimezone(elsewhere),
        p_up=np.float64(0.6),
        contributions=dict(reversed(forecast.contributions.items())),
    )
    assert entry_hash(GENESIS, same) == entry_hash(GENESIS, forecast)


def test_what_is_no_number_has_no_hash() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        entry_hash(GENESIS, make_forecast(price=float("nan")))
