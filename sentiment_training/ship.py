"""The trained model as the service loads it: ONNX, int8, compared, measured, written."""

from __future__ import annotations

import copy
import json
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from tokenizers import Tokenizer

from cryptocast.sentiment.artifact import LABELS
from cryptocast.sentiment.int8 import Agreement, compare, quantise_blocks
from cryptocast.sentiment.standin_training import STOCKTWITS, TWITTER
from cryptocast.sentiment.writing import onnx_probabilities, write_model
from sentiment_training import measure, train
from sentiment_training.joined import MAX_TOKENS, Joined
from sentiment_training.ngrams import PAIRS, join
from sentiment_training.texts import HELD_OUT_PERCENT, NEWS, POSTS, Labelled, labelled

TEACHERS = {"all-mpnet-base-v2": "Apache-2.0 (all-mpnet-base-v2)"}
"""Licences of encoders that taught."""
HEADLINES = {NEWS[0]: "Headlines on crypto", NEWS[1]: "Reuters headlines on crypto and currencies"}
VADER_AND_MODEL = "an earlier model and VADER's word list"


class RowScaled(torch.nn.Module):
    """Word vectors as int8 with a scale of its own for each word, nearly without loss."""

    def __init__(self, words: torch.nn.Embedding) -> None:
        super().__init__()
        weight = words.weight.detach()
        scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("table", torch.round(weight / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.table[ids].to(self.scale.dtype) * self.scale[ids]


def to_onnx(model: train.Classifier, path: Path) -> None:
    """`input_ids`, `attention_mask` to `logits`, any batch and length."""
    model = copy.deepcopy(model).cpu().eval()
    embeddings = model.encoder.embeddings
    embeddings.word_embeddings = RowScaled(embeddings.word_embeddings)
    ids = torch.tensor([[2, 100, 200, 3], [2, 300, 3, 0]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    axes = {0: "batch", 1: "sequence"}
    torch.onnx.export(
        model, (ids, mask), str(path), input_names=["input_ids", "attention_mask"], output_names=["logits"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "batch"}},
        opset_version=17, dynamo=False,
    )  # fmt: skip


def compact(tokenizer: Tokenizer) -> bytes:
    """tokenizer.json without the white space."""
    return json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":")).encode()


def ship(joined: Joined, data: Path, out: Path, params: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Write the folder; returns the manifest. Raises `Disagreement` where int8 differs too much."""
    joined.tokenizer.no_truncation()
    body = compact(joined.tokenizer)
    held = labelled(data).of("held out")
    with tempfile.TemporaryDirectory() as scratch:
        whole, small = Path(scratch) / "whole.onnx", Path(scratch) / "small.onnx"
        to_onnx(joined.model, whole)
        quantise_blocks(whole, small)
        for path in (whole, small):
            onnx.save(join(onnx.load(path), joined.pairs, joined.weights), path)
        scores = [onnx_probabilities(path, body, LABELS, MAX_TOKENS, held.text) for path in (whole, small)]
        agreement = _agreement(scores, held)
        print(agreement)
        agreement.require()
        posts, truth = measure.sides(data)
        p = onnx_probabilities(small, body, LABELS, MAX_TOKENS, posts)
        found = measure.with_sides(measure.figures(scores[1], held.label, held.two_way), p, truth)
        metrics = {
            "held_out": f"the {HELD_OUT_PERCENT} % of texts that a hash picked; none was fitted or chosen on",
            **found,
            "agreement_with_float": agreement.as_metrics(),
        }
        params = {**_params(joined), **params}
        return write_model(
            out, small.read_bytes(), body, name="minilm-finance", labels=LABELS, max_tokens=MAX_TOKENS,
            created_at=now, said=_said(metrics, params),
        )  # fmt: skip


def _params(joined: Joined) -> dict[str, Any]:
    return {
        "vocabulary": joined.tokenizer.get_vocab_size(),
        "word_pairs": PAIRS,
        "weights_of_logits": {
            "transformer": round(float(joined.weights[0]), 3),
            "words_and_pairs": round(float(joined.weights[1]), 3),
        },
        "weights": "int8: a scale per word vector, and per 128 weights of a matrix; float activations",
    }


def _agreement(scores: list[np.ndarray], held: Labelled) -> Agreement:
    """Answers and shift on all texts; recall on those that have three labels."""
    three = ~held.two_way
    everything = compare(*scores)
    labelled_ones = compare(scores[0][three], scores[1][three], held.label[three])
    return replace(everything, recall_loss=labelled_ones.recall_loss)


def _said(metrics: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": "MiniLM-L6 and word pairs, trained on finance and crypto texts. Not CryptoBERT.",
        "source": {"model": "sentence-transformers/all-MiniLM-L6-v2", "licence": "Apache-2.0"},
        "training_data": {
            STOCKTWITS: "StockTwits messages on US equities, 2020: bearish, bullish",
            TWITTER: "Finance headlines on Twitter: bearish, neutral, bullish",
            POSTS: "Crypto posts on Reddit; soft labels by " + _labelled_by(params),
            **_headlines(params),
            "cryptocast.sentiment.phrases": "phrases of our own in crypto's language",
            "sentiment_training.lexicon": "turns of speech filled with VADER's words",
        },
        "licences": {
            "encoder": "Apache-2.0",
            **_licence(params),
            "VADER's word list, used in training": "MIT",
            "texts": "not part of the project; they belong to their authors and publishers",
        },
        "params": params,
        "metrics": metrics,
    }


def _labelled_by(params: dict[str, Any]) -> str:
    teacher = params.get("teacher")
    if not teacher:
        return VADER_AND_MODEL
    learnt = "which learnt the labelled texts and ours, and have a say on the labelled ones too"
    return f"{params['folds']} larger models ({teacher}), {learnt}"


def _headlines(params: dict[str, Any]) -> dict[str, str]:
    """The news files are learnt from where a teacher labels them."""
    if "teacher" not in params:
        return {}
    return {name: f"{what}; soft labels like the posts'" for name, what in HEADLINES.items()}


def _licence(params: dict[str, Any]) -> dict[str, str]:
    return {"teacher": TEACHERS.get(params["teacher"], "ask its authors")} if "teacher" in params else {}
