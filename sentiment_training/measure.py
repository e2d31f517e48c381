"""The figures of docs/sentiment.md: `python -m sentiment_training.measure --data ../shared/data`.

Scores what no model saw: the held-out part of the labelled texts, and the posts of reddit_sides.csv.
Needs the workspace's environment alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from cryptocast.sentiment.artifact import LABELS
from cryptocast.sentiment.default import FOLDER
from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin_training import measure, read_texts

POSTS = "reddit_2020q4_2022q1.parquet"
SIDES = Path(__file__).parent / "reddit_sides.csv"


def confusion(truth: np.ndarray, said: np.ndarray, title: str) -> str:
    """Rows are the truth, columns the answer."""
    lines = [f"\n{title}\n", f"| truth | {' | '.join(LABELS)} |", "|---|---|---|---|"]
    for k, label in enumerate(LABELS):
        if (truth == k).any():
            counts = [str(int(((truth == k) & (said == j)).sum())) for j in range(len(LABELS))]
            lines.append(f"| {label} | {' | '.join(counts)} |")
    return "\n".join(lines)


def side(p: np.ndarray) -> np.ndarray:
    return np.where(p[:, 2] > p[:, 0], 2, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=FOLDER)
    given = parser.parse_args()
    scorer = Scorer.load(given.model)
    texts = read_texts(given.data / "sentiment")
    rows = np.flatnonzero(texts.held_out)
    p = scorer.score([texts.text[i] for i in rows])
    label, two = texts.label[rows], texts.two_way[rows]
    print(f"{scorer.model_version}\n")
    for name, value in measure(p, label, two).items():
        print(f"- {name}: {value}")
    f1 = [_f1(label[two], side(p)[two], k) for k in (0, 2)]
    print(f"- stocktwits_two_way_macro_f1: {np.mean(f1):.4f}")
    print(confusion(label[two], side(p)[two], "StockTwits, two-way"))
    print(confusion(label[two], p.argmax(axis=1)[two], "StockTwits, three-way answers"))
    print(confusion(label[~two], p.argmax(axis=1)[~two], "Twitter finance, three-way"))
    frame = pd.read_parquet(given.data / "documents" / POSTS).merge(pd.read_csv(SIDES), on="external_id")
    posts = frame["title"].fillna("") + ". " + frame["body"].fillna("").str.slice(0, 250)
    truth = np.array([LABELS.index(label) for label in frame["label"]])
    p = scorer.score(posts.tolist())
    print(f"\n- reddit_sides_two_way_accuracy: {(side(p) == truth).mean():.4f} of {len(truth)}")
    print(confusion(truth, p.argmax(axis=1), "Crypto Reddit (our own 60 labels), three-way answers"))


def _f1(truth: np.ndarray, said: np.ndarray, k: int) -> float:
    both = int(((truth == k) & (said == k)).sum())
    return 2 * both / max(1, int((truth == k).sum() + (said == k).sum()))


if __name__ == "__main__":
    main()
