from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from cryptocast.collect.candles import Binance, Coinbase
from cryptocast.collect.coingecko import CoinGecko
from cryptocast.collect.cryptocompare import CryptoCompare
from cryptocast.errors import SettingsError, SourceUnavailable
from tests.unit.collect.vendors import AS_OF, NOW, SINCE, Vendor, fetcher, status, told

STAMP = "2026-03-02T11:59:40.123Z"
BTC = {"id": "bitcoin", "current_price": 64_000.5, "last_updated": STAMP}
S = int(SINCE.timestamp())


@pytest.mark.parametrize(
    ("plan", "host", "header"),
    [
        ("keyless", "api.coingecko.com", "x-cg-demo-api-key"),
        ("demo", "api.coingecko.com", "x-cg-demo-api-key"),
        ("pro", "pro-api.coingecko.com", "x-cg-pro-api-key"),
    ],
)
def test_coingecko_sends_the_key_in_the_header_of_its_plan_to_its_own_base(
    plan: str, host: str, header: str | None
) -> None:
    vendor = Vendor(told([BTC]))
    CoinGecko(fetcher(vendor), plan, "the-key").quotes(["BTC"])
    request = vendor.requests[0]
    assert request.url.host == host
    assert [name for name in request.headers if name.startswith("x-cg")] == ([header] if header else [])
    assert "the-key" not in str(request.url)


def test_coingecko_without_a_key_sends_none() -> None:
    vendor = Vendor(told([BTC]))
    CoinGecko(fetcher(vendor)).quotes(["BTC"])
    assert not any(name.startswith("x-cg") for name in vendor.requests[0].headers)


def test_coingecko_refuses_a_paid_plan_without_its_key() -> None:
    with pytest.raises(SettingsError, match="COINGECKO_API_KEY"):
        CoinGecko(fetcher(Vendor(told([]))), "demo", None)


def test_coingecko_asks_once_for_every_coin_and_names_those_it_lacks() -> None:
    vendor = Vendor(told([BTC, {"id": "ethereum", "current_price": 3_000, "last_updated": STAMP}]))
    answer = CoinGecko(fetcher(vendor)).quotes(["BTC", "ETH", "SOL"])
    assert {quote.symbol: quote.price for quote in answer.records} == {"BTC": 64_000.5, "ETH": 3_000.0}
    assert answer.records[0].quoted_at == datetime(2026, 3, 2, 11, 59, 40, 123_000, tzinfo=UTC)
    assert answer.missing == ["coingecko: no SOL"]
    assert len(vendor.requests) == 1
    assert vendor.requests[0].url.params["ids"] == "bitcoin,ethereum,solana"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"current_price": "64000"}, "current_price is str"),
        ({"current_price": None}, "current_price is NoneType"),
        ({"current_price": True}, "current_price is bool"),
        ({"current_price": [1]}, "current_price is list"),
        ({"current_price": 10**400}, "current_price is too large"),
        ({"last_updated": 1_772_452_780}, "last_updated is empty or no text"),
        ({"last_updated": "yesterday"}, "last_updated is no time"),
        ({"last_updated": "9999-12-31T23:59:59-23:59"}, "last_updated is no time"),
    ],
)
def test_coingecko_wrong_types_are_quarantined_with_reason_and_payload(
    wrong: dict[str, Any], reason: str
) -> None:
    answer = CoinGecko(fetcher(Vendor(told([BTC | wrong])))).quotes(["BTC"])
    assert answer.records == []
    (rejected,) = answer.rejected
    assert (rejected.stage, rejected.source) == ("quotes", "coingecko")
    assert reason in rejected.reason
    assert "bitcoin" in rejected.payload["raw"]


def test_coingecko_items_of_no_shape_are_quarantined_and_the_rest_is_read() -> None:
    answer = CoinGecko(fetcher(Vendor(told([7, None, BTC, BTC])))).quotes(["BTC", "ETH"])
    assert [quote.symbol for quote in answer.records] == ["BTC"]
    assert len(answer.rejected) == 2


@pytest.mark.parametrize("body", [{"status": {"error_code": 429}}, None, "text", 3])
def test_coingecko_an_answer_that_is_no_list_is_a_clear_error(body: Any) -> None:
    with pytest.raises(SourceUnavailable, match="coingecko: answers no list"):
        CoinGecko(fetcher(Vendor(told(body)))).quotes(["BTC"])


def test_coingecko_passes_nan_on_for_validation_to_refuse() -> None:
    answer = CoinGecko(fetcher(Vendor(told([BTC | {"current_price": math.nan}])))).quotes(["BTC"])
    assert math.isnan(answer.records[0].price)


