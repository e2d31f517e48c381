"""How the sentiment model behaves: directions and invariances, not figures.

Written for the stand-in, in words that finance headlines use; the model that replaces it must pass too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin import FOLDER

DATA = Path(__file__).parents[3] / "shared" / "data" / "sentiment"

OPPOSITES = [
    ("Bitcoin rises to a record high", "Bitcoin falls to a record low"),
    ("Shares surge after strong earnings", "Shares plunge after weak earnings"),
    ("Analysts upgrade the stock", "Analysts downgrade the stock"),
    ("Price target raised", "Price target cut"),
    ("Revenue beats expectations", "Revenue misses expectations"),
    ("Markets rally as fears ease", "Markets tumble as fears grow"),
]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load(FOLDER)


def lean(scorer: Scorer, texts: list[str]) -> np.ndarray:
    """p_bullish - p_bearish of each text."""
    scores = scorer.score(texts)
    return scores[:, 2] - scores[:, 0]


@pytest.mark.parametrize(("good", "bad"), OPPOSITES)
def test_good_news_leans_further_to_bullish_than_its_opposite(scorer, good, bad):
    up, down = lean(scorer, [good, bad])
    assert up > down


@pytest.mark.parametrize(("good", "bad"), OPPOSITES)
@pytest.mark.parametrize(
    "change",
    [str.upper, str.lower, "  {}\n".format, "{} https://example.com/story".format],
    ids=["upper case", "lower case", "white space", "address"],
)
def test_what_carries_no_meaning_changes_no_lean(scorer, good, bad, change):
    plain, changed = lean(scorer, [good, bad]), lean(scorer, [change(good), change(bad)])
    assert changed == pytest.approx(plain, abs=0.02)


@pytest.mark.parametrize("coin", ["Bitcoin", "Ethereum", "Solana", "Polkadot", "Aave"])
def test_whichever_coin_it_is_good_and_bad_news_lie_well_apart(scorer, coin):
    up, down = lean(scorer, [f"{coin} surges to a record high", f"{coin} plunges to a record low"])
    assert up - down > 0.3


@pytest.mark.parametrize(
    "text",
    [
        "The company will hold its annual meeting on Tuesday",
        "How to store your coins: a guide",
        "Daily discussion",
    ],
)
def test_plain_announcements_are_neutral(scorer, text):
    assert scorer.score([text]).argmax(axis=1).tolist() == [1]


def test_the_held_out_accuracy_of_the_manifest_can_be_measured_again():
    if not DATA.is_dir():
        pytest.skip("needs ../shared/data/sentiment: labelled texts that are not part of the project")
    from cryptocast.sentiment.standin_training import measure, read_texts

    scorer = Scorer.load(FOLDER)
    texts = read_texts(DATA)
    held = texts.held_out
    scores = scorer.score([text for text, out in zip(texts.text, held, strict=True) if out])
    found = measure(scores, texts.label[held], texts.two_way[held])
    stated = scorer.manifest.model_dump()["metrics"]
    assert found == pytest.approx({name: stated[name] for name in found}, abs=0.002)
