"""The simulated market: the same in every run, and like a market."""

from __future__ import annotations

import numpy as np
import pytest

from local.replay.market import EPOCH, SYMBOLS, Market
from local.replay.simulated import Simulated
from local.replay.world import Bars

DAY_S = 86_400
DAYS = 180
FIRST_S = int(EPOCH.timestamp())


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(seed=1)


@pytest.fixture(scope="module")
def season(market: Market) -> dict[str, Bars]:
    return {symbol: market.bars(symbol, FIRST_S, FIRST_S + DAYS * DAY_S) for symbol in SYMBOLS}


def test_a_moment_has_the_same_bar_whatever_was_asked_before(market: Market) -> None:
    since_s = FIRST_S + 40 * DAY_S + 4_500
    fresh = Market(seed=1).bars("SOL", since_s, since_s + 3_000)
    market.bars("BTC", FIRST_S, FIRST_S + 90 * DAY_S)
    again = market.bars("SOL", since_s, since_s + 3_000)
    assert again.opened_s[0] == since_s
    for name in Bars.__slots__:
        assert np.array_equal(getattr(fresh, name), getattr(again, name)), name


def test_another_seed_is_another_market(market: Market) -> None:
    other = Market(seed=2).bars("BTC", FIRST_S, FIRST_S + DAY_S)
    assert not np.array_equal(other.close, market.bars("BTC", FIRST_S, FIRST_S + DAY_S).close)


def test_bars_are_well_formed_and_join_across_days(season: dict[str, Bars]) -> None:
    for symbol, bars in season.items():
        assert len(bars) == DAYS * 288, symbol
        assert (np.diff(bars.opened_s) == 300).all()
        assert (bars.open[1:] == bars.close[:-1]).all()
        assert (bars.low > 0).all()
        assert (bars.low <= np.minimum(bars.open, bars.close)).all()
        assert (bars.high >= np.maximum(bars.open, bars.close)).all()
        assert bars.trade_count is not None and bars.taker_buy_volume is not None
        assert (bars.trade_count >= 1).all()
        assert ((bars.taker_buy_volume >= 0) & (bars.taker_buy_volume <= bars.volume)).all()


def test_it_moves_as_a_market_moves(season: dict[str, Bars]) -> None:
    """Fat tails, volatility that clusters, coins that move together, prices that stay within reason."""
    returns = {symbol: np.diff(np.log(bars.close[::3])) for symbol, bars in season.items()}
    for symbol, moves in returns.items():
        size = np.abs(moves)
        assert np.mean((moves - moves.mean()) ** 4) / moves.var() ** 2 > 4, symbol
        assert np.corrcoef(size[:-1], size[1:])[0, 1] > 0.1, symbol
        assert 0.01 < moves.std() * np.sqrt(96) < 0.08, symbol
        assert season[symbol].close.max() / season[symbol].close.min() < 20, symbol
    hourly = [np.diff(np.log(season[symbol].close[::12])) for symbol in ("BTC", "ETH", "SOL")]
    assert np.corrcoef(hourly)[np.triu_indices(3, 1)].min() > 0.4


def test_a_little_of_it_can_be_predicted(market: Market, season: dict[str, Bars]) -> None:
    """Moves are partly given back, and the mood leads them: more than nothing, less than an oracle."""
    given_back, led = [], []
    mood = np.concatenate([market.day(number).mood for number in range(DAYS)])
    for k, symbol in enumerate(SYMBOLS):
        price = np.log(season[symbol].close)
        hourly = np.diff(price[::12])
        given_back.append(np.corrcoef(hourly[:-1], hourly[1:])[0, 1])
        led.append(np.corrcoef(mood[:-48, k], price[48:] - price[:-48])[0, 1])
    assert -0.2 < np.mean(given_back) < -0.02
    assert 0.03 < np.mean(led) < 0.3


def test_the_world_begins_at_its_epoch_and_knows_its_coins() -> None:
    world = Simulated(seed=1)
    assert len(world.bars("BTC", 900, FIRST_S - 10 * DAY_S, FIRST_S)) == 0
    assert world.bars("BTC", 900, FIRST_S - DAY_S, FIRST_S + 900).opened_s.tolist() == [FIRST_S]
    assert world.intervals("NOPE") == ()
    assert len(world.bars("BTC", 700, FIRST_S, FIRST_S + DAY_S)) == 0
    assert world.bars("BTC", 3_600, FIRST_S, FIRST_S + DAY_S).trade_count is not None
