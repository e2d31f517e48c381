"""Write a sentiment model's folder: the model, its tokenizer, golden texts, manifest and cards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from cryptocast.sentiment.artifact import SentimentManifest, to_json
from cryptocast.sentiment.card import card_files
from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.tokenizer import Tokenizer
from cryptocast.series import Floats

GOLDEN_TEXTS = (
    "Bitcoin surges to a record high as buyers rush in",
    "Exchange hacked, prices crash and traders panic sell",
    "The developers will hold a meeting on Tuesday",
    "HODL, this is not over 🚀",
    "",
)
TOLERANCE = 0.02
"""Processors round differently; a model that overflows is off by far more."""


def onnx_probabilities(
    model: Path | bytes, tokenizer: bytes, labels: Sequence[str], max_tokens: int, texts: Sequence[str]
) -> Floats:
    """(n, 3) in the order of `LABELS`, of a model that has no manifest yet."""
    session = onnxruntime.InferenceSession(
        model if isinstance(model, bytes) else str(model), providers=["CPUExecutionProvider"]
    )
    manifest = SentimentManifest(
        kind="sentiment", version="unwritten", labels=tuple(labels), max_tokens=max_tokens, sha256={}
    )
    return Scorer(manifest, Tokenizer(tokenizer, max_tokens), session).score(texts)


def write_model(
    folder: Path,
    model: bytes,
    tokenizer: bytes,
    *,
    name: str,
    labels: Sequence[str],
    max_tokens: int,
    created_at: datetime,
    said: Mapping[str, Any],
) -> dict[str, Any]:
    """Write the folder and load it as the service will; returns the manifest. `said` goes into it."""
    texts = list(GOLDEN_TEXTS)
    scores = onnx_probabilities(model, tokenizer, labels, max_tokens, texts)
    golden = {
        "tolerance": TOLERANCE,
        "texts": texts,
        "probabilities": np.asarray(scores).round(6).tolist(),
    }
    files = {"model.onnx": model, "tokenizer.json": tokenizer, "golden.json": to_json(golden)}
    digest = hashlib.sha256(b"".join(files[key] for key in sorted(files))).hexdigest()
    manifest: dict[str, Any] = {
        "kind": "sentiment",
        "name": name,
        "version": f"{name}-{digest[:8]}",
        "created_at": created_at.isoformat(),
        "stand_in": False,
        "labels": list(labels),
        "max_tokens": max_tokens,
        "model_bytes": len(model),
        **said,
    }
    files |= card_files(manifest)
    manifest["sha256"] = {key: hashlib.sha256(body).hexdigest() for key, body in files.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for key, body in {**files, "manifest.json": to_json(manifest)}.items():
        (folder / key).write_bytes(body)
    Scorer.load(folder)
    return manifest


def write_cards(folder: Path, metrics: Mapping[str, Any]) -> None:
    """Measured again: put `metrics` into the manifest and both cards of `folder`; its version stays.

    The version is a hash of the model, its tokenizer and its golden texts alone.
    """
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["model_bytes"] = (folder / "model.onnx").stat().st_size
    manifest["metrics"] = {**manifest["metrics"], **metrics}
    cards = card_files(manifest)
    manifest["sha256"] |= {key: hashlib.sha256(body).hexdigest() for key, body in cards.items()}
    for key, body in {**cards, "manifest.json": to_json(manifest)}.items():
        (folder / key).write_bytes(body)
    Scorer.load(folder)
