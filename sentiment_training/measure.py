"""The figures of docs/sentiment.md: `python -m sentiment_training.measure --data ../shared/data`.

Scores texts whose labels no model was told: the held-out ones, and the posts of reddit_sides.csv.
Needs the workspace's environment alone. `--write` puts them into the manifest and the cards too.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cryptocast.sentiment.artifact import LABELS
from cryptocast.sentiment.default import FOLDER
from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin_training import measure, read_texts
from cryptocast.sentiment.writing import write_cards

POSTS = "reddit_2020q4_2022q1.parquet"
SIDES = Path(__file__).parent / "reddit_sides.csv"


def confusion(truth: np.ndarray, said: np.ndarray) -> dict[str, dict[str, int]]:
    """How often each answer (columns) was given to each truth (rows) that occurs."""
    return {
        label: {answer: int(((truth == k) & (said == j)).sum()) for j, answer in enumerate(LABELS)}
        for k, label in enumerate(LABELS)
        if (truth == k).any()
    }


def as_lines(title: str, rows: dict[str, dict[str, int]]) -> str:
    lines = [f"\n{title}\n", f"| truth | {' | '.join(LABELS)} |", "|---|---|---|---|"]
    lines += [f"| {truth} | {' | '.join(map(str, counts.values()))} |" for truth, counts in rows.items()]
    return "\n".join(lines)


def side(p: np.ndarray) -> np.ndarray:
    """The likelier of bearish and bullish."""
    return np.where(p[:, 2] > p[:, 0], 2, 0)


def macro_f1(truth: np.ndarray, said: np.ndarray) -> float:
    """Two-way: the mean over bearish and bullish."""
    return round(float(np.mean([_f1(truth, said, k) for k in (0, 2)])), 4)


def _f1(truth: np.ndarray, said: np.ndarray, k: int) -> float:
    both = int(((truth == k) & (said == k)).sum())
    return 2 * both / max(1, int((truth == k).sum() + (said == k).sum()))


def figures(p: np.ndarray, label: np.ndarray, two: np.ndarray) -> dict[str, Any]:
    """Of the held-out labelled texts: `p` (n, 3), `label` (n,), `two` (n,) where it is a two-way one."""
    return {
        **measure(p, label, two),
        "stocktwits_two_way_macro_f1": macro_f1(label[two], side(p)[two]),
        "confusion": {
            "StockTwits, two-way": confusion(label[two], side(p)[two]),
            "StockTwits, three-way answers": confusion(label[two], p.argmax(axis=1)[two]),
            "Twitter finance, three-way": confusion(label[~two], p.argmax(axis=1)[~two]),
        },
    }


def sides(data: Path) -> tuple[list[str], np.ndarray]:
    """The posts that one of us gave a side to, by id; their texts stay where they are."""
    frame = pd.read_parquet(data / "documents" / POSTS).merge(pd.read_csv(SIDES), on="external_id")
    text = frame["title"].fillna("") + ". " + frame["body"].fillna("").str.slice(0, 250)
    return text.tolist(), np.array([LABELS.index(label) for label in frame["label"]])


def with_sides(found: dict[str, Any], p: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """`found` and the figures of those posts, `p` (60, 3)."""
    told = confusion(truth, p.argmax(axis=1))
    return {
        **found,
        "reddit_sides_two_way_accuracy": round(float((side(p) == truth).mean()), 4),
        "reddit_sides_two_way_macro_f1": macro_f1(truth, side(p)),
        "reddit_sides_texts": len(truth),
        "confusion": {**found["confusion"], "Crypto Reddit (our own 60 labels), three-way answers": told},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=FOLDER)
    parser.add_argument("--write", action="store_true", help="into the folder's manifest and cards")
    given = parser.parse_args()
    scorer = Scorer.load(given.model)
    texts = read_texts(given.data / "sentiment")
    rows = np.flatnonzero(texts.held_out)
    p = scorer.score([texts.text[i] for i in rows])
    posts, truth = sides(given.data)
    found = with_sides(figures(p, texts.label[rows], texts.two_way[rows]), scorer.score(posts), truth)
    print(f"{scorer.model_version}\n")
    for name, value in found.items():
        if name != "confusion":
            print(f"- {name}: {value}")
    for title, counts in found["confusion"].items():
        print(as_lines(title, counts))
    if given.write:
        write_cards(given.model, found)


if __name__ == "__main__":
    main()
