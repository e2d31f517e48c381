"""Sentences of fear, relief and returning buyers or sellers, written by hand to choose settings by.

They are for choosing, as development texts are: no model is trained on them, but their pass rate flatters a
model that was chosen by it, and some turns of `lexicon.py` came after them and say much the same. None is a
behavioural case of `tests/model`.
`python -m sentiment_training.development_cases --model FOLDER` prints each one's lean.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from cryptocast.sentiment.default import FOLDER
from cryptocast.sentiment.scorer import Scorer

LEAST_LEAN = 0.1
UP = (
    "The doubt is gone and demand is coming back",
    "Worst of the fear has passed, bids are filling the book",
    "Uncertainty has cleared up, people want to own this again",
    "The scare turned out to be nothing, price is recovering",
    "Buyers stepped up at the lows and have not left",
    "Finally some relief, I can smile at my charts again",
    "The haters went quiet once the price turned",
    "Rumours proved false, money flows in again",
    "Demand returned after weeks of silence",
    "Nobody is afraid any more, the mood has changed for the better",
    "Selling pressure is drying up at last",
    "The sellers are done, strong hands took their coins",
    "Bulls showed up today and they mean business",
    "I was anxious last week, now I feel great",
    "Panic has ended and the dip got eaten in minutes",
    "No more gloom, the crowd is cheering again",
    "Confidence is returning to crypto",
    "That nasty rumour is dead, accumulation has resumed",
    "End of the misery, big money is lining up",
    "Fear is leaving the room and greed walks in",
    "The FUD has faded and the price climbs",
    "All that FUD was for nothing, bulls step in",
    "No more FUD, we are climbing",
    "The storm has passed, demand is roaring again",
    "Bids return after the shakeout",
)
DOWN = (
    "Folks are dumping their coins in terror",
    "I am frightened, all of my friends are getting out",
    "Total panic on the exchange, I don't know what to do",
    "The whole chat is selling and I feel sick",
    "So worried right now, nobody wants to buy",
    "Scary drop, people are throwing in the towel",
    "Mass liquidation, my hands are shaking",
    "Capitulation everywhere, this hurts",
    "Holders are fleeing in fear",
    "I am terrified to open my wallet",
    "Retail is panicking and running away",
    "The mood is awful, the sellers won't stop",
    "It feels hopeless, they all sold",
    "Heavy selling again and I am nervous",
    "Buyers are gone and fear is back",
    "The optimism is over, sellers rule again",
    "My heart is racing, the price just keeps dropping",
    "Fear spreads as large holders unload",
    "This is a stampede for the exits, I am worried",
    "Nobody wants to hold this any more, it is frightening",
    "Panic selling across the board",
    "They are all selling, this is frightening",
    "The crowd sells in panic",
    "Everybody I know is dumping and my nerves are gone",
    "Panic sellers have taken over and I am uneasy",
)


def leans(probabilities: Callable[[Sequence[str]], np.ndarray]) -> np.ndarray:
    """p_bullish - p_bearish of each sentence, its sign turned where it should be below 0."""
    p = probabilities([*UP, *DOWN])
    signs = np.repeat([1.0, -1.0], [len(UP), len(DOWN)])
    return np.asarray((p[:, 2] - p[:, 0]) * signs)


def summary(probabilities: Callable[[Sequence[str]], np.ndarray]) -> str:
    """How many of each side are read as meant, and the mean lean."""
    found = leans(probabilities)
    up, down = found[: len(UP)], found[len(UP) :]
    read = f"up {(up > LEAST_LEAN).sum()}/{len(UP)} down {(down > LEAST_LEAN).sum()}/{len(DOWN)}"
    return f"{read} mean lean {found.mean():.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", type=Path, default=FOLDER)
    scorer = Scorer.load(parser.parse_args().model)
    for text, lean in zip([*UP, *DOWN], leans(scorer.score), strict=True):
        print(f"{lean:+.2f} {'' if lean > LEAST_LEAN else 'MISREAD '}{text}")
    print(summary(scorer.score))


if __name__ == "__main__":
    main()
