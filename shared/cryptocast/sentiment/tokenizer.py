"""Texts to token ids: a tokenizer.json as Hugging Face writes it, cut and padded as the model needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Encoding
from tokenizers import Tokenizer as HuggingFaceTokenizer

from cryptocast.errors import CorruptArtifact
from cryptocast.series import Ints

MAX_CHARACTERS = 8_192
"""What follows is not read: 128 tokens end long before, and a 10 MB text costs no more than a long one."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A batch: both (n, longest), int64, padded on the right; the mask is 1 where there is a token."""

    input_ids: Ints
    attention_mask: Ints


class Tokenizer:
    """The tokenizer of one model version."""

    def __init__(self, body: bytes, max_tokens: int) -> None:
        """`body` is the content of tokenizer.json. Raises `CorruptArtifact` where it is not one."""
        try:
            self._inner = HuggingFaceTokenizer.from_str(body.decode())
        except Exception as error:
            # The library raises bare Exceptions.
            raise CorruptArtifact(f"tokenizer.json: not a tokenizer: {error}") from None
        self._inner.enable_truncation(max_length=max_tokens)
        self._inner.no_padding()
        padding = [self._inner.token_to_id(name) for name in ("<pad>", "[PAD]")]
        self._pad_id = next((found for found in padding if found is not None), 0)

    def encode(self, text: str) -> Encoding:
        """One text. Whatever is not valid Unicode in it is replaced, never an error."""
        clean = text.strip()[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
        return self._inner.encode(clean)

    def pad(self, encodings: Sequence[Encoding]) -> Tokens:
        """Stack encodings, each padded to the longest of them, at least one token wide."""
        width = max([1, *(len(encoding.ids) for encoding in encodings)])
        ids = np.full((len(encodings), width), self._pad_id, dtype=np.int64)
        mask = np.zeros((len(encodings), width), dtype=np.int64)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        return Tokens(ids, mask)
