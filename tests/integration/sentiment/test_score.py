"""score_sentiment on a real database."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from cryptocast.domain import DocumentKind
from cryptocast.sentiment.score import rescore, score_sentiment
from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin import FOLDER
from cryptocast.store import documents, quarantine, sentiments
from tests.factories import AS_OF, make_document, make_sentiment
from tests.unit.sentiment.test_scorer import UNKNOWN_TO_THE_MODEL, narrow_model

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load(FOLDER)


def store_documents(db, count: int, title: str = "Bitcoin rises") -> None:
    documents.upsert(
        db,
        [
            make_document(
                f"{title}-{i}", title=f"{title} {i}", first_seen_at=AS_OF - timedelta(minutes=i + 1)
            )
            for i in range(count)
        ],
    )


def test_every_document_is_scored_once_by_this_version(db, scorer):
    store_documents(db, 5)
    first, again = score_sentiment(db, scorer, 100), score_sentiment(db, scorer, 100)
    assert (first.rows_in, first.rows_stored, first.rows_rejected, first.missing) == (5, 5, 0, [])
    assert (again.rows_in, again.rows_stored) == (0, 0)
    assert first.detail["model_version"] == scorer.model_version
    for record in documents.recent(db, 10):
        assert record.sentiment is not None
        assert record.sentiment.model_version == scorer.model_version
        text = f"{record.document.title}\n{record.document.body}"
        expected = scorer.score([text])[0]
        found = [record.sentiment.p_bearish, record.sentiment.p_neutral, record.sentiment.p_bullish]
        assert found == pytest.approx(expected, abs=1e-6)


def test_the_limit_holds_over_several_chunks_and_what_waits_is_named(db, scorer):
    store_documents(db, 12)
    report = score_sentiment(db, scorer, 10, chunk=4)
    assert (report.rows_in, report.rows_stored) == (10, 10)
    assert report.missing == ["sentiment: more documents wait for their score"]
    rest = score_sentiment(db, scorer, 10)
    assert (rest.rows_in, rest.missing) == (2, [])


def test_the_newest_are_scored_first(db, scorer):
    store_documents(db, 4)
    score_sentiment(db, scorer, 1)
    scored = [record.sentiment is not None for record in documents.recent(db, 4)]
    assert scored == [True, False, False, False]


def test_a_text_that_the_model_fails_on_counts_as_neutral_and_is_quarantined(db, tmp_path):
    broken = Scorer.load(narrow_model(tmp_path))
    store_documents(db, 2, "the")
    store_documents(db, 1, UNKNOWN_TO_THE_MODEL)
    report = score_sentiment(db, broken, 100, now=AS_OF)
    assert (report.rows_in, report.rows_stored, report.rows_rejected) == (3, 3, 1)
    (rejected,) = quarantine.recent(db, 5)
    assert rejected.stage == "sentiments"
    by_title = {record.document.title.split()[0]: record.sentiment for record in documents.recent(db, 5)}
    assert by_title[UNKNOWN_TO_THE_MODEL].p_neutral == 1.0
    assert by_title["the"].p_neutral == pytest.approx(1 / 3, abs=1e-3)
    assert score_sentiment(db, broken, 100, now=AS_OF).rows_in == 0


def test_hostile_texts_are_scored_with_the_rest(db, scorer):
    nasty = ["\u202e", "<script>alert(1)</script>", "'; DROP TABLE documents; --", "🚀" * 500, "x" * 9_000]
    documents.upsert(db, [make_document(f"n-{i}", title=title, body="") for i, title in enumerate(nasty)])
    report = score_sentiment(db, scorer, 100, now=AS_OF)
    assert (report.rows_stored, report.rows_rejected) == (5, 0)
    leans = [record.sentiment.p_bullish for record in documents.recent(db, 10) if record.sentiment]
    assert np.isfinite(leans).all()


class Interrupted(Exception):
    """What stops a rescore in its middle."""


def test_a_rescore_that_was_stopped_goes_on_with_what_is_left(db, scorer, monkeypatch):
    monkeypatch.setattr("cryptocast.sentiment.score.RESCORE_CHUNK", 4)
    store_documents(db, 10)
    seen = []

    def stop(what, done, total):
        seen.append((what, done, total))
        if done == 4:
            raise Interrupted

    with pytest.raises(Interrupted):
        rescore(db, scorer, 1_000, AS_OF, stop)
    assert documents.count_unscored(db, scorer.model_version) == 6
    rest = rescore(db, scorer, 1_000, AS_OF, lambda *step: seen.append(step))
    assert (rest.rows_in, rest.rows_stored) == (6, 6)
    assert seen == [("documents", n, t) for n, t in ((0, 10), (4, 10), (0, 6), (4, 6), (6, 6))]
    assert rescore(db, scorer, 1_000, AS_OF).rows_in == 0


def test_a_rescore_counts_the_posts_whose_text_is_gone(db, scorer):
    posts = [
        make_document(f"p-{i}", kind=DocumentKind.POST, source="reddit", title=f"up {i}") for i in range(3)
    ]
    documents.upsert(db, posts)
    store_documents(db, 2)
    earlier = [make_sentiment(record.id, model_version="earlier") for record in documents.recent(db, 9)]
    sentiments.upsert(db, earlier)
    assert documents.expire_post_text(db, AS_OF) == 3
    report = rescore(db, scorer, 1_000, AS_OF)
    assert (report.rows_stored, report.detail["out_of_reach"]) == (2, 3)
