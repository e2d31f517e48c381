"""The texts a model learns from: labelled ones, phrases of our own, and unlabelled posts with soft labels."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from cryptocast.sentiment.artifact import LABELS
from cryptocast.sentiment.phrases import phrases
from cryptocast.sentiment.standin_training import percentile, read_texts
from sentiment_training import lexicon
from sentiment_training.train import Examples, Floats

HELD_OUT_PERCENT = 15
"""By hash, the texts that `standin_training` holds out: no vocabulary, weight or choice comes from them."""
DEVELOPMENT_PERCENT = 20
"""From the held-out ones up to here: settings are compared on them."""
NEUTRAL_SHARE = 0.25
"""Of a two-way label's probability: a message of a side may also be of none."""
VADER_WEIGHT = 2.0
LEAST_STRENGTH = 1.0
"""Of VADER's words, which have up to 4: weaker ones teach nothing."""
SEEN = 60_000
SEED = 0
OWN_PHRASES = 6_000
LEXICON_TEXTS = 12_000
POSTS_ALONE = 5_000
POSTS_TAUGHT = 150_000
"""Posts to learn from, without a teacher and with one."""
POSTS = "reddit_2020q4_2022q1.parquet"
SIDES = Path(__file__).parent / "reddit_sides.csv"
NEWS = ("news_crypto_2021_2022q1.parquet", "news_reuters_2021_2022q1.parquet")
QUESTION = re.compile(r"\?\s*$|^(how|what|where|which|is|can|does|do|when|who|should|any(one|body)?)\b", re.I)


@dataclass(frozen=True)
class Labelled:
    """n labelled texts; `label` counts in the order of `LABELS`; `part` is train, development or held out."""

    text: list[str]
    label: np.ndarray
    two_way: np.ndarray
    part: np.ndarray

    def of(self, part: str) -> Labelled:
        rows = np.flatnonzero(self.part == part)
        return self._at(rows)

    def _at(self, rows: np.ndarray) -> Labelled:
        return Labelled([self.text[i] for i in rows], self.label[rows], self.two_way[rows], self.part[rows])


@dataclass(frozen=True)
class Material:
    """What a training starts from."""

    labelled: Examples
    """The labelled texts to train on."""
    own: Examples
    """Phrases of our own, and turns of speech filled with VADER's words."""
    development: Labelled
    posts: list[str]
    """Posts and headlines that nobody labelled."""


def material(given: argparse.Namespace) -> Material:
    """By the options `add_options` gave the command."""
    known = labelled(given.data)
    own = phrase_examples(given.phrases, SEED) + lexicon_examples(given.data, given.lexicon, SEED)
    unlabelled = posts(given.data, given.posts) + (headlines(given.data) if given.teacher else [])
    return Material(labelled_examples(known.of("train")), own, known.of("development"), unlabelled)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--posts", type=int, help="posts without labels")
    parser.add_argument("--phrases", type=int, default=OWN_PHRASES, help="phrases of our own")
    parser.add_argument("--lexicon", type=int, default=LEXICON_TEXTS, help="turns filled with VADER's words")


def labelled(folder: Path) -> Labelled:
    """Both labelled files, each text once, split by hash."""
    texts = read_texts(folder / "sentiment")
    at = np.array([percentile(text) for text in texts.text])
    part = np.where(
        at < HELD_OUT_PERCENT, "held out", np.where(at < DEVELOPMENT_PERCENT, "development", "train")
    )
    return Labelled(texts.text, texts.label, texts.two_way, part)


def words(folder: Path) -> list[str]:
    """Texts that say which words are worth a vector: labelled ones not held out, posts and news."""
    known = labelled(folder)
    found = known.of("train").text + known.of("development").text
    found += _joined(posts_without_sides(folder)).sample(60_000, random_state=0).tolist()
    for name in NEWS:
        found += _joined(pd.read_parquet(folder / "documents" / name)).tolist()
    return found


def posts_without_sides(folder: Path) -> pd.DataFrame:
    """The posts, but for those that one of us gave a side to and those with the same title or beginning."""
    frame = pd.read_parquet(folder / "documents" / POSTS)
    apart = frame["external_id"].isin(pd.read_csv(SIDES)["external_id"])
    for part in ("title", "body"):
        said = frame[part].fillna("").str.lower().str.replace(r"\W+", " ", regex=True).str.strip().str[:100]
        apart |= said.isin(said[apart]) & (said.str.len() > 15)
    return frame[~apart]


def _joined(frame: pd.DataFrame) -> pd.Series:
    return frame["title"].fillna("") + " " + frame["body"].fillna("")


