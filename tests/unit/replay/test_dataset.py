"""A world out of a folder of recorded files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from local.replay.dataset import Dataset, symbols_with_bars
from local.replay.dataset_documents import news_channel
from local.replay.vendors.news_pages import path_of
from tests.unit.replay.recorded import DAYS, GAP, SPREAD, START, WALL_STREET, write_folder

FIRST_S = int(START.timestamp())
DAY_S = 86_400


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return Dataset(write_folder(tmp_path_factory.mktemp("data") / "recorded"))


def test_a_coin_is_served_at_the_lengths_that_its_bars_fill(dataset: Dataset) -> None:
    assert dataset.symbols == ("BTC", "ETH", "SOL")
    assert dataset.intervals("ETH") == (3_600, 21_600, 86_400)
    assert dataset.intervals("SOL") == (900, 1_800, 3_600, 21_600, 86_400)
    assert dataset.intervals("BTC")[:2] == (300, 900)
    assert dataset.intervals("XRP") == ()
    assert len(dataset.bars("ETH", 900, FIRST_S, FIRST_S + DAY_S)) == 0
    assert (dataset.first_s, dataset.last_s) == (FIRST_S, FIRST_S + DAYS * DAY_S)


def test_shorter_bars_are_added_up_and_a_gap_stays_a_gap(dataset: Dataset) -> None:
    own = dataset.bars("SOL", 900, FIRST_S, FIRST_S + DAY_S)
    assert len(own) == 95
    hours = dataset.bars("SOL", 3_600, FIRST_S, FIRST_S + DAY_S)
    assert len(hours) == 23
    assert int(GAP.timestamp()) not in hours.opened_s
    assert hours.close[0] == own.close[3]
    assert hours.volume[0] == pytest.approx(own.volume[:4].sum())


def test_a_file_of_the_right_length_goes_before_added_up_bars(dataset: Dataset) -> None:
    hours = dataset.bars("BTC", 3_600, FIRST_S, FIRST_S + 4 * DAY_S)
    assert len(hours) == 4 * 24
    assert hours.close[0] != dataset.bars("BTC", 300, FIRST_S, FIRST_S + 3_600).close[-1]
    assert len(dataset.bars("BTC", 900, FIRST_S, FIRST_S + 4 * DAY_S)) == 96


def test_publishers_are_dealt_to_the_two_feeds(dataset: Dataset) -> None:
    assert set(dataset.channels("news")) == {"coindesk", "cryptoslate"}
    for channel in dataset.channels("news"):
        found = dataset.documents(channel, FIRST_S, FIRST_S + 9 * DAY_S)
        assert found and {SPREAD[document.source] for document in found} == {channel}
        assert all(f"/{d.source.lower()}/" in path_of(d) for d in found)
    assert news_channel("Some New Paper") == news_channel("SOME NEW PAPER")


def test_stamps_that_claim_too_much_are_moved_a_day(dataset: Dataset) -> None:
    found = {d.title: d for d in dataset.documents("coindesk", FIRST_S, FIRST_S + 9 * DAY_S)}
    wall_street = START + timedelta(hours=12, minutes=25) + timedelta(days=1)
    assert found[WALL_STREET].published_s == wall_street.timestamp()
    assert found["Bare date"].published_s == (START + timedelta(days=2)).timestamp()
    ordinary = found["Headline 0 & <b>"]
    assert ordinary.published_s == (START + timedelta(minutes=3)).timestamp()


def test_news_appears_an_hour_or_more_after_its_stamp_and_posts_soon(dataset: Dataset) -> None:
    news = dataset.documents("coindesk", FIRST_S, FIRST_S + 9 * DAY_S)
    lags = [d.visible_s - d.published_s for d in news]
    assert min(lags) == 3_600
    assert 3_600 < max(lags) <= 3_600 + 7_040
    posts = dataset.documents("bitcoin", FIRST_S, FIRST_S + 9 * DAY_S)
    assert len(posts) == 165
    assert all(5 <= d.visible_s - d.published_s <= 120 for d in posts)


def test_a_lag_is_seeded(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "recorded")
    lags = [
        [d.visible_s for d in Dataset(folder, seed).documents("coindesk", FIRST_S, FIRST_S + DAY_S)]
        for seed in (1, 1, 2)
    ]
    assert lags[0] == lags[1] != lags[2]


def test_items_recorded_without_an_id_get_one_that_stays(dataset: Dataset, tmp_path: Path) -> None:
    again = Dataset(write_folder(tmp_path / "recorded"))
    ids = [
        sorted(d.external_id for c in world.channels("news") for d in world.documents(c, 0, 2e9))
        for world in (dataset, again)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0]) == 63
    assert sum(one.startswith("recorded:") for one in ids[0]) == 2


def test_posts_are_found_by_id(dataset: Dataset) -> None:
    found = dataset.posts(["r00007", "absent", "r00002"])
    assert [post.external_id for post in found] == ["r00007", "r00002"]
    assert [post.channel for post in found] == ["Bitcoin", "CryptoCurrency"]


def test_a_folder_without_prices_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no prices"):
        Dataset(tmp_path)


def test_coins_with_bars_at_a_date(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "recorded")
    assert symbols_with_bars(folder, START, days=2) == ("BTC", "SOL")
    assert symbols_with_bars(folder, START + timedelta(days=1), days=2) == ("SOL",)
    assert symbols_with_bars(folder, START + timedelta(days=90)) == ()
