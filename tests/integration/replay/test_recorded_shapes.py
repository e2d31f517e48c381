"""Our answers beside the vendors' own, as they were recorded. They lie outside the repository."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from local.replay.dataset import Dataset, symbols_with_bars
from tests.integration.replay.conftest import NOON, Asker
from tests.unit.replay.recorded import START

DATA = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not (DATA / "api").is_dir(), reason="the recorded answers (../shared/data) are not on this machine"
)


def recorded_answers(name: str) -> list[dict[str, Any]]:
    return json.loads((DATA / "api" / f"{name}.json").read_text())


def test_a_feed_item_has_the_elements_of_a_recorded_one(recorded: Asker) -> None:
    def elements(root: Element) -> list[list[str]]:
        return [[child.tag for child in item if child.tag != "category"] for item in root.iter("item")]

    theirs = fromstring((DATA / "api" / "coindesk_rss.xml").read_bytes())
    ours = fromstring(recorded.get("/coindesk/arc/outboundfeeds/rss/").content)
    assert elements(ours)[0] == elements(theirs)[0]
    formats = [item.findtext("pubDate", "") for item in (ours.find(".//item"), theirs.find(".//item"))]
    for text in formats:
        datetime.strptime(text, "%a, %d %b %Y %H:%M:%S %z")
    assert theirs.find(".//guid").attrib == ours.find(".//guid").attrib


def test_index_rows_have_the_fields_of_recorded_ones(recorded: Asker) -> None:
    theirs = recorded_answers("rotki_test_cryptocompare_histohour_data_going_backward")
    path = "/coindesk-data/index/cc/v1/historical/hours"
    params = {"market": "cadli", "instrument": "BTC-USD", "limit": 20, "to_ts": int(NOON.timestamp())}
    ours = recorded.json(path, **params)
    quiet = next(row for row in theirs[0]["body"]["Data"] if row["TOTAL_INDEX_UPDATES"] == 0)
    assert list(ours["Data"][0]) == list(quiet)
    assert {k: type(v) for k, v in ours["Data"][0].items() if isinstance(v, str)} == {
        k: type(v) for k, v in quiet.items() if isinstance(v, str)
    }
    assert ours["Data"][0]["TYPE"] == quiet["TYPE"]
    assert ours["Err"] == theirs[0]["body"]["Err"] == {}


def test_before_the_first_value_the_index_answers_as_recorded(recorded: Asker) -> None:
    theirs = recorded_answers("rotki_test_cryptocompare_histohour_data_going_backward")[-1]
    params = {"market": "cadli", "instrument": "BTC-USD", "limit": 2_000, "to_ts": int(START.timestamp()) - 1}
    ours = recorded.get("/coindesk-data/index/cc/v1/historical/hours", **params)
    assert ours.status_code == theirs["status"]["code"] == 404
    assert set(ours.json()) == set(theirs["body"])
    assert set(ours.json()["Err"]) == set(theirs["body"]["Err"])
    assert {"param", "first"} <= set(theirs["body"]["Err"]["other_info"]) & set(
        ours.json()["Err"]["other_info"]
    )


def test_coingecko_names_and_dates_as_recorded(recorded: Asker) -> None:
    theirs = recorded_answers("rotki_test_asset_data")[0]
    answer = recorded.get("/coingecko/api/v3/coins/markets", vs_currency="usd", ids="bitcoin")
    ours = answer.json()[0]
    assert [ours[name] for name in ("id", "symbol", "name")] == [
        theirs["body"][n] for n in ("id", "symbol", "name")
    ]
    for text in (ours["last_updated"], theirs["body"]["last_updated"]):
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    assert "must-revalidate" in answer.headers["cache-control"]
    assert "must-revalidate" in theirs["headers"]["Cache-Control"][0]


def test_the_recorded_folder_can_be_served() -> None:
    """15-minute bars of three coins over the whole stretch, BTC's only while its 5-minute file lasts."""
    world = Dataset(DATA)
    since = datetime(2022, 1, 5, tzinfo=UTC)
    assert symbols_with_bars(DATA, since) == ("AAVE", "DOT", "SOL")
    since_s = since.timestamp()
    assert len(world.bars("SOL", 900, since_s, since_s + 86_400)) == 96
    assert len(world.bars("BTC", 900, since_s, since_s + 86_400)) == 0
    assert len(world.bars("BTC", 1_800, since_s, since_s + 86_400)) == 48
    assert len(world.bars("XRP", 3_600, since_s, since_s + 86_400)) == 24
    for channel in (*world.channels("news"), *world.channels("post")):
        found = world.documents(channel, since_s, since_s + 86_400)
        assert found, channel
        assert len({document.external_id for document in found}) == len(found)
