"""Tiny sentiment artifacts, made for the tests of loading."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers

from cryptocast.sentiment.artifact import LABELS, to_json
from cryptocast.sentiment.standin_onnx import build_onnx


def write_artifact(
    folder: Path,
    model: bytes,
    tokenizer: bytes,
    golden_texts: Sequence[str],
    probabilities: Sequence[Sequence[float]],
    **manifest: Any,
) -> Path:
    """Write the four files, the hashes in the manifest right."""
    golden = to_json({"tolerance": 0.01, "texts": list(golden_texts), "probabilities": list(probabilities)})
    files = {"model.onnx": model, "tokenizer.json": tokenizer, "golden.json": golden}
    for name, body in files.items():
        (folder / name).write_bytes(body)
    document = {
        "kind": "sentiment",
        "version": "test-1",
        "labels": list(LABELS),
        "max_tokens": 128,
        "sha256": {name: hashlib.sha256(body).hexdigest() for name, body in files.items()},
        **manifest,
    }
    (folder / "manifest.json").write_bytes(to_json(document))
    return folder


def word_tokenizer(*words: str) -> bytes:
    """A tokenizer that knows these words."""
    known = {word: number for number, word in enumerate(("[PAD]", "[UNK]", *words))}
    tokenizer = Tokenizer(models.WordLevel(known, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer.to_str().encode()


def constant_artifact(
    folder: Path, bias: Sequence[float], labels: Sequence[str], golden: Sequence[float]
) -> Path:
    """A model that answers `bias` to every text; `golden` is what its manifest promises."""
    model = build_onnx(np.zeros((2, 3)), np.array(bias), np.ones(2))
    return write_artifact(folder, model, word_tokenizer(), ["a text"], [golden], labels=list(labels))
