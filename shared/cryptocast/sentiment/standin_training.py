"""Make the stand-in sentiment model: a linear model on words, behind the interface of the real one.

    cd shared
    python -m cryptocast.sentiment.standin_training ../../shared/data/sentiment cryptocast/sentiment/standin

It needs the training environment (onnx, scipy, pandas). The texts are US-equity messages and finance
headlines: StockTwits has no neutral label, so its messages teach bullish against bearish only, and
neutral is learnt from the headlines. Every text whose hash falls in `HELD_OUT_PERCENT` is kept out of
vocabulary and weights, and measures the model. The chosen settings (`VOCABULARY`, `PENALTY`,
`NEUTRAL_WEIGHT`) were compared on the same held-out texts, so the figures flatter a little.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.optimize import minimize
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from cryptocast.sentiment.artifact import LABELS, to_json
from cryptocast.sentiment.standin_onnx import build_onnx
from cryptocast.series import Bools, Floats, Ints

STOCKTWITS = "stocktwits_bull_bear_train_val.parquet"
TWITTER = "twitter_financial_news_train.parquet"
HELD_OUT_PERCENT = 15
VOCABULARY = 8_000
PENALTY = 1 / 3
NEUTRAL_WEIGHT = 0.4
MAX_TOKENS = 128
UNKNOWN = "[UNK]"
SPECIAL = [0, 1]
"""The ids of padding and of the unknown token, which say nothing of sentiment."""
NEUTRAL = LABELS.index("neutral")
GOLDEN_TEXTS = (
    "Bitcoin surges to a record high as buyers rush in",
    "Exchange hacked, prices crash and traders panic sell",
    "The developers will hold a meeting on Tuesday",
    "",
)


@dataclass(frozen=True, slots=True)
class Texts:
    """The labelled texts. Arrays have n rows; `label` counts in the order of `LABELS`."""

    text: list[str]
    label: Ints
    two_way: Bools
    """StockTwits: neutral was not among the answers."""
    held_out: Bools


@dataclass(frozen=True, slots=True)
class Linear:
    """Logits = (sum over tokens of idf * weights[token]) / sqrt(sum of idf²) + bias."""

    weights: Floats
    bias: Floats
    idf: Floats


def read_texts(folder: Path) -> Texts:
    """Both files, each text once. Raises `FileNotFoundError` where one is absent."""
    frames = [pd.read_parquet(folder / name, columns=["text", "label"]) for name in (STOCKTWITS, TWITTER)]
    frame = pd.concat(frames, keys=[True, False], names=["two_way"]).reset_index("two_way")
    frame = frame.drop_duplicates("text")
    texts = [str(text) for text in frame["text"]]
    return Texts(
        text=texts,
        label=np.array([LABELS.index(label) for label in frame["label"]], dtype=np.int64),
        two_way=frame["two_way"].to_numpy(dtype=np.bool_),
        held_out=np.array([percentile(text) < HELD_OUT_PERCENT for text in texts]),
    )


def percentile(text: str) -> int:
    """0 to 99, by the text's hash: which part of the texts it belongs to."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % 100


def make_tokenizer(texts: Sequence[str]) -> Tokenizer:
    """WordPiece on lower-cased words; addresses and cashtags go, every number is one token."""
    tokenizer = Tokenizer(models.WordPiece(unk_token=UNKNOWN, max_input_chars_per_word=40))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.Lowercase(),
            normalizers.StripAccents(),
            normalizers.Replace(Regex(r"https?://\S+"), " "),
            normalizers.Replace(Regex(r"\$[a-z]{1,6}\b"), " "),
            normalizers.Replace(Regex(r"[0-9]+([.,][0-9]+)*"), "0"),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY, min_frequency=2, special_tokens=["[PAD]", UNKNOWN], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def count_tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> sp.csr_matrix:
    """How often each token occurs among the first `MAX_TOKENS` of each text, (n, vocabulary)."""
    ids = [encoding.ids[:MAX_TOKENS] for encoding in tokenizer.encode_batch(list(texts))]
    rows = np.repeat(np.arange(len(ids)), [len(one) for one in ids])
    columns = np.concatenate([np.array(one, dtype=np.int64) for one in ids])
    shape = (len(ids), tokenizer.get_vocab_size())
    return sp.csr_matrix((np.ones(rows.size), (rows, columns)), shape=shape)


def _inputs(counts: sp.csr_matrix, idf: Floats) -> sp.csr_matrix:
    norm = np.sqrt(np.asarray(counts @ (idf**2)).ravel() + 1e-6)
    return sp.csr_matrix(sp.diags(1.0 / norm) @ counts @ sp.diags(idf))


