"""Texts of files, scored by the files' own columns where they have them, else by the stand-in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cryptocast.errors import BadInput
from cryptocast.sentiment.scored_file import score_file
from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin import FOLDER
from cryptocast.train.documents import read_documents
from cryptocast.train.files import read_document_frame

END_S = int(pd.Timestamp("2024-03-01").timestamp())
TITLES = ["Bitcoin rallies to a record", "Bitcoin collapses", "Exchange hacked, users furious"]


def texts(**added) -> pd.DataFrame:
    given = {
        "kind": "news",
        "source": "paper",
        "external_id": ["a", "b", "c"],
        "published_at": pd.to_datetime(["2024-02-01T10:00Z", "2024-02-02T10:00Z", "2024-02-03T10:00Z"]),
        "title": TITLES,
        "body": ["", "Traders panic", ""],
    }
    return pd.DataFrame(given | added)


def test_scores_in_the_file_are_used_and_none_is_not_scored(tmp_path) -> None:
    texts(p_bearish=[0.1, 0.7, None], p_bullish=[0.6, 0.1, None]).to_parquet(tmp_path / "texts.parquet")
    notes: list[str] = []
    found = read_documents([tmp_path / "texts.parquet"], END_S, notes)
    assert found.score == pytest.approx([0.5, -0.6, np.nan], nan_ok=True)
    assert "scored by a model that the files do not name before (1 have no score)" in notes[0]


def test_columns_of_categories_are_texts_like_others(tmp_path) -> None:
    columns = ["kind", "source", "title", "body"]
    given = texts(kind=["news", "post", "news"], body=["", None, "x"])
    given.to_parquet(tmp_path / "texts.parquet")
    given.astype(dict.fromkeys(columns, "category")).to_parquet(tmp_path / "categories.parquet")
    plain, categories = (read_document_frame([tmp_path / f"{n}.parquet"]) for n in ("texts", "categories"))
    pd.testing.assert_frame_equal(plain, categories)


def test_a_file_of_empty_texts_hides_not_that_two_models_scored_the_others(tmp_path) -> None:
    first, plain, second, third = (tmp_path / f"{name}.parquet" for name in "1234")
    texts().to_parquet(plain)
    empty = {"title": "", "body": ""}
    texts(external_id=["x", "y", "z"], p_bearish=0.1, p_bullish=0.2, **empty).to_parquet(first)
    score_file(Scorer.load(FOLDER), plain, second, "title")
    texts(external_id=["d", "e", "f"], p_bearish=0.1, p_bullish=0.2).to_parquet(third)
    with pytest.raises(BadInput, match="cannot be compared"):
        read_documents([first, second, third], END_S, [])


def test_a_file_scored_by_the_command_says_what_the_scorer_says_of_title_and_body(tmp_path) -> None:
    plain, scored = tmp_path / "texts.parquet", tmp_path / "scored.parquet"
    texts().to_parquet(plain)
    score_file(Scorer.load(FOLDER), plain, scored, "title,body")
    notes: list[str] = []
    by_file, by_standin = (read_documents([path], END_S, notes) for path in (scored, plain))
    assert f"scored by {FOLDER.name}" in notes[1] and "scored by standin-" in notes[0]
    assert by_file.score == pytest.approx(by_standin.score, abs=1e-6)
    assert np.ptp(by_file.score) > 0.1


def test_a_file_with_scores_beside_one_without_is_refused(tmp_path) -> None:
    texts().to_parquet(tmp_path / "plain.parquet")
    texts(p_bearish=0.1, p_bullish=0.2).to_parquet(tmp_path / "scored.parquet")
    for order in (("plain", "scored"), ("scored", "plain")):
        with pytest.raises(BadInput, match=rf"{order[1]}\.parquet.*in every document file or in none"):
            read_documents([tmp_path / f"{name}.parquet" for name in order], END_S, [])


def test_scores_of_two_models_are_refused(tmp_path) -> None:
    plain, scored, other = (tmp_path / f"{name}.parquet" for name in ("plain", "scored", "other"))
    texts().to_parquet(plain)
    score_file(Scorer.load(FOLDER), plain, scored, "title, body")
    texts(external_id=["d", "e", "f"], p_bearish=0.1, p_bullish=0.2).to_parquet(other)
    with pytest.raises(BadInput, match="scored by a model that it does not name, another file by standin-"):
        read_documents([scored, other], END_S, [])


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ({"p_bearish": [0.1, 1.5, 0.2], "p_bullish": 0.2}, r"row 1: p_bearish is 1\.5"),
        ({"p_bullish": 0.2}, "p_bearish and p_bullish must be in every"),
    ],
)
def test_scores_that_are_none_are_named(tmp_path, added, said) -> None:
    texts(**added).to_parquet(tmp_path / "texts.parquet")
    with pytest.raises(BadInput, match=said):
        read_documents([tmp_path / "texts.parquet"], END_S, [])


def test_a_near_duplicate_counts_once_and_is_noted(tmp_path) -> None:
    title = "Bitcoin rises to a record high"
    said = {
        "title": [title, f"{title.upper()}! | Paper", title],
        "p_bearish": 0.1,
        "p_bullish": [0.2, 0.4, 0.9],
    }
    stamps = pd.to_datetime(["2024-02-01T10:00Z", "2024-02-01T23:00Z", "2024-02-03T10:00Z"])
    texts(published_at=stamps, **said).to_parquet(tmp_path / "texts.parquet")
    notes: list[str] = []
    found = read_documents([tmp_path / "texts.parquet"], END_S, notes)
    assert found.score == pytest.approx([0.1, 0.8])
    assert "2 texts" in notes[0] and "1 near-duplicates" in notes[0]
