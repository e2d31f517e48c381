"""Simulated headlines and posts."""

from __future__ import annotations

import numpy as np
import pytest

from local.replay.market import EPOCH, SYMBOLS, Market
from local.replay.texts import NEWS_CHANNELS, SUBREDDITS, Texts

DAY_S = 86_400
FIRST_S = int(EPOCH.timestamp())


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(seed=1)


@pytest.fixture(scope="module")
def texts(market: Market) -> Texts:
    return Texts(market, seed=1)


@pytest.mark.parametrize("channel", [*NEWS_CHANNELS, *SUBREDDITS])
def test_every_text_says_that_it_is_simulated(texts: Texts, channel: str) -> None:
    found = texts.between(channel, FIRST_S + 3 * DAY_S, FIRST_S + 5 * DAY_S)
    assert len(found) > 10
    for document in found:
        assert document.source == document.author == "simulated"
        assert document.title.endswith("(simulated)")
        assert "{" not in document.title + document.body
        assert document.visible_s >= document.published_s


def test_ids_are_unique_and_the_same_in_every_run(texts: Texts, market: Market) -> None:
    found = [d for c in SUBREDDITS for d in texts.between(c, FIRST_S, FIRST_S + 20 * DAY_S)]
    ids = [document.external_id for document in found]
    assert len(set(ids)) == len(ids)
    assert all(5 <= len(one) <= 8 for one in ids)
    assert Texts(market, seed=1).posts(ids[5:8]) == found[5:8]
    assert texts.posts(["zzzz", "not an id!", ids[3]]) == [found[3]]


def test_a_window_is_cut_to_the_second_and_begins_at_the_epoch(texts: Texts) -> None:
    day = texts.between("bitcoin", FIRST_S + DAY_S, FIRST_S + 2 * DAY_S)
    middle = day[len(day) // 2].published_s
    parts = (
        texts.between("Bitcoin", FIRST_S + DAY_S, middle),
        texts.between("Bitcoin", middle, FIRST_S + 2 * DAY_S),
    )
    assert [*parts[0], *parts[1]] == day
    assert texts.between("Bitcoin", FIRST_S - DAY_S, FIRST_S) == []
    assert texts.between("nobody", FIRST_S, FIRST_S + DAY_S) == []


def test_the_tone_follows_the_mood_of_the_coin(texts: Texts, market: Market) -> None:
    signs = {
        1: ("rallies", "breaks out", "Bullish", "optimistic"),
        -1: ("tumbles", "slides", "Bearish", "falls"),
    }
    moods: dict[int, list[float]] = {1: [], -1: []}
    for document in texts.between("coindesk", FIRST_S, FIRST_S + 200 * DAY_S):
        number, second = divmod(document.published_s - FIRST_S, DAY_S)
        for leaning, words in signs.items():
            if "Bitcoin" in document.title and any(word in document.title for word in words):
                moods[leaning].append(market.day(number).mood[second // 300, SYMBOLS.index("BTC")])
    assert min(len(found) for found in moods.values()) > 30
    assert np.mean(moods[1]) > np.mean(moods[-1]) + 0.3


def test_some_posts_are_deleted_later_and_no_news_is(texts: Texts) -> None:
    posts = texts.between("CryptoCurrency", FIRST_S, FIRST_S + 30 * DAY_S)
    gone = [post for post in posts if post.deleted_s is not None]
    assert 0.005 < len(gone) / len(posts) < 0.05
    assert all(post.deleted_s > post.visible_s for post in gone)
    assert all(item.deleted_s is None for item in texts.between("coindesk", FIRST_S, FIRST_S + 30 * DAY_S))
