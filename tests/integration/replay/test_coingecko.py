"""CoinGecko's protocol."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from local.replay.clock import parse_moment
from tests.integration.replay.conftest import NOON, SIMULATED_NOW, Asker

BASE = "/coingecko/api/v3"


def chart(asker: Asker, since: datetime, until: datetime, coin: str = "bitcoin", status: int = 200) -> dict:
    params = {"vs_currency": "usd", "from": int(since.timestamp()), "to": int(until.timestamp())}
    return asker.json(f"{BASE}/coins/{coin}/market_chart/range", status, **params)


def steps(points: list[list[float]]) -> set[int]:
    cells = [int(ms / 1_000 // 300) * 300 for ms, _ in points]
    return {b - a for a, b in pairwise(cells) if b > a}


def test_it_answers_a_ping(recorded: Asker) -> None:
    assert recorded.json(f"{BASE}/ping") == {"gecko_says": "(V3) To the Moon!"}


def test_one_call_quotes_every_coin(recorded: Asker) -> None:
    ids = "solana,bitcoin,ethereum,not-a-coin"
    rows = recorded.json(f"{BASE}/coins/markets", vs_currency="usd", ids=ids, per_page=250)
    assert [row["symbol"] for row in rows] == ["btc", "eth", "sol"]
    sol = rows[2]
    quoted_at = parse_moment(sol["last_updated"])
    assert timedelta(0) <= NOON - quoted_at < timedelta(minutes=1)
    newest = recorded.json("/coinbase/products/SOL-USD/candles", granularity=900)[0]
    assert sol["current_price"] == newest[4]
    assert sol["low_24h"] <= sol["current_price"] <= sol["high_24h"]


def test_between_two_bars_the_quote_grows_old(recorded: Asker) -> None:
    recorded.at(NOON + timedelta(minutes=14))
    rows = recorded.json(f"{BASE}/coins/markets", vs_currency="usd", ids="solana,ethereum")
    for row in rows:
        quoted_at = parse_moment(row["last_updated"])
        assert timedelta(0) <= quoted_at - NOON < timedelta(minutes=1), row["symbol"]


@pytest.mark.parametrize(("days", "seconds"), [(1, {300}), (80, {3_600}), (90, {3_600}), (91, {86_400})])
def test_the_server_chooses_the_granularity(simulated: Asker, days: int, seconds: set[int]) -> None:
    now = SIMULATED_NOW + timedelta(days=100)
    simulated.at(now)
    answer = chart(simulated, now - timedelta(days=days), now)
    assert steps(answer["prices"]) <= seconds | {300, 600, 43_200, 42_900, 43_500}
    assert max(steps(answer["prices"])) == max(seconds)
    assert len(answer["prices"]) == len(answer["market_caps"]) == len(answer["total_volumes"])


def test_stamps_are_irregular_and_the_last_point_is_unfinished(simulated: Asker) -> None:
    answer = chart(simulated, SIMULATED_NOW - timedelta(hours=6), SIMULATED_NOW)
    stamps = [ms for ms, _ in answer["prices"]]
    assert stamps == sorted(stamps)
    assert sum(ms % 60_000 != 0 for ms in stamps) > len(stamps) * 0.9
    assert stamps[-1] // 300_000 == stamps[-2] // 300_000, "the current point shares the cell of the last"
    assert stamps[-1] <= SIMULATED_NOW.timestamp() * 1_000
    assert chart(simulated, SIMULATED_NOW - timedelta(hours=6), SIMULATED_NOW) == answer


def test_volumes_are_rolling_sums_over_a_day(simulated: Asker) -> None:
    now = SIMULATED_NOW
    rolling = chart(simulated, now - timedelta(hours=2), now)["total_volumes"]
    rows = simulated.json(
        "/coinbase/products/BTC-USD/candles",
        granularity=900,
        start=(now - timedelta(days=1)).isoformat(),
        end=now.isoformat(),
    )
    assert rolling[-1][1] == pytest.approx(sum(row[5] * row[4] for row in rows), rel=0.05)


def test_more_than_a_year_back_is_refused_with_its_own_code(recorded: Asker) -> None:
    told = chart(recorded, NOON - timedelta(days=366), NOON, status=401)
    assert told["error"]["status"]["error_code"] == 10012


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/coins/markets", {}, 422),
        ("/coins/markets", {"vs_currency": "doge"}, 422),
        ("/coins/nothing/market_chart/range", {"vs_currency": "usd", "from": 1, "to": 2}, 404),
        ("/coins/bitcoin/market_chart/range", {"vs_currency": "usd", "from": "x", "to": 2}, 422),
        ("/coins/bitcoin/market_chart/range", {"vs_currency": "usd"}, 422),
    ],
)
def test_wrong_questions(recorded: Asker, path: str, params: dict[str, str], status: int) -> None:
    assert "error" in recorded.json(BASE + path, status, **params)


def test_a_pro_key_at_the_demo_base_is_an_error(recorded: Asker) -> None:
    answer = recorded.http.get(f"{BASE}/coins/markets?vs_currency=usd", headers={"x-cg-pro-api-key": "k"})
    assert answer.status_code == 400
    assert answer.json()["status"]["error_code"] == 10010
    demo = recorded.http.get(f"{BASE}/coins/markets?vs_currency=usd", headers={"x-cg-demo-api-key": "k"})
    assert demo.status_code == 200
