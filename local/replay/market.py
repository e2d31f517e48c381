"""A simulated market: correlated coins, clustered volatility, a little that can be predicted.

Everything follows from the seed, and the same moment has the same bar in every run: each day draws
from its own generator, and the state at a day's end (log price, volatility, the slow processes) is
walked once from `EPOCH` and kept. The parts of a coin's 5-minute log return:

- volatility: EGARCH(1,1) on the market's and on each coin's own shocks, a weekly regime (calm,
  usual, stormy) and the hour of the day;
- a market factor with a beta per coin, beside the coin's own shocks;
- a `mood` with a half-life of 10 hours that leans on returns and that the texts speak of;
- a passing pressure with a half-life of 45 minutes that is given back: mild mean reversion;
- a slow pull towards the coin's anchor price, so that years of it stay within reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np

from local.replay.world import DAY_S, Bars, Floats, Ints

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
STEP_S = 300
STEPS = DAY_S // STEP_S

_EPOCH_S = int(EPOCH.timestamp())
_ANCHORS = {
    # price in USD, beta to the market, own share of the daily volatility, coins traded in 5 minutes
    "BTC": (64_000.0, 0.85, 0.006, 60.0),
    "ETH": (3_100.0, 1.05, 0.010, 900.0),
    "SOL": (150.0, 1.30, 0.016, 9_000.0),
    "DOT": (7.2, 1.20, 0.015, 40_000.0),
    "AAVE": (180.0, 1.25, 0.017, 900.0),
    "ADA": (0.62, 1.15, 0.014, 400_000.0),
    "AVAX": (34.0, 1.30, 0.016, 12_000.0),
    "BNB": (560.0, 0.80, 0.009, 700.0),
    "DOGE": (0.16, 1.25, 0.020, 3_000_000.0),
    "LINK": (15.0, 1.20, 0.015, 20_000.0),
    "LTC": (85.0, 0.95, 0.011, 3_000.0),
    "MATIC": (0.72, 1.25, 0.016, 300_000.0),
    "UNI": (8.4, 1.25, 0.016, 15_000.0),
    "XRP": (0.58, 0.95, 0.015, 900_000.0),
}
SYMBOLS = tuple(_ANCHORS)

_MARKET_DAILY_VOLATILITY = 0.022
_REGIMES = (0.65, 1.0, 1.7)
_PERSISTENCE = 0.985
_SHOCK, _LEVERAGE = 0.14, -0.05
_MOOD_KEPT = 0.5 ** (STEP_S / 36_000)
_MOOD_DRIFT = 0.022
_PRESSURE_KEPT = 0.5 ** (STEP_S / 2_700)
_PRESSURE_SHARE = 0.75
_PULL = 1 / (45 * STEPS)


@dataclass(frozen=True, slots=True)
class _State:
    """At the start of a day, per coin (k,); the market's shocks are column 0 of `log_variance`."""

    log_price: Floats
    log_variance: Floats
    pressure: Floats
    mood: Floats


@dataclass(frozen=True, slots=True)
class Day:
    """One day's steps: all (STEPS, k) except `price_before` (k,). Volume in coins."""

    price_before: Floats
    close: Floats
    high: Floats
    low: Floats
    volume: Floats
    trade_count: Ints
    taker_buy_volume: Floats
    mood: Floats


