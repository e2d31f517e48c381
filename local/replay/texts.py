"""Simulated headlines and posts. They name coins, and lean the way the market's mood leans.

The tone of a text follows the mood of its coin at that hour, with much noise; the mood leans on the
coming hours' returns, so a model can find a little in the texts, as in life. Everything is labelled:
the author and the source are `simulated`, and each headline and post ends with `(simulated)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from cryptocast.domain import COINS
from local.replay.lag import news_visible_s, post_visible_s
from local.replay.market import EPOCH, STEP_S, STEPS, SYMBOLS, Market
from local.replay.phrases import BODIES, HEADLINES, POST_BODIES, POST_TITLES, WHO
from local.replay.world import DAY_S, Document

NEWS_CHANNELS = ("coindesk", "cryptoslate")
SUBREDDITS = ("CryptoCurrency", "Bitcoin", "CryptoMarkets")
SOURCE = "simulated"

_EPOCH_S = int(EPOCH.timestamp())
_A_DAY = {"coindesk": 26, "cryptoslate": 18, "CryptoCurrency": 110, "Bitcoin": 60, "CryptoMarkets": 24}
_TALK = np.array([9, 6, 4, 2, 2, 1.5, 1.2, 1.2, 2, 1.2, 0.8, 0.8, 0.6, 2])
_DELETED_SHARE = 0.02
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Texts:
    def __init__(self, market: Market, seed: int) -> None:
        self._market = market
        self._seed = seed
        self._day = lru_cache(maxsize=2_000)(self._make_day)

    def between(self, channel: str, since_s: float, until_s: float) -> list[Document]:
        """Published in [since_s, until_s), ascending; the subreddit's name in any case."""
        names = {name.lower(): name for name in _A_DAY}
        name = names.get(channel.lower())
        if name is None or until_s <= _EPOCH_S:
            return []
        first, last = max(0, int((since_s - _EPOCH_S) // DAY_S)), int((until_s - _EPOCH_S) // DAY_S)
        found = (document for number in range(first, last + 1) for document in self._day(name, number))
        return [document for document in found if since_s <= document.published_s < until_s]

    def posts(self, ids: Sequence[str]) -> list[Document]:
        found = []
        for post_id in ids:
            place = _place(post_id)
            if place is not None:
                found += [d for d in self._day(*place) if d.external_id == post_id]
        return found

    def _make_day(self, channel: str, number: int) -> list[Document]:
        index = list(_A_DAY).index(channel)
        draws = np.random.Generator(np.random.SFC64([self._seed, 100 + index, number]))
        count = int(draws.poisson(_A_DAY[channel]))
        published_s = np.sort(draws.integers(0, DAY_S, count)) + _EPOCH_S + number * DAY_S
        mood = self._market.day(number).mood
        chance = draws.random(count)
        news = channel in NEWS_CHANNELS
        lag = (
            news_visible_s(published_s, chance, undocumented_zone=False)
            if news
            else post_visible_s(published_s, chance)
        )
        talk = _TALK / _TALK.sum()
        coins = (
            np.zeros(count, dtype=int) if channel == "Bitcoin" else draws.choice(len(SYMBOLS), count, p=talk)
        )
        steps = (published_s - _EPOCH_S - number * DAY_S) // STEP_S
        tone = np.tanh(0.9 * mood[np.minimum(steps, STEPS - 1), coins] + 0.9 * draws.standard_normal(count))
        gone = np.where(draws.random(count) < _DELETED_SHARE, draws.integers(3_600, 172_800, count), 0)
        return [
            self._document(
                channel,
                number,
                i,
                int(published_s[i]),
                int(lag[i]),
                SYMBOLS[coins[i]],
                float(tone[i]),
                0 if news else int(gone[i]),
                draws,
            )
            for i in range(count)
        ]

    def _document(
        self,
        channel: str,
        number: int,
        i: int,
        published_s: int,
        visible_s: int,
        symbol: str,
        tone: float,
        gone_after_s: int,
        draws: np.random.Generator,
    ) -> Document:
        news = channel in NEWS_CHANNELS
        leaning = 1 if tone > 0.3 else -1 if tone < -0.3 else 0
        title = _fill((HEADLINES if news else POST_TITLES)[leaning], symbol, draws)
        body = _fill((BODIES if news else POST_BODIES)[leaning], symbol, draws)
        post_id = _post_id(channel, number, i)
        return Document(
            kind="news" if news else "post",
            channel=channel,
            source=SOURCE,
            external_id=f"simulated-{channel}-{post_id}" if news else post_id,
            title=f"{title} (simulated)",
            body=body,
            author=SOURCE,
            published_s=published_s,
            visible_s=visible_s,
            deleted_s=visible_s + gone_after_s if gone_after_s else None,
        )


def _fill(phrases: Sequence[str], symbol: str, draws: np.random.Generator) -> str:
    phrase = phrases[int(draws.integers(len(phrases)))]
    return phrase.format(
        coin=COINS[symbol].name,
        symbol=symbol,
        who=WHO[int(draws.integers(len(WHO)))],
        percent=f"{2 + 9 * draws.random():.1f}",
        millions=int(draws.integers(12, 900)),
        days=int(draws.integers(2, 30)),
    )


def _post_id(channel: str, number: int, i: int) -> str:
    """Channel, day and place in base 36, so that an id leads back to its day."""
    return _base36((list(_A_DAY).index(channel) + 1) * 100_000_000 + number * 1_000 + i)


def _base36(value: int) -> str:
    text = ""
    while value:
        value, digit = divmod(value, 36)
        text = _DIGITS[digit] + text
    return text


def _place(post_id: str) -> tuple[str, int] | None:
    """(channel, day) of a post's id, or None where no such id can be."""
    try:
        index, rest = divmod(int(post_id, 36), 100_000_000)
    except ValueError:
        return None
    names = list(_A_DAY)
    if not 1 <= index <= len(names):
        return None
    return names[index - 1], rest // 1_000
