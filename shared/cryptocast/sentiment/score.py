"""Score the documents that the serving model has not scored yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from cryptocast.domain import Rejected, Sentiment, StepReport
from cryptocast.sentiment.scorer import NEUTRAL, Scorer
from cryptocast.store import documents, quarantine, sentiments
from cryptocast.store.database import Database
from cryptocast.validate.split import valid_sentiments

CHUNK = 2_000
"""Documents that are read, scored and stored together: what is done stays done if a later one fails."""
RESCORE_CHUNK = 500


def score_sentiment(
    db: Database,
    scorer: Scorer,
    limit: int,
    now: datetime | None = None,
    chunk: int = CHUNK,
    progress: Callable[[int], None] = lambda _: None,
) -> StepReport:
    """Score up to `limit` documents, the newest first, and store their sentiments, `chunk` at a time.

    A text that the model cannot score counts as neutral, as an empty one does: it is reported as
    rejected, kept in quarantine where `now` is given, and costs the others nothing. Documents that
    still wait are named in `missing`. Raises `StoreUnavailable`.
    """
    report = StepReport("score_sentiment", detail={"model_version": scorer.model_version})
    while report.rows_in < limit:
        waiting = documents.unscored(db, scorer.model_version, min(chunk, limit - report.rows_in))
        if not waiting:
            return report
        scored, rejected = _score(scorer, waiting)
        stored = sentiments.upsert(db, scored)
        if now is not None:
            quarantine.add(db, rejected, now)
        report.rows_in += len(waiting)
        report.rows_stored += stored
        report.rows_rejected += len(rejected)
        progress(report.rows_in)
        if not stored:
            break
    if documents.unscored(db, scorer.model_version, 1):
        report.missing.append("sentiment: more documents wait for their score")
    return report


def rescore(
    db: Database,
    scorer: Scorer,
    limit: int,
    now: datetime,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> StepReport:
    """Score history with the model that serves now, newest first, `RESCORE_CHUNK` stored at a time.

    Stopped at any moment and started again, it goes on with what is left. Earlier versions' scores
    stay. Documents whose text is gone keep those alone: `detail` counts them as `out_of_reach`.
    Raises `StoreUnavailable`.
    """
    total = min(limit, documents.count_unscored(db, scorer.model_version))
    progress("documents", 0, total)
    report = score_sentiment(
        db, scorer, limit, now, RESCORE_CHUNK, lambda done: progress("documents", done, max(done, total))
    )
    report.detail["out_of_reach"] = documents.count_out_of_reach(db, scorer.model_version)
    return report


def _score(scorer: Scorer, waiting: Sequence[tuple[int, str]]) -> tuple[list[Sentiment], list[Rejected]]:
    scores = scorer.score([text for _, text in waiting]).tolist()
    made = [
        Sentiment(document_id, scorer.model_version, *row)
        for (document_id, _), row in zip(waiting, scores, strict=True)
    ]
    valid, rejected = valid_sentiments(made)
    kept = {sentiment.document_id for sentiment in valid}
    neutral = [
        Sentiment(document_id, scorer.model_version, *NEUTRAL)
        for document_id, _ in waiting
        if document_id not in kept
    ]
    return [*valid, *neutral], rejected
