from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cryptocast.domain import COINS, Horizon
from cryptocast.stream.messages import CLIENT_MESSAGE, Ping, Subscribe, Unsubscribe
from cryptocast.stream.subscriptions import Subscription

symbols = st.frozensets(st.sampled_from(sorted(COINS)))
horizons = st.frozensets(st.sampled_from([h.value for h in Horizon]))


def test_the_three_actions() -> None:
    read = CLIENT_MESSAGE.validate_json
    assert read('{"action": "ping"}') == Ping(action="ping")
    assert read('{"action": "unsubscribe"}') == Unsubscribe(action="unsubscribe")
    found = read('{"action": "subscribe", "symbols": [" btc "], "horizons": ["1h"]}')
    assert found == Subscribe(action="subscribe", symbols=["BTC"], horizons=[Horizon.H1])


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "x",
        '{"action": "shout"}',
        '{"action": "ping", "more": 1}',
        '{"action": "subscribe", "horizons": ["2h"]}',
        '{"action": "subscribe", "symbols": "BTC"}',
        json.dumps({"action": "subscribe", "symbols": ["BTC"] * 100}),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        CLIENT_MESSAGE.validate_json(text)


@given(symbols, horizons, st.booleans())
def test_a_subscription_survives_its_json(coins: frozenset[str], ahead: frozenset[str], active: bool) -> None:
    given_one = Subscription(coins, ahead, active)
    read = Subscription.from_json(json.loads(json.dumps(given_one.to_json())))
    assert read == (given_one if active else Subscription())


@given(symbols, horizons, st.sampled_from(sorted(COINS)), st.sampled_from([h.value for h in Horizon]))
def test_it_wants_what_it_named_and_all_where_it_named_nothing(
    coins: frozenset[str], ahead: frozenset[str], symbol: str, horizon: str
) -> None:
    subscription = Subscription(coins, ahead, active=True)
    coin_fits, horizon_fits = not coins or symbol in coins, not ahead or horizon in ahead
    assert subscription.wants(symbol) == coin_fits
    assert subscription.wants(symbol, horizon) == (coin_fits and horizon_fits)
    assert not Subscription(coins, ahead).wants(symbol, horizon)


@pytest.mark.parametrize("value", [None, {}, [], {"active": True, "symbols": "BTC"}, {"symbols": ["BTC"]}])
def test_a_strange_subscription_is_not_an_error(value: object) -> None:
    read = Subscription.from_json(value)  # type: ignore[arg-type]
    assert read.symbols == frozenset()
