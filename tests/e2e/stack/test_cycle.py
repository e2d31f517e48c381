"""The cycle as it is deployed: what it leaves behind, and what it does when a part is broken."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
import websockets

from cryptocast.domain import Horizon
from cryptocast.registry import layout
from cryptocast.registry.load import read_champion
from local.up import steps_of
from tests.e2e.stack.conftest import INTERVAL, SYMBOLS, Deployed

pytestmark = pytest.mark.e2e


def test_a_cycle_leaves_a_forecast_for_every_coin_and_horizon(deployed: Deployed) -> None:
    deployed.cycle()
    found = deployed.rows("SELECT symbol, horizon FROM forecasts WHERE as_of = %s", deployed.last)
    assert sorted(found) == sorted((s, h.value) for s in SYMBOLS for h in Horizon)
    body = deployed.get_of_last_cycle("/v1/forecasts").json()
    assert body["data_label"] == "simulated"
    assert body["as_of"].startswith(f"{deployed.last:%Y-%m-%dT%H:%M}")
    assert not body["stale"]
    assert {c["symbol"]: c["price"]["source"] for c in body["coins"]} == dict.fromkeys(SYMBOLS, "coinbase")


def test_a_cycle_that_runs_twice_stores_nothing_twice(deployed: Deployed) -> None:
    deployed.cycle()
    tables = ("bars", "documents", "sentiments", "feature_rows", "forecasts", "outcomes")
    before = {t: deployed.rows(f"SELECT count(*) FROM {t}") for t in tables}
    forecasts = deployed.rows("SELECT * FROM forecasts ORDER BY as_of, symbol, horizon")
    deployed.cycle_again()
    assert {t: deployed.rows(f"SELECT count(*) FROM {t}") for t in tables} == before
    assert deployed.rows("SELECT * FROM forecasts ORDER BY as_of, symbol, horizon") == forecasts


def test_a_day_is_caught_up_in_one_execution(deployed: Deployed) -> None:
    since = deployed.last
    deployed.cycle(timedelta(days=1))
    rows = deployed.rows(
        "SELECT symbol, count(*) FROM feature_rows WHERE as_of > %s AND as_of <= %s GROUP BY 1",
        since,
        deployed.last,
    )
    assert sorted(rows) == [(s, 96) for s in sorted(SYMBOLS)]
    outcomes = deployed.rows("SELECT count(*) FROM outcomes WHERE horizon = '15m' AND as_of > %s", since)
    assert outcomes == [(95 * len(SYMBOLS),)]


def test_the_backup_serves_prices_and_the_bar_says_so(deployed: Deployed) -> None:
    deployed.break_source("/coinbase", status=503)
    deployed.break_source("/coingecko", status=503)
    result = deployed.cycle()
    assert any("coingecko" in word for word in steps_of(result.output)["collect_prices"]["missing"])
    sources = deployed.rows(
        "SELECT DISTINCT source FROM bars WHERE opened_at = %s AND interval_s = 900", deployed.last - INTERVAL
    )
    assert sources == [("cryptocompare",)]


def test_a_dead_source_is_named_in_the_forecast_and_the_rest_goes_on(deployed: Deployed) -> None:
    deployed.break_source("/reddit", status=500)
    deployed.break_source("/api/v1/access_token", status=500)
    deployed.cycle()
    body = deployed.get_of_last_cycle(f"/v1/forecasts/{SYMBOLS[0]}").json()
    assert any("reddit" in word for f in body["coin"]["forecasts"] for word in f["missing"])
    assert len(body["coin"]["forecasts"]) == len(Horizon)


def test_a_hostile_feed_is_refused_and_the_cycle_goes_on(deployed: Deployed) -> None:
    entities = '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">'
    bomb = f"<!DOCTYPE x [{entities}]><rss><channel><title>&b;</title></channel></rss>"
    deployed.break_source("/coindesk/arc", status=200, body=bomb, content_type="application/rss+xml")
    result = deployed.cycle()
    assert any("coindesk" in word for word in steps_of(result.output)["collect_news"]["missing"])
    assert deployed.rows("SELECT count(*) FROM forecasts WHERE as_of = %s", deployed.last) == [(12,)]


def test_a_corrupt_model_costs_its_horizon_only(deployed: Deployed) -> None:
    bucket = deployed.bucket()
    name = layout.price_model(Horizon.H4)
    champion, _ = read_champion(bucket, name)
    key = layout.file_key(name, champion.version, "model.onnx")
    whole = bucket.get(key).body
    bucket.put(key, whole[: len(whole) // 2])
    # A promotion makes the warm function load again, as it would after a real one.
    champion_key = layout.champion_key(name)
    kept = bucket.get(champion_key).body
    bucket.put(champion_key, kept + b"\n")
    try:
        result = deployed.cycle()
        horizons = deployed.rows("SELECT DISTINCT horizon FROM forecasts WHERE as_of = %s", deployed.last)
    finally:
        bucket.put(key, whole)
        bucket.put(champion_key, kept)
    assert sorted(horizons) == [("15m",), ("1h",), ("24h",)]
    assert any("4h" in word for word in steps_of(result.output)["forecast"]["missing"])


def test_the_stream_brings_each_new_forecast(deployed: Deployed) -> None:
    async def follow() -> list[dict[str, object]]:
        async with websockets.connect(deployed.stack.stream_url, open_timeout=30) as socket:
            await socket.send(json.dumps({"action": "subscribe", "symbols": ["ETH"], "horizons": ["1h"]}))
            while json.loads(await asyncio.wait_for(socket.recv(), 30))["type"] != "subscribed":
                pass
            await asyncio.to_thread(deployed.cycle)
            seen: list[dict[str, object]] = []
            while not any(m["type"] == "forecast" and str(deployed.last)[:10] in str(m) for m in seen):
                seen.append(json.loads(await asyncio.wait_for(socket.recv(), 30)))
            return seen

    messages = asyncio.run(follow())
    forecasts = [m["forecast"] for m in messages if m["type"] == "forecast"]
    assert {(f["symbol"], f["horizon"]) for f in forecasts} == {("ETH", "1h")}  # type: ignore[index]