def fit(counts: sp.csr_matrix, label: Ints, two_way: Bools) -> Linear:
    """Multinomial logistic regression, ridge penalty; a two-way text's softmax leaves neutral out."""
    documents = np.asarray((counts > 0).sum(axis=0)).ravel()
    idf = np.log((counts.shape[0] + 1) / (documents + 1)) + 1.0
    idf[SPECIAL] = 0.0
    inputs, truth = _inputs(counts, idf), np.eye(len(LABELS))[label]
    shut = np.zeros((label.size, len(LABELS)))
    shut[two_way, NEUTRAL] = -1e9
    importance = np.where(label == NEUTRAL, NEUTRAL_WEIGHT, 1.0)[:, None]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights, bias = flat[: -len(LABELS)].reshape(-1, len(LABELS)), flat[-len(LABELS) :]
        p = _softmax(inputs @ weights + bias + shut)
        error = importance * (p - truth)
        likelihood = np.log(np.maximum((p * truth).sum(axis=1, keepdims=True), 1e-30))
        total = -(importance * likelihood).sum() + PENALTY / 2 * (weights**2).sum()
        return total, np.concatenate([(inputs.T @ error + PENALTY * weights).ravel(), error.sum(axis=0)])

    start = np.zeros((counts.shape[1] + 1) * len(LABELS))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return Linear(found[: -len(LABELS)].reshape(-1, len(LABELS)), found[-len(LABELS) :], idf)


def _softmax(logits: Floats) -> Floats:
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def measure(probabilities: Floats, label: Ints, two_way: Bools) -> dict[str, float | int]:
    """Accuracy on the two-way texts (the likelier of bearish and bullish) and on the three-way ones."""
    either = np.where(probabilities[:, 2] > probabilities[:, 0], 2, 0)[two_way]
    three, truth = probabilities.argmax(axis=1)[~two_way], label[~two_way]
    scores = [
        2 * float(((three == k) & (truth == k)).sum()) / max(1, int((three == k).sum() + (truth == k).sum()))
        for k in range(len(LABELS))
    ]
    return {
        "stocktwits_two_way_accuracy": round(float((either == label[two_way]).mean()), 4),
        "stocktwits_texts": int(two_way.sum()),
        "twitter_three_way_accuracy": round(float((three == truth).mean()), 4),
        "twitter_macro_f1": round(sum(scores) / len(LABELS), 4),
        "twitter_majority_accuracy": round(float((truth == NEUTRAL).mean()), 4),
        "twitter_texts": int((~two_way).sum()),
    }


def train(folder: Path, created_at: datetime) -> dict[str, bytes]:
    """Train on the files in `folder`; returns the artifact's files by name."""
    texts = read_texts(folder)
    kept = ~texts.held_out
    tokenizer = make_tokenizer([text for text, keep in zip(texts.text, kept, strict=True) if keep])
    counts = count_tokens(tokenizer, texts.text)
    model = fit(counts[kept], texts.label[kept], texts.two_way[kept])
    held = texts.held_out
    probabilities = _softmax(_inputs(counts, model.idf) @ model.weights + model.bias)
    metrics: dict[str, Any] = {
        "held_out": f"the {HELD_OUT_PERCENT} % of texts that a hash picked; settings were compared on them",
        **measure(probabilities[held], texts.label[held], texts.two_way[held]),
    }
    files = {
        "model.onnx": build_onnx(model.weights, model.bias, model.idf),
        "tokenizer.json": tokenizer.to_str().encode(),
        "golden.json": _golden(tokenizer, model),
    }
    digest = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()
    return {**files, "manifest.json": to_json(_manifest(files, f"standin-{digest[:8]}", metrics, created_at))}


def _golden(tokenizer: Tokenizer, model: Linear) -> bytes:
    filled = [text for text in GOLDEN_TEXTS if text]
    scored = _softmax(_inputs(count_tokens(tokenizer, filled), model.idf) @ model.weights + model.bias)
    rows = iter(scored.round(6).tolist())
    probabilities = [next(rows) if text else [0.0, 1.0, 0.0] for text in GOLDEN_TEXTS]
    return to_json({"tolerance": 0.01, "texts": list(GOLDEN_TEXTS), "probabilities": probabilities})


def _manifest(
    files: dict[str, bytes], version: str, metrics: dict[str, Any], created_at: datetime
) -> dict[str, Any]:
    return {
        "kind": "sentiment",
        "name": "standin",
        "version": version,
        "created_at": created_at.isoformat(),
        "title": "Stand-in for CryptoBERT: a linear model on words. Not CryptoBERT.",
        "stand_in": True,
        "labels": list(LABELS),
        "max_tokens": MAX_TOKENS,
        "training_data": {
            STOCKTWITS: "StockTwits messages on US equities, 2020: bearish, bullish",
            TWITTER: "Finance headlines on Twitter: bearish, neutral, bullish",
        },
        "params": {
            "vocabulary": VOCABULARY,
            "penalty": round(PENALTY, 4),
            "neutral_weight": NEUTRAL_WEIGHT,
        },
        "metrics": metrics,
        "sha256": {name: hashlib.sha256(body).hexdigest() for name, body in files.items()},
    }


def main() -> None:
    """Train from the folder of texts and write the artifact's files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("texts", type=Path, help="folder that holds the two Parquet files")
    parser.add_argument("out", type=Path, help="folder to write the artifact to")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for name, body in train(given.texts, datetime.now(tz=UTC).replace(microsecond=0)).items():
        (given.out / name).write_bytes(body)


if __name__ == "__main__":
    main()
