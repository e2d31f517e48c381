"""Bars as the exchanges and CryptoCompare give them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.replay.conftest import NOON, SIMULATED_NOW, Asker
from tests.unit.replay.recorded import GAP, START

MINUTES = "/cryptocompare/data/v2/histominute"
INDEX = "/coindesk-data/index/cc/v1/historical"


def candles(asker: Asker, status: int = 200, product: str = "SOL-USD", **params: Any) -> Any:
    return asker.json(f"/coinbase/products/{product}/candles", status, **{"granularity": 900, **params})


def test_coinbase_answers_newest_first_low_before_high(recorded: Asker) -> None:
    rows = candles(recorded, start=(NOON - timedelta(hours=6)).isoformat(), end=NOON.isoformat())
    stamps = [row[0] for row in rows]
    assert stamps == [int(NOON.timestamp()) - 900 * i for i in range(1, 25)]
    for _, low, high, opened, close, volume in rows:
        assert low <= min(opened, close) <= max(opened, close) <= high
        assert volume > 0


def test_coinbase_gives_three_hundred_at_most(recorded: Asker) -> None:
    assert len(candles(recorded)) == 239, "59 hours and 45 minutes have closed, one bar is absent"
    recorded.at(START + timedelta(days=4))
    assert len(candles(recorded)) == 300
    start = START + timedelta(hours=1)
    told = candles(
        recorded, 400, start=start.isoformat(), end=(start + timedelta(minutes=15 * 301)).isoformat()
    )
    assert "exceeds 300" in told["message"]
    assert (
        len(candles(recorded, start=start.isoformat(), end=(start + timedelta(minutes=15 * 300)).isoformat()))
        == 300
    )


def test_an_outage_is_a_missing_row(recorded: Asker) -> None:
    around = candles(
        recorded, start=(GAP - timedelta(hours=1)).isoformat(), end=(GAP + timedelta(hours=1)).isoformat()
    )
    assert len(around) == 8
    assert int(GAP.timestamp()) not in [row[0] for row in around]


@pytest.mark.parametrize(
    ("product", "params", "status"),
    [
        ("XRP-USD", {}, 404),
        ("SOL-EUR", {}, 404),
        ("SOL-USD", {"granularity": 700}, 400),
        ("SOL-USD", {"granularity": "x"}, 400),
        ("SOL-USD", {"start": "yesterday"}, 400),
    ],
)
def test_coinbase_says_what_is_wrong(
    recorded: Asker, product: str, params: dict[str, Any], status: int
) -> None:
    assert candles(recorded, status, product, **params)["message"]


def test_a_coin_without_short_bars_has_no_short_candles(recorded: Asker) -> None:
    assert candles(recorded, product="ETH-USD") == []
    assert len(candles(recorded, product="ETH-USD", granularity=3_600)) == 60


def test_cryptocompare_adds_up_minutes_and_answers_one_row_more(recorded: Asker) -> None:
    answer = recorded.json(
        MINUTES, fsym="SOL", tsym="USD", limit=8, aggregate=15, toTs=int(NOON.timestamp()) - 901
    )
    assert answer["Response"] == "Success"
    data = answer["Data"]
    assert len(data["Data"]) == 9
    assert (data["TimeFrom"], data["TimeTo"]) == (data["Data"][0]["time"], data["Data"][-1]["time"])
    same = candles(recorded, start=str(data["TimeTo"]), end=str(data["TimeTo"]))[0]
    row = data["Data"][-1]
    assert [row["time"], row["low"], row["high"], row["open"], row["close"], row["volumefrom"]] == same
    assert row["volumeto"] == pytest.approx(row["volumefrom"] * row["close"], abs=0.01)


def test_cryptocompare_is_paged_backwards(recorded: Asker) -> None:
    seen: list[int] = []
    to_s = int(NOON.timestamp())
    for _ in range(8):
        rows = recorded.json(MINUTES, fsym="SOL", tsym="USD", limit=40, aggregate=15, toTs=to_s)["Data"]
        seen = [row["time"] for row in rows["Data"] if row["close"]] + seen
        to_s = rows["TimeFrom"] - 1
    assert seen == sorted(set(seen))
    assert (seen[0], len(seen)) == (int(START.timestamp()), 239)


def test_before_the_first_bar_cryptocompare_answers_zeros(recorded: Asker) -> None:
    rows = recorded.json("/cryptocompare/data/v2/histohour", fsym="ETH", tsym="USD", limit=70)["Data"]["Data"]
    zeros = [row for row in rows if row["close"] == 0]
    assert zeros and zeros[-1]["time"] == int(START.timestamp()) - 3_600
    assert rows[len(zeros)]["time"] == int(START.timestamp())


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"tsym": "USD"}, "fsym param"),
        ({"fsym": "SOL"}, "tsym param"),
        ({"fsym": "NOPE", "tsym": "USD"}, "market does not exist"),
        ({"fsym": "SOL", "tsym": "USD", "limit": 2_001}, "limit"),
        ({"fsym": "SOL", "tsym": "USD", "limit": "inf"}, "numbers"),
        ({"fsym": "SOL", "tsym": "USD", "toTs": int(NOON.timestamp()) - 8 * 86_400}, "7 days"),
    ],
)
def test_cryptocompare_says_errors_with_status_200(
    recorded: Asker, params: dict[str, Any], words: str
) -> None:
    told = recorded.json(MINUTES, **params)
    assert told["Response"] == "Error"
    assert words in told["Message"]


def test_the_index_answers_as_many_rows_as_asked(recorded: Asker) -> None:
    params = {"market": "cadli", "instrument": "BTC-USD", "limit": 5, "to_ts": int(NOON.timestamp()) - 1}
    rows = recorded.json(f"{INDEX}/hours", **params)["Data"]
    assert [row["TIMESTAMP"] for row in rows] == [int(NOON.timestamp()) - 3_600 * i for i in (5, 4, 3, 2, 1)]
    lean = recorded.json(f"{INDEX}/hours", groups="OHLC,VOLUME", **params)["Data"]
    assert "TOTAL_INDEX_UPDATES" not in lean[0] and lean[0]["CLOSE"] == rows[0]["CLOSE"]
    early = {**params, "to_ts": int(START.timestamp()) - 1}
    told = recorded.json(f"{INDEX}/hours", 404, **early)
    assert told["Data"] == [] and told["Err"]["other_info"]["param"] == "to_ts"
    assert recorded.json(f"{INDEX}/hours", 404, **{**params, "instrument": "NOPE-USD"})["Err"]["message"]


def test_binance_gives_twelve_fields_of_the_simulated_market(simulated: Asker) -> None:
    rows = simulated.json("/binance/api/v3/klines", symbol="ETHUSDT", interval="15m", limit=1_000)
    assert len(rows) == 1_000 and {len(row) for row in rows} == {12}
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    for opened_ms, opened, high, low, close, volume, closed_ms, quoted, trades, taker, _, _ in rows[-50:]:
        assert closed_ms == opened_ms + 899_999 < SIMULATED_NOW.timestamp() * 1_000
        assert all(isinstance(text, str) for text in (opened, high, low, close, volume, quoted, taker))
        assert 0 < float(taker) < float(volume)
        assert isinstance(trades, int) and trades > 0
    start_ms = rows[500][0]
    after = simulated.json(
        "/binance/api/v3/klines", symbol="ETHUSDT", interval="15m", limit=3, startTime=start_ms
    )
    assert after == rows[500:503]
    newest = simulated.json("/coinbase/products/ETH-USD/candles", granularity=900)[0]
    assert float(rows[-1][4]) == newest[4]


def test_binance_refuses(simulated: Asker, recorded: Asker) -> None:
    path = "/binance/api/v3/klines"
    assert simulated.json(path, 400, symbol="NOPEUSDT", interval="15m")["code"] == -1121
    assert simulated.json(path, 400, symbol="ETHUSDT", interval="7m")["code"] == -1120
    assert simulated.json(path, 400, symbol="ETHUSDT", interval="15m", limit="nan")["code"] == -1100
    assert "no trade counts" in recorded.json(path, 451, symbol="SOLUSDT", interval="15m")["msg"]


def test_the_running_bar_is_served_on_demand_and_holds_no_future(recorded: Asker) -> None:
    recorded.at(NOON + timedelta(minutes=7))
    closed = candles(recorded)
    recorded.server.replay.running_bars = True
    running, *rest = candles(recorded)
    close = rest[0][4]
    assert rest == closed[: len(rest)]
    assert running == [int(NOON.timestamp()), close, close, close, close, 0.0]
    rows = recorded.json(MINUTES, fsym="SOL", tsym="USD", limit=4, aggregate=15)["Data"]["Data"]
    assert len(rows) == 5 and rows[-1]["time"] == int(NOON.timestamp())
