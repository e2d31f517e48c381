"""How often drift is called on the market as it was; docs/monitoring.md has the figures of a whole year."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from cryptocast.domain import FeatureRow
from cryptocast.features.rows import compute
from cryptocast.features.spec import MODEL_FEATURES
from cryptocast.monitor import drift
from cryptocast.series import BarSeries, DocumentSeries
from cryptocast.train.evidence import EVIDENCE

FILE = Path(__file__).parents[4] / "shared" / "data" / "prices" / "spot_15m_sol_dot_aave_2020_2022q1.parquet"
MODEL = tuple(list(EVIDENCE)[:MODEL_FEATURES])
"""The features that a model without data of its own to go by would use."""
SYMBOLS = ("AAVE", "DOT", "SOL")
SINCE, UNTIL = datetime(2021, 10, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not FILE.exists(), reason="needs the real prices in ../shared/data"),
]


def real_rows() -> list[FeatureRow]:
    import pandas as pd

    table = pd.read_parquet(FILE).sort_values("ts")
    table["opened_s"] = pd.to_datetime(table.ts, utc=True).map(lambda t: int(t.timestamp()))
    table = table[(table.opened_s >= SINCE.timestamp() - 3 * 86_400) & (table.opened_s < UNTIL.timestamp())]
    bars = {}
    for symbol, of_coin in table.drop_duplicates(["symbol", "opened_s"]).groupby("symbol"):
        columns = (of_coin[name].to_numpy(float) for name in ("open", "high", "low", "close", "volume"))
        bars[str(symbol)] = BarSeries(str(symbol), 900, of_coin.opened_s.to_numpy(np.int64), *columns)
    none = np.zeros(0)
    documents = DocumentSeries(
        SYMBOLS, none.astype(np.int64), none.astype(bool), none, np.zeros((0, len(SYMBOLS)), bool)
    )
    as_ofs = np.arange(int(SINCE.timestamp()), int(UNTIL.timestamp()) + 1, 900, dtype=np.int64)
    return compute({s: bars[s] for s in SYMBOLS}, documents, as_ofs).rows()


def test_a_real_month_raises_hardly_any_alarm() -> None:
    rows = real_rows()
    moments = [row.as_of for row in rows]
    trained = SINCE + timedelta(days=60)
    reference = drift.make_reference(rows[: bisect_right(moments, trained)], trained, len(SYMBOLS))
    shares = []
    for day in (trained + timedelta(days=d) for d in range(2, 31)):
        first, last = (bisect_right(moments, m) for m in (day - timedelta(days=2), day))
        shares.append(drift.measure(reference, rows[first:last], day, MODEL).share)
    assert sum(share > 0.25 for share in shares) <= 1
    assert np.mean(shares) < 0.05