def labelled_examples(texts: Labelled) -> Examples:
    """Headlines teach all three classes; messages teach the side, and a little that they have one."""
    target = np.eye(len(LABELS), dtype=np.float32)[texts.label]
    two = texts.two_way
    target[two] *= 1 - NEUTRAL_SHARE
    target[two, 1] = NEUTRAL_SHARE
    return Examples(
        texts.text,
        target,
        np.where(two, 0.3, 1.0).astype(np.float32),
        np.where(two, 0.8, 0.0).astype(np.float32),
    )


def phrase_examples(count: int, seed: int) -> Examples:
    texts, labels = phrases(count, seed)
    target = np.eye(len(LABELS), dtype=np.float32)[labels] * 0.94 + 0.02
    return Examples(texts, target, np.full(count, 0.6, np.float32), np.zeros(count, np.float32))


def lexicon_examples(folder: Path, count: int, seed: int) -> Examples:
    """Turns of speech filled with VADER's words, those oftenest that posts use."""
    posts = _joined(posts_without_sides(folder))
    seen = Counter(re.findall(r"[a-z]+", " ".join(posts.sample(SEEN, random_state=0)).lower()))
    down, up = lexicon.words_of(SentimentIntensityAnalyzer().lexicon, seen, LEAST_STRENGTH)
    texts, labels = lexicon.texts(count, seed, down, up)
    target = np.eye(len(LABELS), dtype=np.float32)[labels] * 0.88 + 0.04
    return Examples(texts, target, np.full(count, 0.5, np.float32), np.zeros(count, np.float32))


def word_examples(weight: float) -> Examples:
    """VADER's words of enough strength, each a text of one word: for the linear model."""
    known = {word: side for word, side in SentimentIntensityAnalyzer().lexicon.items() if word.isalpha()}
    strong = {word: side for word, side in known.items() if abs(side) >= LEAST_STRENGTH}
    up = 1 / (1 + np.exp(-np.array(list(strong.values()))))
    target = np.column_stack([0.9 * (1 - up), np.full(up.size, 0.1), 0.9 * up]).astype(np.float32)
    weights = np.full(up.size, weight, np.float32)
    return Examples(list(strong), target, weights, np.zeros_like(weights))


def posts(folder: Path, count: int) -> list[str]:
    """Titles, or beginnings of bodies, of `count` posts picked at random."""
    frame = posts_without_sides(folder).sample(count, random_state=3)
    chance = np.random.default_rng(0).random(count)
    rows = zip(frame["title"].fillna(""), frame["body"].fillna(""), chance < 0.5, strict=True)
    found = [(title if short or len(body) < 20 else body)[:220] for title, body, short in rows]
    return [text for text in dict.fromkeys(found) if len(text) > 15]


def headlines(folder: Path) -> list[str]:
    """The titles of both news files, each once."""
    titles = [title for name in NEWS for title in pd.read_parquet(folder / "documents" / name)["title"]]
    return [title for title in dict.fromkeys(titles) if isinstance(title, str) and len(title) > 15]


def softened(examples: Examples, p: Floats, share: float) -> Examples:
    """Labelled texts whose targets are for `share` what the teachers say, `p` (n, 3).

    Of a two-way text they also say, for that share, how neutral it is.
    """
    return replace(examples, target=((1 - share) * examples.target + share * p).astype(np.float32))


def taught_examples(some: Sequence[str], p: Floats) -> Examples:
    """Texts without labels, with the teachers' opinion `p` (n, 3)."""
    weights = np.full(len(some), 0.5, np.float32)
    return Examples(list(some), p, weights, weights)


def soft_examples(texts: Sequence[str], teacher: Callable[[Sequence[str]], Floats]) -> Examples:
    """Posts with the opinion of the first model and of VADER's word list together, by side.

    Where both see little, and in plain questions, the post is mostly neutral. The weight grows with
    how sure the two are together.
    """
    words = SentimentIntensityAnalyzer()
    p = teacher(texts)
    said = np.array([words.polarity_scores(text)["compound"] for text in texts])
    lean = np.log(p[:, 2] / p[:, 0]) + VADER_WEIGHT * said
    up = 1 / (1 + np.exp(-1.2 * lean))
    asks = np.array([bool(QUESTION.search(text)) for text in texts])
    flat = (np.abs(lean) < 1.0) | (asks & (np.abs(lean) < 2.0))
    neutral = np.where(flat, 0.8, 0.2)
    target = np.column_stack([(1 - neutral) * (1 - up), neutral, (1 - neutral) * up]).astype(np.float32)
    sure = np.abs(2 * up - 1).astype(np.float32)
    return Examples(list(texts), target, np.full(len(texts), 0.2, np.float32), 0.5 * sure)
