"""The transformer and the word pairs together, as the file that ships holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from cryptocast.sentiment.standin_training import measure
from sentiment_training import ngrams, train
from sentiment_training.texts import Labelled

MAX_TOKENS = 128


@dataclass(frozen=True)
class Joined:
    """Logits = weights[0] * the transformer's + weights[1] * those of the word pairs."""

    model: train.Classifier
    tokenizer: Tokenizer
    pairs: ngrams.NGrams
    weights: npt.NDArray[np.float64]

    def probabilities(self, texts: Sequence[str]) -> train.Floats:
        """(n, 3), of the float model."""
        ids = train.encode(self.tokenizer, texts, MAX_TOKENS)
        parts = np.log(train.probabilities(self.model, ids)), ngrams.logits(self.pairs, ids)
        logits = self.weights[0] * parts[0] + self.weights[1] * parts[1]
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True), dtype=np.float32)

    def measured(self, known: Labelled) -> dict[str, Any]:
        """The float model's figures, and both weights."""
        found = measure(self.probabilities(known.text).astype(np.float64), known.label, known.two_way)
        return {**found, "loss": round(self.loss(known), 4), "weights": self.weights.round(3).tolist()}

    def loss(self, known: Labelled) -> float:
        """Mean log loss over all classes of three-way texts plus that over both sides of two-way ones."""
        p, rows = self.probabilities(known.text).astype(np.float64), np.arange(len(known.text))
        right = p[rows, known.label]
        sides = right / p[:, [0, 2]].sum(axis=1)
        return -float(np.log(right[~known.two_way]).mean() + np.log(sides[known.two_way]).mean())


def join_with_pairs(
    model: train.Classifier, tokenizer: Tokenizer, examples: train.Examples, development: Labelled
) -> Joined:
    """Fit word pairs on `examples` and weigh both on the development texts, which neither learnt from."""
    ids = train.encode(tokenizer, examples.text, MAX_TOKENS)
    as_floats = (x.astype(np.float64) for x in (examples.target, examples.three_way, examples.two_way))
    pairs = ngrams.fit(ids, *as_floats, tokenizer.get_vocab_size())
    theirs = train.encode(tokenizer, development.text, MAX_TOKENS)
    scores = np.log(train.probabilities(model, theirs)).astype(np.float64), ngrams.logits(pairs, theirs)
    return Joined(model, tokenizer, pairs, ngrams.weigh(*scores, development.label, development.two_way))
