"""The online store over the REST protocol, on a real Valkey."""

from __future__ import annotations

import json

from cryptocast.store.online import OnlineStore


def test_a_coin_is_written_in_parts_and_read_at_once(online: OnlineStore) -> None:
    online.write_coins({"BTC": {"price": json.dumps({"usd": 1.5}), "status": "ok"}, "ETH": {"status": "stale"}})
    online.write_coins({"BTC": {"forecast:1h": json.dumps({"p_up": 0.6})}})
    assert online.read_coin("BTC") == {"price": {"usd": 1.5}, "status": "ok", "forecast:1h": {"p_up": 0.6}}
    assert online.read_coins(["ETH", "SOL"]) == {"ETH": {"status": "stale"}, "SOL": {}}
