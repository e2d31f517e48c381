"""Bars, documents, features."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from cryptocast.domain import DocumentKind
from cryptocast.features.spec import FEATURE_NAMES
from cryptocast.store import bars, documents, feature_rows, sentiments
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from tests.factories import AS_OF, make_bars, make_document, make_quote_bar, make_sentiment
from tests.integration.serve.conftest import ROW, at, show

pytestmark = pytest.mark.integration
Make = Callable[..., TestClient]


def test_bars_come_oldest_first_with_who_served_them(client: TestClient, db: Database) -> None:
    bars.upsert(db, [*make_bars(5, until=AS_OF - timedelta(minutes=15)), make_quote_bar()])
    body = client.get("/v1/bars/btc", params={"limit": 3}).json()
    opened = [at(bar["opened_at"]) for bar in body["bars"]]
    assert opened == sorted(opened)
    assert len(opened) == 3
    assert at(body["as_of"]) == AS_OF
    assert body["bars"][-1]["volume"] is None
    assert body["bars"][-1]["source"] == "coingecko"
    assert body["data_label"] == "simulated"
    assert not body["stale"]


def test_no_bars_is_said(client: TestClient) -> None:
    body = client.get("/v1/bars/ETH").json()
    assert body["bars"] == []
    assert body["missing"] == ["bars: none yet for ETH"]
    assert body["stale"]


def test_closes_are_those_of_the_newest_bars_of_every_coin(client: TestClient, db: Database) -> None:
    bars.upsert(db, [*make_bars(5, until=AS_OF - timedelta(minutes=15)), make_quote_bar()])
    bars.upsert(db, make_bars(1, symbol="ETH", until=AS_OF - timedelta(hours=1)))
    body = client.get("/v1/closes", params={"limit": 3}).json()
    newest = client.get("/v1/bars/BTC", params={"limit": 3}).json()["bars"]
    by_coin = {coin["symbol"]: coin for coin in body["coins"]}
    assert by_coin["BTC"]["closes"] == [{"closed_at": b["closed_at"], "close": b["close"]} for b in newest]
    assert len(newest) == 3
    assert by_coin["BTC"]["as_of"] == body["as_of"] == newest[-1]["closed_at"]
    assert len(by_coin["ETH"]["closes"]) == 1
    assert [body["stale"], by_coin["BTC"]["stale"], by_coin["ETH"]["stale"]] == [False, False, True]


def test_a_coin_without_bars_has_no_closes_and_that_is_said(client: TestClient) -> None:
    body = client.get("/v1/closes").json()
    assert {"symbol": "ETH", "as_of": None, "stale": True, "closes": []} in body["coins"]
    assert "bars: none yet for ETH" in body["missing"]
    assert body["stale"]


@pytest.mark.parametrize("limit", [0, -1, 1_001, "x"])
@pytest.mark.parametrize("path", ["/v1/bars/BTC", "/v1/closes"])
def test_limits_hold(client: TestClient, path: str, limit: object) -> None:
    assert client.get(path, params={"limit": str(limit)}).status_code == 422


@pytest.mark.parametrize(
    "path", ["/v1/bars/BTC", "/v1/closes", "/v1/documents", "/v1/features/BTC?as_of=2026-03-02T12:00:00Z"]
)
def test_without_postgres_history_is_refused_in_plain_words(
    make_client: Make, online: OnlineStore, no_postgres: Database, path: str
) -> None:
    show(online)
    answer = make_client(db=no_postgres).get(path)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "history_unavailable"


def test_documents_with_sentiment_in_pages(client: TestClient, db: Database) -> None:
    seen = [AS_OF - timedelta(minutes=m) for m in (1, 2, 2, 3, 4)]
    documents.upsert(db, [make_document(f"a-{i}", first_seen_at=m) for i, m in enumerate(seen)])
    newest = documents.recent(db, 1)[0]
    sentiments.upsert(db, [make_sentiment(newest.id)])
    pages, asked = [], {"limit": 2, "symbol": "btc"}
    while not pages or pages[-1]["next_before"]:
        pages.append(client.get("/v1/documents", params=asked).json())
        asked |= {"before": pages[-1]["next_before"], "before_id": pages[-1]["next_before_id"]}
    assert [len(page["documents"]) for page in pages] == [2, 2, 1]  # a page may end within one moment
    found = [document for page in pages for document in page["documents"]]
    assert len({document["id"] for document in found}) == 5
    assert found[0]["sentiment"]["label"] == "bullish"
    assert found[0]["sentiment"]["score"] == pytest.approx(0.6)
    assert found[1]["sentiment"] is None
    assert "body" not in found[0]


def test_documents_of_a_kind_and_of_an_unknown_coin(client: TestClient, db: Database) -> None:
    documents.upsert(db, [make_document("n"), make_document("p", kind=DocumentKind.POST, source="reddit")])
    found = client.get("/v1/documents", params={"kind": "post"}).json()["documents"]
    assert [d["source"] for d in found] == ["reddit"]
    assert client.get("/v1/documents", params={"symbol": "XYZ"}).status_code == 404


def test_features_come_with_their_definitions(
    make_client: Make, online: OnlineStore, no_postgres: Database
) -> None:
    show(online)
    body = make_client(db=no_postgres).get("/v1/features/BTC").json()
    assert body["read_from"] == "redis"
    assert [f["name"] for f in body["features"]] == list(FEATURE_NAMES)
    assert [f["value"] for f in body["features"]] == pytest.approx(list(ROW.values.values()))
    assert all(f["formula"] and f["unit"] and f["window"] and f["when_missing"] for f in body["features"])
    assert body["missing"] == ["posts: absent"]


def test_features_without_redis_and_at_a_past_moment(
    make_client: Make, db: Database, no_redis: OnlineStore
) -> None:
    feature_rows.upsert(db, [ROW])
    client = make_client(online=no_redis)
    assert client.get("/v1/features/BTC").json()["read_from"] == "postgres"
    past = client.get("/v1/features/BTC", params={"as_of": AS_OF.isoformat()})
    assert past.json()["features"][1]["value"] == pytest.approx(0.1)
    absent = client.get("/v1/features/BTC", params={"as_of": (AS_OF - timedelta(days=1)).isoformat()})
    assert absent.status_code == 404
    assert absent.json()["error"]["code"] == "not_enough_data"


@pytest.mark.parametrize(
    ("asked", "word"),
    [("/v1/features/BTC?as_of=2026-03-02T11:59:00Z", "grid"), ("/v1/documents?before_id=5", "`before`")],
)
def test_what_would_answer_another_question_is_refused(client: TestClient, asked: str, word: str) -> None:
    answer = client.get(asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_request")
    assert word in answer.json()["error"]["message"]


def test_a_moment_that_is_backfilled_has_no_row_and_the_advice_is_no_second_backfill(
    client: TestClient, db: Database
) -> None:
    bars.upsert(db, make_bars(192, until=AS_OF))
    feature_rows.upsert(db, [ROW])
    absent = client.get("/v1/features/BTC", params={"as_of": (AS_OF - timedelta(hours=1)).isoformat()})
    what_to_do = absent.json()["error"]["what_to_do"]
    assert "a backfill brings bars and builds none" in what_to_do
    assert "Leave as_of out" in what_to_do


def test_a_coin_without_a_row_yet(client: TestClient) -> None:
    error = client.get("/v1/features/ETH").json()["error"]
    assert error["message"] == "There is no feature row of ETH yet."
    assert error["what_to_do"].startswith("The next cycle that finds 24 h of bars builds it")
