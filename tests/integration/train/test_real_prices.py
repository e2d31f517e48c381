"""Training on the market as it was: behaviour, not numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cryptocast.domain import BAR_INTERVAL_S, DataLabel, Horizon
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.layout import price_model
from cryptocast.registry.load import load_champion
from cryptocast.series import BarSeries
from cryptocast.train.dataset import no_documents
from cryptocast.train.job import TrainingRules, train_from_series

PRICES = Path(__file__).parents[4] / "shared/data/prices/spot_15m_btc_eth_2023.parquet"
UNTIL = datetime(2023, 9, 1, tzinfo=UTC)
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not PRICES.exists(), reason="the real prices of ../shared/data are not here"),
]


def read_bars(days: int) -> dict[str, BarSeries]:
    frame = pd.read_parquet(PRICES)
    opened = pd.to_datetime(frame["ts"], utc=True)
    frame = frame.assign(opened_s=(opened - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1))
    frame = frame[(opened >= UNTIL - timedelta(days=days)) & (opened < UNTIL)].sort_values("opened_s")
    columns = ("open", "high", "low", "close", "volume")
    return {
        str(symbol): BarSeries(
            str(symbol),
            BAR_INTERVAL_S,
            rows["opened_s"].to_numpy("int64"),
            *(rows[c].to_numpy("float64") for c in columns),
        )
        for symbol, rows in frame.groupby("symbol")
    }


def test_on_real_prices_a_model_is_credible_calibrated_and_honest(bucket: Bucket) -> None:
    bars = read_bars(120)
    rules = TrainingRules(UNTIL, UNTIL, DataLabel.REPLAY)
    horizons = [Horizon.M15, Horizon.H1]
    reports = train_from_series(bucket, bars, no_documents(sorted(bars)), horizons, rules)
    assert [r.promoted for r in reports] == [True, True]
    for report in reports:
        assert 0.49 < report.metrics["accuracy"] < 0.60
        assert report.metrics["brier"] < 0.2515
        assert report.metrics["ece"] < 0.08
    manifest = load_champion(bucket, price_model(Horizon.M15)).manifest
    assert manifest.data_window is not None
    assert manifest.data_window.symbols == ("BTC", "ETH")
    assert manifest.walk_forward["accuracy"] < 0.60
