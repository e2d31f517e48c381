"""One bad record never costs its batch, and every refused one says why."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryptocast.domain import Bar, Call, DocumentKind, Quote
from cryptocast.validate import schemas
from cryptocast.validate.split import (
    split,
    valid_bars,
    valid_documents,
    valid_feature_rows,
    valid_forecasts,
    valid_quotes,
    valid_sentiments,
)
from tests.factories import (
    AS_OF,
    INTERVAL,
    make_bar,
    make_document,
    make_feature_row,
    make_forecast,
    make_quote,
    make_quote_bar,
    make_sentiment,
)

NOW = AS_OF + timedelta(seconds=30)


def test_valid_records_of_every_kind_pass_untouched() -> None:
    bars = [
        make_bar(),
        make_quote_bar("ETH"),
        make_bar("SOL", volume=0.0, trade_count=3, taker_buy_volume=0.0),
    ]
    for found, given_ in (
        (valid_quotes([make_quote()], NOW), [make_quote()]),
        (valid_bars(bars, NOW), bars),
        (valid_documents([make_document(body="")], NOW), [make_document(body="")]),
        (valid_sentiments([make_sentiment()]), [make_sentiment()]),
        (valid_feature_rows([make_feature_row()], NOW), [make_feature_row()]),
        (valid_forecasts([make_forecast()], NOW), [make_forecast()]),
    ):
        assert found == (given_, [])


def test_nothing_in_gives_nothing_out() -> None:
    assert valid_bars([], NOW) == ([], [])
    assert valid_feature_rows([]) == ([], [])
    assert valid_forecasts([]) == ([], [])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"price": math.nan}, "price: is missing or of the wrong type"),
        ({"price": None}, "price: is missing or of the wrong type"),
        ({"price": "101.5"}, "price: is missing or of the wrong type"),
        ({"price": True}, "price: is missing or of the wrong type"),
        ({"price": {"usd": 1}}, "price: is missing or of the wrong type"),
        ({"price": math.inf}, "price: not finite"),
        ({"price": -math.inf}, "price: not finite"),
        ({"price": 10**400}, "price: not finite"),
        ({"price": -5.0}, "price: not above 0"),
        ({"price": 0.0}, "price: not above 0"),
        ({"price": 1e9}, "price: not below 1e+09"),
        ({"quoted_at": NOW + timedelta(minutes=3)}, "quoted_at: in the future"),
        ({"quoted_at": datetime(1970, 1, 1, tzinfo=UTC)}, "quoted_at: before 2009"),
        ({"quoted_at": datetime(2026, 3, 2, 12, 0)}, "quoted_at: is missing or of the wrong type"),  # noqa: DTZ001
        ({"quoted_at": 1_772_452_800}, "quoted_at: is missing or of the wrong type"),
        ({"symbol": "NOPE"}, "symbol: no known coin"),
        ({"symbol": ["BTC"]}, "symbol: no known coin"),
        ({"source": ""}, "source: not 1 to 64 characters long"),
    ],
)
def test_a_bad_quote_is_refused_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    bad = replace(make_quote(), **changes)
    good, rejected = valid_quotes([make_quote(), bad, make_quote("ETH")], NOW)
    assert good == [make_quote(), make_quote("ETH")]
    assert [(r.stage, r.source) for r in rejected] == [("quotes", str(bad.source))]
    assert reason in rejected[0].reason
    assert rejected[0].payload["symbol"] == bad.symbol


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"close": math.nan}, "close: is missing"),
        ({"open": -1.0}, "open: not above 0"),
        ({"high": math.inf}, "high: not finite"),
        ({"low": 100.5}, "low is above open or close"),
        ({"high": 100.5}, "high is below open or close"),
        ({"volume": -0.1}, "volume: no finite number of at least 0"),
        ({"volume": math.nan}, "volume: no finite number of at least 0"),
        ({"volume": "5"}, "volume: no finite number of at least 0"),
        ({"trade_count": -1}, "trade_count: no finite number of at least 0"),
        ({"taker_buy_volume": math.inf}, "taker_buy_volume: no finite number of at least 0"),
        ({"volume_source": None}, "volume without volume_source"),
        ({"opened_at": AS_OF}, "the bar is not closed yet"),
        ({"opened_at": AS_OF - INTERVAL + timedelta(seconds=41)}, "opened_at is off its grid"),
        ({"interval_s": 0}, "interval_s: not above 0"),
        ({"interval_s": 10**12}, "interval_s: above 86400"),
        ({"opened_at": datetime(9999, 12, 31, tzinfo=UTC)}, "opened_at: "),
    ],
)
def test_a_bad_bar_is_refused_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    good, rejected = valid_bars([make_bar(), replace(make_bar(), **changes)], NOW)
    assert good == [make_bar()]
    assert len(rejected) == 1
    assert reason in rejected[0].reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": ""}, "title: not 1 to 500"),
        ({"title": " \n"}, "title: blank"),
        ({"title": "x" * 501}, "title: not 1 to 500"),
        ({"title": None}, "title: is missing"),
        ({"title": "half \ud83d of a pair"}, "title: no text, or holds characters"),
        ({"body": "nul \0"}, "body: no text, or holds characters"),
        ({"body": "x" * 10_000_000}, "body: not 0 to 200000"),
        ({"url": "javascript:alert(1)"}, "url: no http(s) address"),
        ({"external_id": ""}, "external_id: not 1 to 512"),
        ({"kind": "rumour"}, "kind: not one of news, post"),
        (
            {"published_at": NOW + timedelta(days=1), "first_seen_at": NOW + timedelta(days=1)},
            "in the future",
        ),
        ({"first_seen_at": AS_OF - timedelta(hours=2)}, "first seen before it was published"),
        ({"symbols": ("BTC", "NOPE")}, "symbols: not a list of known coins"),
        ({"symbols": "BTC"}, "symbols: not a list of known coins"),
    ],
)
def test_a_bad_document_is_refused_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    good, rejected = valid_documents([make_document(), replace(make_document("bad"), **changes)], NOW)
    assert [document.external_id for document in good] == ["a-1"]
    assert len(rejected) == 1
    assert reason in rejected[0].reason


def test_probabilities_are_in_range_and_sum_to_one() -> None:
    good, rejected = valid_sentiments(
        [
            make_sentiment(1),
            make_sentiment(2, p_bullish=0.8),
            make_sentiment(3, p_bearish=-0.1, p_bullish=0.9),
        ]
    )
    assert [sentiment.document_id for sentiment in good] == [1]
    assert "do not sum to 1" in rejected[0].reason
    assert "p_bearish: not in [0, 1]" in rejected[1].reason


def test_a_feature_row_lacks_nothing_and_is_finite() -> None:
    rows = [
        make_feature_row(),
        make_feature_row("ETH", values={"return_1h": 0.1}),
        make_feature_row("SOL", values={"return_1h": math.inf, "score_24h": math.nan}),
        make_feature_row("DOT", as_of=AS_OF + timedelta(minutes=1)),
    ]
    good, rejected = valid_feature_rows(rows, NOW, ("return_1h", "score_24h"))
    assert good == rows[:1]
    assert rejected[0].reason == "score_24h: is missing or of the wrong type"
    assert "return_1h: not finite" in rejected[1].reason
    assert "as_of: off the 15-minute grid" in rejected[2].reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"p_up": 1.1, "confidence": 1.0}, "p_up: not in [0, 1]"),
        ({"p_up": math.nan}, "p_up: is missing"),
        ({"confidence": 0.9}, "confidence is not max(p_up, 1 - p_up)"),
        ({"price": 0.0}, "price: not above 0"),
        ({"contributions": {"return_1h": math.nan}}, "contributions: not finite numbers by name"),
        ({"call": "maybe"}, "call: not one of"),
        ({"horizon": "2h"}, "horizon: not one of"),
        ({"issued_at": AS_OF - timedelta(minutes=1)}, "issued before its as_of"),
    ],
)
def test_a_bad_forecast_is_refused_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    abstained = make_forecast("ETH", p_up=0.45, confidence=0.55, call=Call.ABSTAIN)
    good, rejected = valid_forecasts([abstained, replace(make_forecast(), **changes)], NOW)
    assert good == [abstained]
    assert reason in rejected[0].reason


def test_split_takes_mappings_and_frames_and_what_is_neither() -> None:
    schema = schemas.quotes_schema(NOW)
    row = {"symbol": "BTC", "price": 1.0, "quoted_at": AS_OF, "source": "coingecko"}
    records: list[Any] = [row, {"price": 1.0}, None, "page not found", row | {"extra": [1]}]
    good, rejected = split("quotes", "coingecko", records, schema)
    assert good == [row, row | {"extra": [1]}]
    assert [r.payload for r in rejected] == [{"price": 1.0}, {"record": None}, {"record": "page not found"}]
    assert split("quotes", "coingecko", pd.DataFrame([row]), schema)[0][0]["price"] == 1.0


def test_a_record_that_breaks_the_check_itself_costs_only_itself() -> None:
    class Hostile(tuple[str, ...]):
        def __iter__(self) -> Any:
            raise OverflowError("no")

    bad = make_document("bad", symbols=Hostile(("BTC",)))
    good, rejected = valid_documents([make_document(str(i)) for i in range(20)] + [bad], NOW)
    assert len(good) == 20
    assert [r.reason for r in rejected] == ["breaks the schema"]


junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.datetimes(),
    st.datetimes(timezones=st.just(UTC)), st.lists(st.integers()), st.dictionaries(st.text(), st.floats()),
    st.sampled_from(list(DocumentKind)),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(junk, junk, junk, junk), max_size=4))
def test_no_junk_raises_or_passes_or_costs_a_good_record(values: list[tuple[Any, ...]]) -> None:
    quotes = [Quote(*value) for value in values]
    bars = [Bar(a, b, c, d, a, b, c, d, a, b, c, d, a) for a, b, c, d in values]
    good, rejected = valid_quotes([*quotes, make_quote()], NOW)
    assert good[-1:] == [make_quote()]
    assert len(good) + len(rejected) == len(quotes) + 1
    assert valid_bars([*bars, make_bar()], NOW)[0] == [make_bar()]