class Market:
    """`day(number)` counts days from `EPOCH`."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        anchors = np.array(list(_ANCHORS.values()))
        self._anchor, self._beta, self._own, self._usual_volume = anchors.T
        self._tick = 10.0 ** (np.floor(np.log10(self._anchor)) - 4)
        self._season = _season()
        kept = (_PERSISTENCE, _MOOD_KEPT, _PRESSURE_KEPT)
        self._fading = {share: share ** np.arange(1, STEPS + 1)[:, None] for share in kept}
        self._states = [self._first_state()]
        self.day = lru_cache(maxsize=200)(self._make_day)

    def bars(self, symbol: str, since_s: float, until_s: float) -> Bars:
        """5-minute bars opened in [since_s, until_s); none before `EPOCH`."""
        k = SYMBOLS.index(symbol)
        first = max(int((since_s - _EPOCH_S) // DAY_S), 0)
        last = int((until_s - _EPOCH_S - 0.0001) // DAY_S)
        days = [self.day(number) for number in range(first, last + 1)]
        if not days:
            return _no_bars()
        close = np.concatenate([day.close[:, k] for day in days])
        bars = Bars(
            opened_s=_EPOCH_S + first * DAY_S + STEP_S * np.arange(len(close), dtype=np.int64),
            open=np.r_[days[0].price_before[k], close[:-1]],
            high=np.concatenate([day.high[:, k] for day in days]),
            low=np.concatenate([day.low[:, k] for day in days]),
            close=close,
            volume=np.concatenate([day.volume[:, k] for day in days]),
            trade_count=np.concatenate([day.trade_count[:, k] for day in days]),
            taker_buy_volume=np.concatenate([day.taker_buy_volume[:, k] for day in days]),
        )
        return bars.between(since_s, until_s)

    def _first_state(self) -> _State:
        k = len(SYMBOLS)
        return _State(np.log(self._anchor), np.zeros(k + 1), np.zeros(k), np.zeros(k))

    def _state(self, number: int) -> _State:
        while len(self._states) <= number:
            day = len(self._states) - 1
            self._states.append(self._walk(day, self._states[day])[1])
        return self._states[number]

    def _walk(self, number: int, start: _State) -> tuple[tuple[Floats, ...], _State]:
        """The day's log prices, volatility, shocks and mood (STEPS, k), and the state after it."""
        k = len(SYMBOLS)
        draws = self._generator(number, 0).standard_normal((STEPS, 3 * k + 1), dtype=np.float32)
        shocks = draws[:, : k + 1].astype(np.float64)
        news = _SHOCK * (np.abs(shocks) - np.sqrt(2 / np.pi)) + _LEVERAGE * shocks
        log_variance = self._recur(_PERSISTENCE, start.log_variance, news)
        before = np.vstack([start.log_variance, log_variance[:-1]])
        scale = np.exp(before / 2) * self._season[:, None] * self._regime(number) / np.sqrt(STEPS)
        market = shocks[:, :1] * scale[:, :1] * _MARKET_DAILY_VOLATILITY
        volatility = np.hypot(self._beta * scale[:, :1] * _MARKET_DAILY_VOLATILITY, self._own * scale[:, 1:])
        mood_draws = (0.6 * draws[:, k + 1 : k + 2] + 0.8 * draws[:, k + 1 : 2 * k + 1]) * np.sqrt(
            1 - _MOOD_KEPT**2
        )
        mood = self._recur(_MOOD_KEPT, start.mood, mood_draws)
        pressure_draws = draws[:, 2 * k + 1 :] * volatility * _PRESSURE_SHARE
        pressure = self._recur(_PRESSURE_KEPT, start.pressure, pressure_draws)
        lean = _MOOD_DRIFT * np.vstack([start.mood, mood[:-1]]) * volatility
        returns = market * self._beta + shocks[:, 1:] * scale[:, 1:] * self._own + lean
        pull = _PULL * (np.log(self._anchor) - start.log_price)
        fair = start.log_price + np.cumsum(returns + pull, axis=0)
        after = _State(fair[-1], log_variance[-1], pressure[-1], mood[-1])
        return (fair + pressure, volatility, shocks[:, 1:], mood), after

    def _make_day(self, number: int) -> Day:
        start = self._state(number)
        (log_price, volatility, shocks, mood), _ = self._walk(number, start)
        draws = self._generator(number, 1)
        shape = log_price.shape
        price_before = self._rounded(np.exp(start.log_price + start.pressure))
        close = self._rounded(np.exp(log_price))
        opened = np.vstack([price_before, close[:-1]])
        reach = volatility * np.abs(draws.standard_normal((2, *shape))) * 0.6
        high = np.maximum(
            np.maximum(opened, close), self._rounded(np.maximum(opened, close) * np.exp(reach[0]))
        )
        low = np.minimum(
            np.minimum(opened, close), self._rounded(np.minimum(opened, close) * np.exp(-reach[1]))
        )
        excitement = np.exp(0.45 * np.abs(shocks) + 0.35 * draws.standard_normal(shape) - 0.4)
        volume = np.round(self._usual_volume * self._season[:, None] * self._regime(number) * excitement, 5)
        buyers = np.clip(0.5 + 0.09 * shocks + 0.05 * draws.standard_normal(shape), 0.05, 0.95)
        trades = np.maximum(1, volume * close / (900 + 600 * draws.random(shape)))
        return Day(
            price_before,
            close,
            high,
            low,
            volume,
            trades.astype(np.int64),
            np.round(volume * buyers, 5),
            mood,
        )

    def _recur(self, kept: float, start: Floats, draws: Floats) -> Floats:
        """x[t] = kept * x[t-1] + draws[t] for a whole day at once; (STEPS, columns)."""
        fading = self._fading[kept]
        return fading * (start + np.cumsum(draws / fading, axis=0))

    def _regime(self, number: int) -> float:
        return float(self._generator(number // 7, 2).choice(_REGIMES, p=(0.35, 0.45, 0.2)))

    def _rounded(self, price: Floats) -> Floats:
        decimals = np.maximum(0, -np.floor(np.log10(self._tick))).astype(int)
        scale = 10.0**decimals
        return np.maximum(np.rint(price * scale), 1) / scale

    def _generator(self, number: int, purpose: int) -> np.random.Generator:
        return np.random.Generator(np.random.SFC64([self.seed, purpose, number]))


def _season() -> Floats:
    """How busy the hour is (UTC), mean 1: quiet in the small hours, busy while New York trades."""
    hour = np.arange(STEPS) * STEP_S / 3_600
    shape = 1 + 0.35 * np.exp(-(((hour - 14.5) / 2.5) ** 2)) + 0.12 * np.exp(-(((hour - 1) / 1.5) ** 2))
    shape -= 0.2 * np.exp(-(((hour - 5.5) / 3) ** 2))
    return shape / shape.mean()


def _no_bars() -> Bars:
    none, ints = np.empty(0), np.empty(0, dtype=np.int64)
    return Bars(ints, none, none, none, none, none, ints, none)
