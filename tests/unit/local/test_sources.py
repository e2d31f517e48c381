"""What `make up SOURCE=…` decides, and how it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cryptocast.domain import DEFAULT_SYMBOLS, DataLabel
from local import sources
from local.replay import dataset
from local.sources import WrongChoice, choose, speed_of


def test_auto_is_live_where_the_price_source_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "price_source_answers", lambda: True)
    choice = choose("auto", None, None, 1.0, None)
    assert (choice.label, choice.symbols) == (DataLabel.LIVE, DEFAULT_SYMBOLS)
    assert choice.why == "live: CoinGecko answered"


def test_auto_is_simulated_where_it_does_not_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "price_source_answers", lambda: False)
    choice = choose("auto", None, None, 1.0, "btc, eth")
    assert (choice.label, choice.symbols) == (DataLabel.SIMULATED, ("BTC", "ETH"))
    assert "CoinGecko did not answer" in choice.why


def test_auto_with_a_speed_is_simulated_without_asking_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "price_source_answers", lambda: pytest.fail("asked"))
    assert choose("auto", None, None, 60.0, None).label is DataLabel.SIMULATED


def test_a_speed_is_a_number() -> None:
    assert speed_of("600") == 600
    with pytest.raises(WrongChoice, match="SPEED=abc is no number: 1 is real time"):
        speed_of("abc")


def test_a_replay_begins_on_the_grid_and_keeps_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    one = choose("replay", str(tmp_path), "2021-10-12T00:07", 60.0, "SOL")
    other = choose("replay", str(tmp_path), "2021-11-12", 60.0, "SOL")
    assert one.start == datetime(2021, 10, 12, tzinfo=UTC)
    assert one.profile != other.profile
    assert one.profile.startswith("replay-20211012-")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("auto", None, None, 0.0, None), "SPEED must be above 0"),
        (("live", None, None, 10.0, None), "live time cannot be hurried"),
        (("sometimes", None, None, 1.0, None), "take auto, live, simulated or replay"),
        (("replay", None, "2021-10-12", 1.0, None), "needs DATA=<folder> and FROM=<date>"),
        (("replay", "no-such-folder", "2021-10-12", 1.0, "SOL"), "no folder 'prices'"),
        (("simulated", None, "soon", 1.0, None), "write it as 2021-10-12"),
        (
            ("simulated", None, None, 1.0, "btc,foo,bar"),
            r"COINS=btc,foo,bar: unknown: FOO, BAR; known are BTC, ETH, .*XRP",
        ),
        (("live", None, None, 1.0, "FOO"), "unknown: FOO; known are BTC"),
        (("replay", "no-such-folder", "2021-10-12", 1.0, "FOO"), "unknown: FOO; known are BTC"),
        (("auto", None, None, 1.0, "FOO"), "unknown: FOO; known are BTC"),
        (("simulated", None, None, 1.0, " , "), "no coin is named; known are BTC"),
    ],
)
def test_a_wrong_choice_says_what_to_do(arguments: tuple[object, ...], said: str) -> None:
    with pytest.raises(WrongChoice, match=said):
        choose(*arguments)  # type: ignore[arg-type]


def test_coins_are_read_as_they_are_typed() -> None:
    assert choose("simulated", None, None, 1.0, " btc,link, BTC,").symbols == ("BTC", "LINK")


def test_a_replay_takes_the_known_coins_of_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prices").mkdir()
    monkeypatch.setattr(dataset, "symbols_with_bars", lambda folder, begin: ("BTC", "FOO"))
    assert choose("replay", str(tmp_path), "2021-10-12", 1.0, None).symbols == ("BTC",)


def test_a_hurried_simulation_never_shares_a_folder_with_one_in_real_time() -> None:
    usual = choose("simulated", None, None, 1.0, None).profile
    hurried = choose("simulated", None, None, 600.0, None).profile
    dated = choose("simulated", None, "2026-03-02", 600.0, None).profile
    fewer = choose("simulated", None, None, 600.0, "BTC").profile
    assert len({usual, hurried, dated, fewer}) == 4
