"""build_feature_rows on real servers: what it reads, stores, shows and reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from cryptocast.domain import BAR_INTERVAL_S, CycleWindow, Sentiment
from cryptocast.features.build import build_feature_rows, read_inputs
from cryptocast.features.rows import FEATURE_NAMES, compute
from cryptocast.missing import NOT_BUILT, named_after
from cryptocast.store import bars, documents, feature_rows, sentiments
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore, make_redis
from tests.factories import AS_OF, INTERVAL, make_document, make_feature_row, make_series

pytestmark = pytest.mark.integration
SYMBOLS = ("BTC", "ETH", "SOL")
VERSION = "standin-1"


def window(cycles: int = 1, as_of: datetime = AS_OF) -> CycleWindow:
    return CycleWindow(as_of=as_of, since=as_of - cycles * INTERVAL, now=as_of + timedelta(seconds=20))


def store_market(db: Database, count: int = 500, until: datetime = AS_OF) -> None:
    for seed, symbol in enumerate(SYMBOLS):
        bars.upsert_series(db, make_series(count, symbol, until, seed), "coinbase", until)
    seen = [until - timedelta(minutes=17 * i) for i in range(60)]
    known = [
        make_document(f"d-{i}", symbols=(SYMBOLS[i % 3],) if i % 4 else (), published_at=at, first_seen_at=at)
        for i, at in enumerate(seen)
    ]
    documents.upsert(db, known)
    scores = np.random.default_rng(0).dirichlet([1, 1, 1], len(known)).tolist()
    waiting = documents.unscored(db, VERSION, 100)
    sentiments.upsert(db, [Sentiment(id_, VERSION, *p) for (id_, _), p in zip(waiting, scores, strict=True)])


def build(db: Database, online: OnlineStore, given: CycleWindow, symbols=SYMBOLS):
    return build_feature_rows(db, online, given, symbols, VERSION)


def test_a_cycle_stores_one_row_per_coin_and_shows_it_online(db, online):
    store_market(db)
    report = build(db, online, window())
    assert (report.rows_in, report.rows_stored, report.rows_rejected, report.missing) == (3, 3, 0, [])
    assert report.detail["documents"] == 60
    for symbol in SYMBOLS:
        (row,) = feature_rows.latest(db, symbol, 5)
        assert row.as_of == AS_OF
        assert tuple(row.values) == FEATURE_NAMES
        shown = online.read_coin(symbol)["feature_row"]
        assert shown["as_of"] == AS_OF.isoformat()
        assert shown["values"] == dict(row.values)
        assert shown["missing"] == list(row.missing) == ["posts"]


def test_a_coin_shows_its_newest_close_with_source_and_the_return_of_a_day(db, online):
    store_market(db)
    build(db, online, window())
    newest, day_ago = bars.latest(db, "BTC", 97)[0], bars.latest(db, "BTC", 97)[-1]
    shown = online.read_coin("BTC")["price"]
    assert (shown["price"], shown["as_of"], shown["source"]) == (newest.close, AS_OF.isoformat(), "coinbase")
    assert shown["change_24h"] == pytest.approx(np.log(newest.close / day_ago.close))


def test_the_rows_of_a_catch_up_are_those_of_its_cycles_one_by_one(db, online):
    store_market(db)
    for cycle in range(8):
        build(db, online, window(as_of=AS_OF - (7 - cycle) * INTERVAL))
    one_by_one = feature_rows.between(db, AS_OF - 8 * INTERVAL, AS_OF + INTERVAL)
    caught_up = build(db, online, window(cycles=8))
    assert (caught_up.rows_in, caught_up.rows_stored) == (24, 0)
    assert feature_rows.between(db, AS_OF - 8 * INTERVAL, AS_OF + INTERVAL) == one_by_one


def test_stored_rows_equal_rows_computed_in_bulk_to_the_last_bit(db, online):
    store_market(db)
    build(db, online, window())
    inputs = read_inputs(db, SYMBOLS, AS_OF - timedelta(days=1), AS_OF, VERSION)
    as_ofs = int(AS_OF.timestamp()) - BAR_INTERVAL_S * np.arange(96)
    bulk = {row.symbol: row for row in compute(*inputs, as_ofs).rows() if row.as_of == AS_OF}
    assert {symbol: feature_rows.at(db, symbol, AS_OF) for symbol in SYMBOLS} == bulk


def test_a_catch_up_shows_only_the_newest_row_of_each_coin(db, online):
    store_market(db)
    bars_without_newest = replace(make_series(500, "BTC", AS_OF - INTERVAL), symbol="DOT")
    bars.upsert_series(db, bars_without_newest, "coinbase", AS_OF)
    report = build(db, online, window(cycles=4), (*SYMBOLS, "DOT"))
    shown = {symbol: online.read_coin(symbol)["feature_row"]["as_of"] for symbol in (*SYMBOLS, "DOT")}
    assert shown == {**dict.fromkeys(SYMBOLS, AS_OF.isoformat()), "DOT": (AS_OF - INTERVAL).isoformat()}
    assert report.missing == ["feature row DOT: none for 1 as_of (no bar closes at as_of)"]


def test_a_document_seen_after_as_of_is_in_the_next_row_only(db, online):
    store_market(db, until=AS_OF + INTERVAL)
    build(db, online, window())
    before = feature_rows.at(db, "BTC", AS_OF)
    late = AS_OF + timedelta(milliseconds=300)
    documents.upsert(db, [make_document("late", published_at=AS_OF, first_seen_at=late)])
    waiting = documents.unscored(db, VERSION, 1)
    sentiments.upsert(db, [Sentiment(waiting[0][0], VERSION, 0.0, 0.0, 1.0)])
    build(db, online, window(cycles=2, as_of=AS_OF + INTERVAL))
    assert feature_rows.at(db, "BTC", AS_OF) == before
    following = feature_rows.at(db, "BTC", AS_OF + INTERVAL)
    documents_of_next = read_inputs(db, SYMBOLS, AS_OF + INTERVAL, AS_OF + INTERVAL, VERSION)[1]
    assert int(AS_OF.timestamp()) + 1 in documents_of_next.first_seen_s
    assert following is not None


def test_a_document_about_a_coin_that_is_not_served_is_not_one_about_the_market(db, online):
    store_market(db)
    build(db, online, window())
    before = feature_rows.at(db, "BTC", AS_OF)
    documents.upsert(db, [make_document("xrp", symbols=("XRP",))])
    waiting = documents.unscored(db, VERSION, 1)
    sentiments.upsert(db, [Sentiment(waiting[0][0], VERSION, 1.0, 0.0, 0.0)])
    assert build(db, online, window()).rows_stored == 0
    assert feature_rows.at(db, "BTC", AS_OF) == before


def test_sentiments_of_another_model_version_are_not_mixed_in(db, online):
    store_market(db)
    report = build_feature_rows(db, online, window(), SYMBOLS, "another-version")
    assert report.detail["documents"] == 0
    row = feature_rows.at(db, "BTC", AS_OF)
    assert row is not None
    assert row.missing == ("news", "posts", "sentiment")


def test_without_any_bars_every_coin_is_named_and_nothing_is_stored(db, online):
    report = build(db, online, window())
    assert report.rows_stored == 0
    assert named_after(NOT_BUILT, report.missing) == tuple(SYMBOLS)


def test_an_online_store_that_is_gone_is_named_and_the_rows_are_stored(db):
    store_market(db)
    gone = OnlineStore(make_redis("http://127.0.0.1:9", "token", timeout_s=0.2))
    report = build(db, gone, window())
    assert report.rows_stored == 3
    assert report.missing[0].startswith("online store: prices and feature rows are not shown")
    assert len(feature_rows.latest(db, "BTC", 2)) == 1


def test_an_empty_window_does_nothing(db, online):
    report = build(db, online, window(cycles=0))
    assert (report.rows_in, report.rows_stored) == (0, 0)


def test_rows_of_long_ago_are_removed_and_those_that_drift_reads_stay(db, online):
    store_market(db)
    days = (89, 90, 91, 400)
    feature_rows.upsert(db, [make_feature_row("BTC", AS_OF - INTERVAL - timedelta(days=n)) for n in days])
    build(db, online, window())
    left = [row.as_of for row in feature_rows.latest(db, "BTC", 9)]
    assert left == [AS_OF, *(AS_OF - INTERVAL - timedelta(days=n) for n in (89, 90))]


def test_a_catch_up_longer_than_rows_are_kept_leaves_all_of_its_own(db, online):
    store_market(db)
    old = make_feature_row("BTC", AS_OF - timedelta(days=100))
    feature_rows.upsert(db, [old])
    build(db, online, window(cycles=96 * 101))
    assert feature_rows.at(db, "BTC", old.as_of) == old