def test_a_hostile_payload_is_cut_before_it_reaches_the_quarantine() -> None:
    answer = CoinGecko(fetcher(Vendor(told([BTC | {"current_price": "x" * 1_000_000}])))).quotes(["BTC"])
    assert len(answer.rejected[0].payload["raw"]) <= 2_000


def row(time: int, close: float = 2.0, **other: Any) -> dict[str, Any]:
    bar = {"time": time, "open": 1.5, "high": 3.0, "low": 1.0, "close": close, "volumefrom": 7.0}
    return bar | other


def cc(rows: Any, time_from: int | None = None) -> httpx.Response:
    first = time_from if time_from is not None else (rows[0]["time"] if rows else S)
    return told(
        {"Response": "Success", "Message": "", "Data": {"TimeFrom": first, "TimeTo": S, "Data": rows}}
    )


def test_cryptocompare_serves_the_bars_asked_for() -> None:
    vendor = Vendor(cc([row(S - 900), row(S), row(S + 900)]))
    source = CryptoCompare(fetcher(vendor), "the-key")
    answer = source.bars("BTC", SINCE, AS_OF, 900, NOW)
    (bar,) = answer.records
    assert (bar.opened_at, bar.close, bar.volume) == (SINCE, 2.0, 7.0)
    assert (bar.source, bar.volume_source) == ("cryptocompare", "cryptocompare")
    request = vendor.requests[0]
    assert request.url.path == "/data/v2/histominute"
    assert dict(request.url.params) == {
        "fsym": "BTC",
        "tsym": "USD",
        "limit": "1",
        "toTs": str(S + 899),
        "aggregate": "15",
    }
    assert request.headers["authorization"] == "Apikey the-key"


def test_cryptocompare_pages_backwards_until_since() -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        to = int(request.url.params["toTs"])
        newest = to - to % 900
        rows = [row(newest - 900 * back) for back in range(int(request.url.params["limit"]), -1, -1)]
        return cc(rows)

    vendor = Vendor(serve)
    since = AS_OF - timedelta(days=5)
    answer = CryptoCompare(fetcher(vendor)).bars("BTC", since, AS_OF, 900, NOW)
    assert len(answer.records) == 480
    assert [bar.opened_at for bar in answer.records] == sorted({bar.opened_at for bar in answer.records})
    assert len(vendor.requests) == 4


def test_cryptocompare_a_vendor_that_never_goes_back_is_not_asked_for_ever() -> None:
    vendor = Vendor(cc([row(S)], time_from=S + 10_000))
    CryptoCompare(fetcher(vendor)).bars("BTC", SINCE - timedelta(days=30), AS_OF, 900, NOW)
    assert len(vendor.requests) == 1


def test_cryptocompare_error_as_http_200_is_an_error() -> None:
    limited = told({"Response": "Error", "Message": "You are over your rate limit", "Type": 99, "Data": {}})
    with pytest.raises(SourceUnavailable, match="error as HTTP 200: You are over your rate limit"):
        CryptoCompare(fetcher(Vendor(limited))).bars("BTC", SINCE, AS_OF, 900, NOW)


def test_cryptocompare_a_coin_it_does_not_have_is_named_and_no_error() -> None:
    message = "CCCAGG market does not exist for this coin pair (DOT-USD)"
    vendor = Vendor(told({"Response": "Error", "Message": message, "Type": 1, "Data": {}}))
    answer = CryptoCompare(fetcher(vendor)).bars("DOT", SINCE, AS_OF, 900, NOW)
    assert (answer.records, answer.missing) == ([], ["cryptocompare: no DOT"])


@pytest.mark.parametrize(
    "body", [[], {}, {"Response": "Success"}, {"Response": "Success", "Data": {"Data": "x"}}, None]
)
def test_cryptocompare_answers_of_no_shape_are_clear_errors(body: Any) -> None:
    with pytest.raises(SourceUnavailable, match="cryptocompare"):
        CryptoCompare(fetcher(Vendor(told(body)))).bars("BTC", SINCE, AS_OF, 900, NOW)


def test_cryptocompare_wrong_rows_are_quarantined_and_zero_fillers_are_absence() -> None:
    filler = {"time": S, "open": 0, "high": 0, "low": 0, "close": 0, "volumefrom": 0}
    rows = [filler, row(S, close="2"), "row", row(S, volumefrom=None), row("x")]  # type: ignore[arg-type]
    vendor = Vendor(cc(rows, time_from=S))
    answer = CryptoCompare(fetcher(vendor)).bars("BTC", SINCE, AS_OF, 900, NOW)
    assert answer.records == []
    assert len(answer.rejected) == 4
    assert {r.stage for r in answer.rejected} == {"bars"}


