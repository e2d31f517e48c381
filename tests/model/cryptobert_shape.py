"""A randomly initialised checkpoint in CryptoBERT's shape, saved as the hub would give it.

`python -m tests.model.cryptobert_shape FOLDER` writes the whole shape: vocabulary 50,265, 514 positions,
12 layers of 768, labels Bearish, Neutral, Bullish. Its answers mean nothing; its size and speed are right.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WHOLE: dict[str, Any] = {"vocabulary": 50_265, "layers": 12, "width": 768, "heads": 12}
SMALL: dict[str, Any] = {"vocabulary": 600, "layers": 2, "width": 64, "heads": 4}


def save_checkpoint(
    folder: Path,
    *,
    vocabulary: int,
    layers: int,
    width: int,
    heads: int,
    labels: Sequence[str] = ("Bearish", "Neutral", "Bullish"),
) -> Path:
    """Write model, tokenizer and configuration to `folder`."""
    import torch
    from transformers import RobertaConfig, RobertaForSequenceClassification

    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=vocabulary,
        max_position_embeddings=514,
        num_hidden_layers=layers,
        hidden_size=width,
        num_attention_heads=heads,
        intermediate_size=4 * width,
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
    )
    model = RobertaForSequenceClassification(config).eval()
    with torch.no_grad():  # A head of small random weights gives every text nearly the same answer.
        model.classifier.out_proj.weight.normal_(0, 4.0 / width**0.5)
    _tokenizer(vocabulary).save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


def _tokenizer(vocabulary: int) -> Any:
    """Byte-level BPE, trained on our phrases and filled up to the size with words that never occur."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaTokenizerFast

    from cryptocast.sentiment.phrases import phrases

    trainer = ByteLevelBPETokenizer()
    texts, _ = phrases(3_000, seed=1)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer.train_from_iterator(
        texts, vocab_size=min(vocabulary, 2_000), min_frequency=1, special_tokens=special, show_progress=False
    )
    tokenizer = RobertaTokenizerFast(tokenizer_object=trainer._tokenizer, model_max_length=512)
    tokenizer.add_tokens([f"unused{i}" for i in range(vocabulary - len(tokenizer))])
    return tokenizer


if __name__ == "__main__":
    save_checkpoint(Path(sys.argv[1]), **WHOLE)
