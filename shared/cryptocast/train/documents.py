"""Documents out of files as the features read them: scored, with mentions and a time of first sight."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from cryptocast.collect.mentions import mentions
from cryptocast.collect.near_duplicates import near_duplicates
from cryptocast.domain import COINS
from cryptocast.errors import BadInput
from cryptocast.sentiment.scored_file import SCORED_BY
from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin import FOLDER
from cryptocast.series import Bools, DocumentSeries, Floats, Ints
from cryptocast.train.files import SCORE_COLUMNS, read_document_frame

EMBARGO_S = 3_600
"""Files tell when a text was published, not when it was seen: an hour later is assumed, for bare dates the
next midnight."""
_DAY_S = 86_400


def seen_after(published_s: Ints, news: Bools) -> Ints:
    """When a text may be used: an hour after its stamp, a day after where a headline bears a bare date."""
    bare = (published_s % _DAY_S == 0) & news
    return np.asarray(published_s + np.where(bare, _DAY_S, EMBARGO_S), dtype=np.int64)


def read_documents(paths: Sequence[Path], newest_s: int, notes: list[str]) -> DocumentSeries:
    """Texts with the scores that `cryptocast sentiment score` added to the files, else by the stand-in.

    A near-duplicate counts once, as in the store; no crawl-time figure is read. Texts published after
    `newest_s`, the newest bar's close, cannot belong to any forecast: they are left out and noted. Raises
    `BadInput` where nothing is left.
    """
    frame = read_document_frame(paths)
    published = frame["published_at"].to_numpy(dtype="datetime64[s]").astype(np.int64)
    future = published > newest_s
    if future.any():
        notes.append(
            f"{int(future.sum())} texts are from the future of the newest bar and left out, the first is "
            f"{frame['source'][future].iloc[0]} {frame['published_at'][future].iloc[0]}"
        )
        frame, published = frame[~future], published[~future]
    if not len(frame):
        raise BadInput("no document was published before the newest bar's close")
    frame, seen = _without_copies(frame, published)
    texts = [f"{t}\n{b}".strip() for t, b in zip(frame["title"], frame["body"], strict=True)]
    score, scorer = _scores(frame, texts)
    named = [mentions(text) for text in texts]
    symbols = tuple(COINS)
    mentioned = np.array([[symbol in names for symbol in symbols] for names in named], dtype=np.bool_)
    notes.append(
        f"{len(frame)} texts, scored by {scorer} and used an hour after their stamp or later; besides these "
        f"{len(published) - len(frame)} near-duplicates of a text of the 24 h before, which count once"
    )
    return DocumentSeries(symbols, seen, (frame["kind"] == "news").to_numpy(), score, mentioned)


def _without_copies(frame: pd.DataFrame, published_s: Ints) -> tuple[pd.DataFrame, Ints]:
    """The documents in the order in which they may be used, near-duplicates left out; and from when on."""
    seen = seen_after(published_s, (frame["kind"] == "news").to_numpy())
    order = np.argsort(seen, kind="stable")
    frame, seen = frame.iloc[order], seen[order]
    once = ~near_duplicates(frame["title"].tolist(), seen)
    return frame[once], seen[once]


def _scores(frame: pd.DataFrame, texts: Sequence[str]) -> tuple[Floats, str]:
    """p_bullish - p_bearish (n,), NaN where the file has none; and whose scores they are, in words."""
    if SCORE_COLUMNS[0] in frame:
        bearish, bullish = (frame[name].to_numpy(np.float64) for name in SCORE_COLUMNS)
        score = bullish - bearish
        absent = int(np.isnan(score).sum())
        by = str(frame[SCORED_BY].iloc[0]) or "a model that the files do not name"
        return score, by + (f" before ({absent} have no score)" if absent else " before")
    scores = Scorer.load(FOLDER, threads=1).score(texts)
    return np.asarray(scores[:, 2] - scores[:, 0]), FOLDER.name
