"""A small folder in the format of recorded data: what the replay tests serve from.

SOL has 15-minute bars, BTC 5-minute bars for a day and hourly ones, ETH hourly bars only. One SOL
bar is absent, as after an outage.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

START = datetime(2022, 1, 3, tzinfo=UTC)
GAP = START + timedelta(hours=5)
"""When the absent SOL bar opens."""
DAYS = 4
WALL_STREET = "Wall Street closes up"
SPREAD = {"CoinTelegraph": "coindesk", "CryptoPotato": "cryptoslate", "Reuters": "coindesk"}


def write_folder(folder: Path) -> Path:
    for name in ("prices", "documents"):
        (folder / name).mkdir(parents=True)
    _write(folder / "prices" / "sol_15m.parquet", _prices("SOL", 900, DAYS * 96, 170.0, skip=GAP))
    _write(folder / "prices" / "btc_5m.parquet", _prices("BTC", 300, 288, 46_000.0))
    hours = [_prices("BTC", 3_600, DAYS * 24, 46_000.0), _prices("ETH", 3_600, DAYS * 24, 3_800.0)]
    _write(folder / "prices" / "spot_1h.parquet", {k: [*hours[0][k], *hours[1][k]] for k in hours[0]})
    _write(folder / "documents" / "news.parquet", _news())
    _write(folder / "documents" / "posts.parquet", _posts())
    # Like the recorded file of first-seen times: it has columns of its own and is no feed.
    _write(folder / "documents" / "first_seen.parquet", {"title": ["x"], "pub_date": [START]})
    return folder


def _write(path: Path, columns: dict[str, list[object]]) -> None:
    pq.write_table(pa.table(columns), path)


def _prices(
    symbol: str, interval_s: int, count: int, price: float, skip: datetime | None = None
) -> dict[str, list[object]]:
    draws = np.random.default_rng(7)
    close = np.round(price * np.exp(np.cumsum(draws.normal(0, 0.002, count))), 2)
    opened = np.r_[price, close[:-1]]
    stamps = [START + timedelta(seconds=interval_s * i) for i in range(count)]
    kept = [i for i in range(count) if stamps[i] != skip]
    columns = {
        "symbol": [symbol] * count,
        "ts": stamps,
        "interval_s": [interval_s] * count,
        "open": opened.tolist(),
        "high": (np.maximum(opened, close) + 1).tolist(),
        "low": (np.minimum(opened, close) - 1).tolist(),
        "close": close.tolist(),
        "volume": draws.uniform(1, 9, count).round(4).tolist(),
    }
    return {name: [values[i] for i in kept] for name, values in columns.items()}


def _news() -> dict[str, list[object]]:
    rows: list[tuple[str, str | None, datetime, str | None, str]] = []
    for i in range(60):
        at = START + timedelta(minutes=47 * i + 3)
        publisher = ("CoinTelegraph", "CryptoPotato")[i % 2]
        rows.append(
            (publisher, f"https://{publisher.lower()}.com/news/{i}", at, f"Headline {i} & <b>", f"Lead {i}")
        )
    rows.append(
        ("Reuters", None, START + timedelta(hours=12, minutes=25), WALL_STREET, "Stocks closed higher.")
    )
    rows.append(
        ("CoinTelegraph", "https://cointelegraph.com/bare", START + timedelta(days=1), "Bare date", "x")
    )
    rows.append(("CryptoPotato", None, START + timedelta(hours=1), None, "No title was recorded. ]]> \x08"))
    return {
        "kind": ["news"] * len(rows),
        "source": [row[0] for row in rows],
        "external_id": [row[1] for row in rows],
        "published_at": [row[2] for row in rows],
        "title": [row[3] for row in rows],
        "body": [row[4] for row in rows],
        "url": [row[1] for row in rows],
    }


def _posts() -> dict[str, list[object]]:
    count = 330
    return {
        "kind": ["social"] * count,
        "source": [("CryptoCurrency", "Bitcoin")[i % 2] for i in range(count)],
        "external_id": [f"r{i:05d}" for i in range(count)],
        "published_at": [START + timedelta(minutes=11 * i + 1) for i in range(count)],
        "title": [f"Post {i}" for i in range(count)],
        "body": [f"Text {i}" for i in range(count)],
        "score": [99_999] * count,
        "num_comments": [77_777] * count,
    }