def test_cryptocompare_a_bar_that_opens_in_the_future_is_quarantined() -> None:
    future = int((NOW + timedelta(hours=1)).timestamp()) // 900 * 900
    answer = CryptoCompare(fetcher(Vendor(cc([row(S), row(future)])))).bars("BTC", SINCE, AS_OF, 900, NOW)
    assert [bar.opened_at for bar in answer.records] == [SINCE]
    assert answer.rejected[0].reason == "opens in the future"


def test_coinbase_candles_are_read_newest_first_and_paged_300_at_a_time() -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        start = datetime.fromisoformat(request.url.params["start"])
        end = datetime.fromisoformat(request.url.params["end"])
        count = int((end - start).total_seconds()) // 900 + 1
        assert count <= 300
        first = int(start.timestamp())
        return told([[first + 900 * i, 1.0, 4.0, 2.0, 3.0, 10.5] for i in reversed(range(count))])

    vendor = Vendor(serve)
    answer = Coinbase(fetcher(vendor)).bars("BTC", AS_OF - timedelta(days=7), AS_OF, 900, NOW)
    assert len(answer.records) == 7 * 96
    assert len(vendor.requests) == 3
    bar = answer.records[0]
    assert bar.opened_at == AS_OF - timedelta(days=7)
    assert (bar.low, bar.high, bar.open, bar.close, bar.volume) == (1.0, 4.0, 2.0, 3.0, 10.5)
    assert (bar.source, bar.volume_source, bar.trade_count) == ("coinbase", "coinbase", None)


def test_binance_klines_bring_trade_count_and_taker_buys() -> None:
    kline = [S * 1_000, "2.0", "4.0", "1.0", "3.0", "10.5", 0, "30", 42, "6.5", "20", "0"]
    vendor = Vendor(told([kline]))
    (bar,) = Binance(fetcher(vendor)).bars("SOL", SINCE, AS_OF, 900, NOW).records
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (2.0, 4.0, 1.0, 3.0, 10.5)
    assert (bar.trade_count, bar.taker_buy_volume, bar.source) == (42, 6.5, "binance")
    params = vendor.requests[0].url.params
    assert (params["symbol"], params["interval"]) == ("SOLUSDT", "15m")
    assert int(params["endTime"]) == int(AS_OF.timestamp()) * 1_000 - 1


@pytest.mark.parametrize(
    ("source", "unknown"),
    [(Coinbase, told({"message": "NotFound"}, 404)), (Binance, told({"code": -1121}, 400))],
)
def test_an_exchange_without_the_coin_says_so(source: Any, unknown: httpx.Response) -> None:
    answer = source(fetcher(Vendor(unknown))).bars("BNB", SINCE, AS_OF, 900, NOW)
    assert answer.records == []
    assert answer.missing == [f"{source.name}: no BNB"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (["x", 1.0, 4.0, 2.0, 3.0, 10.5], "time is str"),
        ([S, 1.0, 4.0, 2.0], "no list of 6"),
        ({"time": S}, "no list of 6"),
        ([S, "1.0", 4.0, 2.0, 3.0, 10.5], "low is str"),
        ([S + 7, 1.0, 4.0, 2.0, 3.0, 10.5], "off the 900 s grid"),
        ([10**18, 1.0, 4.0, 2.0, 3.0, 10.5], "time is no time"),
        ([math.nan, 1.0, 4.0, 2.0, 3.0, 10.5], "time is no time"),
        ([S + 9_000, 1.0, 4.0, 2.0, 3.0, 10.5], "opens in the future"),
    ],
)
def test_wrong_candles_are_quarantined_and_the_rest_is_read(raw: Any, reason: str) -> None:
    vendor = Vendor(told([raw, [S, 1.0, 4.0, 2.0, 3.0, 10.5]]))
    answer = Coinbase(fetcher(vendor)).bars("BTC", SINCE, AS_OF, 900, NOW)
    assert len(answer.records) == 1
    assert reason in answer.rejected[0].reason


def test_a_candle_that_has_not_closed_yet_is_left_for_later() -> None:
    open_now = int(AS_OF.timestamp())
    vendor = Vendor(told([[open_now, 1.0, 4.0, 2.0, 3.0, 10.5]]))
    answer = Coinbase(fetcher(vendor)).bars("BTC", AS_OF, AS_OF + timedelta(seconds=900), 900, NOW)
    assert (answer.records, answer.rejected) == ([], [])


def test_an_exchange_that_answers_an_object_is_a_clear_error() -> None:
    with pytest.raises(SourceUnavailable, match="no list of candles"):
        Coinbase(fetcher(Vendor(told({"message": "hello"})))).bars("BTC", SINCE, AS_OF, 900, NOW)
    with pytest.raises(SourceUnavailable, match="HTTP 451"):
        Binance(fetcher(Vendor(status(451)))).bars("BTC", SINCE, AS_OF, 900, NOW)
