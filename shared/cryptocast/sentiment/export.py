"""A Hugging Face sentiment model, CryptoBERT above all, to the folder that the service loads.

It needs torch, transformers and optimum, which are no dependency of Cryptocast: `make sentiment-export`
makes an environment for it, `.venv-export`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from cryptocast.errors import BadInput, CorruptArtifact
from cryptocast.sentiment.artifact import LABELS
from cryptocast.sentiment.int8 import Agreement, Processor, compare, quantise
from cryptocast.sentiment.phrases import phrases
from cryptocast.sentiment.writing import onnx_probabilities, write_model
from cryptocast.series import Ints

MAX_TOKENS = 128
"""What CryptoBERT was trained at."""
COMPARED = 600

Say = Callable[[str], None]


def export(
    model: str,
    out: Path,
    now: datetime,
    *,
    revision: str | None = None,
    processor: Processor = "avx2",
    texts: tuple[Sequence[str], Ints] | None = None,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Export `model` (a name on the hub, or a folder), quantise, compare, write `out`; returns the manifest.

    `texts` are compared on, with their labels in the order of `LABELS`; by default phrases of our own.
    Raises `BadInput` where the model cannot be had, `CorruptArtifact` where it has other labels than these
    three, and `Disagreement` where int8 says something else than float; nothing is written then.
    """
    config, tokenizer = _describe(model, revision)
    labels = _labels(config, model)
    compared, truth = texts or _own_texts()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        say("export to ONNX")
        whole = _to_onnx(model, revision, folder)
        say("quantise to int8")
        small = folder / "int8.onnx"
        quantise(whole, small, processor)
        body = tokenizer.backend_tokenizer.to_str().encode()
        say(f"compare with the float model on {len(compared)} texts")
        agreement = _agreement(whole, small, body, labels, compared, truth)
        agreement.require()
        return write_model(
            out,
            small.read_bytes(),
            body,
            name="cryptobert" if "cryptobert" in model.lower() else "exported",
            labels=labels,
            max_tokens=MAX_TOKENS,
            created_at=now,
            said=_said(model, revision, config, processor, agreement, truth is not None),
        )


def _describe(model: str, revision: str | None) -> tuple[Any, Any]:
    from transformers import AutoConfig, AutoTokenizer

    try:
        config = AutoConfig.from_pretrained(model, revision=revision)
        tokenizer = AutoTokenizer.from_pretrained(model, revision=revision, use_fast=True)
    except (OSError, ValueError) as error:
        raise BadInput(f"{model}: cannot be had: {str(error).splitlines()[0]}") from None
    if not getattr(tokenizer, "is_fast", False):
        raise BadInput(f"{model}: has no fast tokenizer, so there is no tokenizer.json")
    return config, tokenizer


def _labels(config: Any, model: str) -> list[str]:
    labels = [str(config.id2label[i]).lower() for i in sorted(config.id2label)]
    if sorted(labels) != sorted(LABELS):
        raise CorruptArtifact(f"{model}: labels are {labels}, not {list(LABELS)}")
    return labels


def _to_onnx(model: str, revision: str | None, folder: Path) -> Path:
    from optimum.exporters.onnx import main_export

    main_export(
        model, output=folder, task="text-classification", revision=revision or "main", do_validation=False
    )
    return folder / "model.onnx"


def _own_texts() -> tuple[Sequence[str], Ints]:
    texts, labels = phrases(COMPARED, seed=4)
    return texts, np.array(labels, dtype=np.int64)


def _agreement(
    whole: Path, small: Path, tokenizer: bytes, labels: Sequence[str], texts: Sequence[str], truth: Ints
) -> Agreement:
    scores = [onnx_probabilities(path, tokenizer, labels, MAX_TOKENS, texts) for path in (whole, small)]
    return compare(scores[0], scores[1], truth)


def _said(
    model: str, revision: str | None, config: Any, processor: Processor, agreement: Agreement, labelled: bool
) -> dict[str, Any]:
    found = getattr(config, "_commit_hash", None) or revision or "a local folder"
    return {
        "title": f"{model} as int8 ONNX",
        "source": {"model": model, "revision": found, "licence": _licence(model)},
        "params": {"processor": processor, "reduced_range": processor == "avx2", "weights": "int8"},
        "metrics": {"agreement_with_float": agreement.as_metrics(), "agreement_on_labelled": labelled},
    }


def _licence(model: str) -> str:
    if model == "ElKulako/cryptobert":
        return "MIT"
    card = Path(model) / "README.md"
    if card.is_file():
        for line in card.read_text(errors="replace").splitlines():
            if line.startswith("license:"):
                return line.removeprefix("license:").strip()
    return "unstated: read the model's card before use"
