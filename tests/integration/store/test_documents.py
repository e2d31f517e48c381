"""Documents and their sentiments."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from cryptocast.collect.near_duplicates import title_key
from cryptocast.domain import Document, DocumentKind
from cryptocast.errors import InvalidRecord
from cryptocast.store import documents, sentiments
from cryptocast.store.database import Database
from tests.factories import AS_OF, make_document, make_sentiment

pytestmark = pytest.mark.integration
SEEN = make_document().first_seen_at
MINUTE = timedelta(minutes=1)


def _seen(db: Database) -> tuple[datetime, bool]:
    document = documents.recent(db, 1)[0].document
    return document.first_seen_at, document.first_seen_estimated


def test_same_batch_upserted_twice_counts_zero_new(db: Database) -> None:
    batch = [make_document(str(n)) for n in range(20)]
    assert documents.upsert(db, batch + batch) == 20
    assert documents.upsert(db, batch) == 0
    assert documents.upsert(db, []) == 0
    stored = [record.document for record in documents.recent(db, 50)]
    assert sorted(stored, key=lambda document: int(document.external_id)) == batch


def test_document_first_seen_at_never_moves_later(db: Database) -> None:
    documents.upsert(db, [make_document()])
    assert documents.upsert(db, [make_document(first_seen_at=SEEN + MINUTE, title="Edited")]) == 0
    assert _seen(db) == (SEEN, False)
    assert documents.upsert(db, [make_document(first_seen_at=SEEN - MINUTE)]) == 1
    assert _seen(db) == (SEEN - MINUTE, False)
    assert documents.recent(db, 1)[0].document.title == "Bitcoin rises"


def test_an_estimate_never_displaces_an_observation(db: Database) -> None:
    documents.upsert(db, [make_document()])
    assert documents.upsert(db, [make_document(first_seen_at=SEEN - MINUTE, first_seen_estimated=True)]) == 0
    assert _seen(db) == (SEEN, False)


def test_an_earlier_observation_replaces_an_estimate(db: Database) -> None:
    documents.upsert(db, [make_document(first_seen_estimated=True)])
    assert documents.upsert(db, [make_document(first_seen_at=SEEN + MINUTE)]) == 0
    assert _seen(db) == (SEEN, True)
    assert documents.upsert(db, [make_document(first_seen_at=SEEN - MINUTE)]) == 1
    assert _seen(db) == (SEEN - MINUTE, False)


def test_one_id_in_two_sources_is_two_documents(db: Database) -> None:
    assert documents.upsert(db, [make_document(), make_document(source="cryptoslate")]) == 2
    assert documents.known_ids(db, DocumentKind.NEWS, "coindesk", ["a-1", "a-2"]) == {"a-1"}
    assert documents.known_ids(db, DocumentKind.POST, "coindesk", ["a-1"]) == set()


def test_recent_is_newest_first_and_filtered(db: Database) -> None:
    post = make_document("p-1", kind=DocumentKind.POST, source="reddit", symbols=("ETH", "BTC"))
    late = make_document("late", first_seen_at=SEEN + MINUTE, symbols=())
    documents.upsert(db, [make_document(), post, late])
    ids = [record.document.external_id for record in documents.recent(db, 10)]
    assert ids[0] == "late" and set(ids) == {"late", "a-1", "p-1"}
    assert [r.document for r in documents.recent(db, 10, symbol="ETH")] == [post]
    assert [r.document for r in documents.recent(db, 10, kind=DocumentKind.POST)] == [post]
    assert len(documents.recent(db, 10, before=SEEN + MINUTE)) == 2
    assert documents.recent(db, 10, before=SEEN) == []


def test_ids_of_a_sources_posts_whose_text_is_here(db: Database) -> None:
    def post(external_id: str, **changes: Any) -> Document:
        return make_document(external_id, **{"kind": DocumentKind.POST, "source": "reddit", **changes})

    late = post("late", first_seen_at=SEEN + MINUTE)
    documents.upsert(db, [post("p"), late, post("old", published_at=AS_OF - timedelta(days=9)), post("gone")])
    documents.upsert(db, [make_document("news"), post("elsewhere", source="stocktwits")])
    documents.expire_post_text(db, AS_OF - timedelta(days=2))
    documents.mark_deleted(db, "reddit", ["gone"], AS_OF)
    assert documents.ids_with_text(db, "reddit", 9) == ["late", "p"]
    assert documents.ids_with_text(db, "reddit", 1) == ["late"]


def test_sentiment_is_stored_once_and_shown_with_its_document(db: Database) -> None:
    documents.upsert(db, [make_document("a"), make_document("b", title="T", body="")])
    waiting = documents.unscored(db, "standin-1", 10)
    assert sorted(text for _, text in waiting) == ["Bitcoin rises\nThe price of bitcoin rose.", "T"]
    scored = make_sentiment(waiting[0][0])
    assert sentiments.upsert(db, [scored, scored, make_sentiment(99_999)]) == 1
    assert sentiments.upsert(db, [scored]) == 0
    assert sentiments.upsert(db, []) == 0
    assert documents.unscored(db, "standin-1", 10) == waiting[1:]
    assert len(documents.unscored(db, "another-2", 10)) == 2
    assert {record.sentiment for record in documents.recent(db, 10)} == {scored, None}
    later = make_sentiment(waiting[0][0], model_version="minilm-2")
    assert sentiments.upsert(db, [later]) == 1
    assert {record.sentiment for record in documents.recent(db, 10)} == {later, None}


def test_series_has_what_was_scored_by_that_model_in_the_window(db: Database) -> None:
    first = make_document("1", symbols=("BTC", "SOL"))
    fraction = make_document("2", first_seen_at=SEEN + timedelta(milliseconds=300), kind=DocumentKind.POST)
    documents.upsert(db, [first, fraction, make_document("3", first_seen_at=SEEN + MINUTE)])
    ids = {record.document.external_id: record.id for record in documents.recent(db, 9)}
    sentiments.upsert(db, [make_sentiment(id_) for id_ in ids.values()])
    sentiments.upsert(db, [make_sentiment(ids["1"], model_version="other", p_bearish=0.7, p_bullish=0.1)])
    found = documents.series(db, ["SOL", "BTC"], SEEN, SEEN + MINUTE, "standin-1")
    # A document seen within a second is known after it.
    np.testing.assert_array_equal(found.first_seen_s, [int(SEEN.timestamp()), int(SEEN.timestamp()) + 1])
    np.testing.assert_array_equal(found.is_news, [True, False])
    np.testing.assert_allclose(found.score, [0.6, 0.6])
    np.testing.assert_array_equal(found.mentions, [[True, True], [False, True]])
    assert documents.series(db, ["BTC"], SEEN, SEEN + MINUTE, "other").score.tolist() == [pytest.approx(-0.6)]
    assert documents.series(db, ["BTC"], SEEN + 2 * MINUTE, AS_OF, "other").mentions.shape == (0, 1)


def test_a_story_that_others_carry_within_a_day_counts_once(db: Database) -> None:
    title = "Bitcoin rises to a record high"
    documents.upsert(
        db,
        [
            make_document("1", title=title),
            make_document("2", title=f"{title.upper()}! | CryptoSlate", first_seen_at=SEEN + MINUTE),
            make_document("3", title="Bitcoin rises to a record low", first_seen_at=SEEN + 2 * MINUTE),
            make_document("4", title=title, first_seen_at=SEEN + timedelta(hours=25)),
            make_document("5", title="Daily thread", first_seen_at=SEEN + 3 * MINUTE),
            make_document("6", title="Daily thread", first_seen_at=SEEN + 4 * MINUTE),
        ],
    )
    sentiments.upsert(db, [make_sentiment(record.id) for record in documents.recent(db, 9)])
    seen = documents.series(db, ["BTC"], SEEN, SEEN + timedelta(days=2), "standin-1").first_seen_s
    minutes = (seen - int(SEEN.timestamp())) // 60
    assert minutes.tolist() == [0, 2, 3, 4, 25 * 60]
    # The same whatever window is read: what came before its beginning still counts.
    later = documents.series(db, ["BTC"], SEEN + MINUTE, SEEN + timedelta(days=2), "standin-1")
    assert later.first_seen_s.tolist() == seen.tolist()[1:]


def test_expired_post_loses_its_text_and_keeps_its_score(db: Database) -> None:
    post = make_document("p", kind=DocumentKind.POST, source="reddit")
    documents.upsert(db, [post, make_document("news")])
    ids = {record.document.external_id: record.id for record in documents.recent(db, 9)}
    sentiments.upsert(db, [make_sentiment(ids["p"])])
    assert documents.expire_post_text(db, post.published_at) == 0
    assert documents.expire_post_text(db, AS_OF) == 1
    assert documents.expire_post_text(db, AS_OF) == 0
    assert documents.upsert(db, [post]) == 0
    assert [r.document.external_id for r in documents.recent(db, 9)] == ["news"]
    assert [id_ for id_, _ in documents.unscored(db, "next-model", 9)] == [ids["news"]]
    assert len(documents.series(db, ["BTC"], SEEN, AS_OF, "standin-1").score) == 1
    with db.connection() as connection:
        left = connection.execute("SELECT title || body FROM documents WHERE id = %s", (ids["p"],)).fetchone()
    assert left == ("",)


def test_deleted_upstream_is_deleted_here(db: Database) -> None:
    documents.upsert(db, [make_document("x"), make_document("y")])
    assert documents.mark_deleted(db, "coindesk", ["x", "unknown"], AS_OF) == 1
    assert documents.mark_deleted(db, "coindesk", ["x"], AS_OF) == 0
    assert documents.upsert(db, [make_document("x")]) == 0
    assert [record.document.external_id for record in documents.recent(db, 9)] == ["y"]


def test_postgres_refuses_a_document_seen_before_it_was_published(db: Database) -> None:
    with pytest.raises(InvalidRecord, match="check constraint"):
        documents.upsert(db, [replace(make_document(), first_seen_at=AS_OF - timedelta(days=1))])


TITLES = (
    "Bitcoin rises to a record high",
    "BITCOIN rises — to a record high! | CryptoSlate",
    "Bitcoin rises to a record high - and falls again, says everybody who watched",
    "Ether – what now? A long look at it – Paper",
    "¿Sube Ðogecoin más allá del límite de ayer?",
    "Биткоин снова растёт после падения",
    "比特币价格今天创下了历史新高并且还在继续上涨真的吗",
    "snake_case_title_of_twenty_letters",
    "Title of twenty letters\nand a second line | Paper",
    "$BTC 100k?! 12,345.67 USD — 🚀🚀 to the moon",
    "Nineteen letters a b",
)


def test_the_store_and_the_reader_of_files_give_a_title_the_same_key(db: Database) -> None:
    for title in TITLES:
        with db.connection() as connection:
            stored = connection.execute("SELECT title_key(%s)", (title,)).fetchone()[0]
        key = title_key(title)
        assert stored == (None if key is None else hashlib.sha256(key.encode()).digest()), title
