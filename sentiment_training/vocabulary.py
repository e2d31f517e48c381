"""The tokenizer: MiniLM's WordPiece, cut to the words that occur, grown by emoji and crypto's own words."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors

SLANG: Mapping[str, str] = {
    "hodl": "hold on for gains",
    "hodling": "holding on for gains",
    "hodler": "loyal holder",
    "hodlers": "loyal holders",
    "rekt": "wrecked",
    "fud": "fear and doubt",
    "fomo": "fear of missing the rise",
    "ath": "record high",
    "btd": "buy the dip",
    "btfd": "buy the dip",
    "wagmi": "we will win",
    "ngmi": "they will fail",
    "rugged": "robbed",
    "rugpull": "robbery fraud",
    "shitcoin": "worthless coin",
    "shitcoins": "worthless coins",
    "altcoin": "alternative coin",
    "altcoins": "alternative coins",
    "memecoin": "joke coin",
    "stablecoin": "stable dollar coin",
    "stablecoins": "stable dollar coins",
    "defi": "decentralized finance",
    "nft": "digital art token",
    "nfts": "digital art tokens",
    "moonshot": "huge rise",
    "mooning": "rising fast",
    "bagholder": "stuck losing holder",
    "bagholders": "stuck losing holders",
    "stonks": "stocks",
    "tendies": "profits",
    "lambo": "sports car riches",
    "brrr": "printing money",
    "diamondhands": "firm holder",
    "paperhands": "weak seller",
    "bullish": "expecting a rise",
    "bearish": "expecting a fall",
    "bulls": "optimistic buyers",
    "bears": "pessimistic sellers",
    "selloff": "selling crash",
    "sats": "small bitcoin amounts",
    "satoshi": "bitcoin founder",
    "btc": "bitcoin",
    "ethereum": "ethereum cryptocurrency",
    "solana": "solana cryptocurrency",
    "dogecoin": "dogecoin joke cryptocurrency",
    "crypto": "cryptocurrency",
    "blockchain": "blockchain technology",
    "coinbase": "crypto exchange",
    "binance": "crypto exchange",
    "ponzi": "fraud scheme",
    "whales": "large holders",
    "liquidated": "forced to sell at a loss",
    "bullrun": "long rise",
}
"""Words that WordPiece would split, each with the words whose mean its vector starts from."""
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
EMOJI = "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff]"
EMOJI_RANGES = ((0x1F300, 0x1FAFF), (0x2190, 0x21FF), (0x2300, 0x27BF), (0x2B00, 0x2BFF))
MODIFIERS = "[\ufe0f\u200d\U0001f3fb-\U0001f3ff]"


def build(base: Path, texts: Iterable[str], least: int) -> tuple[Tokenizer, npt.NDArray[np.float32]]:
    """The new tokenizer, and a (new vocabulary, old vocabulary) matrix of means for its vectors.

    A WordPiece is kept where it occurs `least` times in `texts`, is a single character, or a short
    continuation that others are spelt with.
    """
    old = json.loads((base / "tokenizer.json").read_text())
    vocabulary: dict[str, int] = old["model"]["vocab"]
    source = Tokenizer.from_str(json.dumps(_arrange(old, vocabulary)))
    used: Counter[str] = Counter()
    for encoding in source.encode_batch(list(texts), add_special_tokens=False):
        used.update(encoding.tokens)
    kept = [word for word in vocabulary if _stays(word, used, least)]
    words = [*SPECIAL, *(word for word in kept if word not in SPECIAL)]
    grown = {word: meaning for word, meaning in _new_words().items() if word not in words}
    ids = {word: i for i, word in enumerate([*words, *grown])}
    means = np.zeros((len(ids), len(vocabulary)), dtype=np.float32)
    for word in words:
        means[ids[word], vocabulary[word]] = 1.0
    for word, meaning in grown.items():
        parts = [i for i in source.encode(meaning, add_special_tokens=False).ids if i != vocabulary["[UNK]"]]
        for part in parts or [vocabulary["[UNK]"]]:
            means[ids[word], part] += 1.0 / max(1, len(parts))
    return Tokenizer.from_str(json.dumps(_arrange(old, ids))), means


def _stays(word: str, used: Mapping[str, int], least: int) -> bool:
    if word in SPECIAL or used[word] >= least:
        return True
    bare = word.removeprefix("##")
    return bare.isascii() and len(bare) <= (3 if word.startswith("##") else 1)


def _new_words() -> dict[str, str]:
    emoji = {}
    for first, last in EMOJI_RANGES:
        for code in range(first, last + 1):
            name = unicodedata.name(chr(code), "")
            if name and unicodedata.category(chr(code)) in ("So", "Sm"):
                emoji[chr(code)] = name.lower().replace("-", " ")
    return {**SLANG, **emoji}


def _arrange(old: Mapping[str, object], ids: Mapping[str, int]) -> dict[str, object]:
    """tokenizer.json with `ids`: addresses go, a cashtag loses its $, every emoji is a word."""
    tokenizer = Tokenizer.from_str(json.dumps(old))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"(https?://|www\.)\S+"), " "),
            normalizers.Replace(Regex(MODIFIERS), ""),
            normalizers.BertNormalizer(lowercase=True, strip_accents=True),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Split(Regex(EMOJI), "isolated")]
    )
    document: dict[str, object] = json.loads(tokenizer.to_str())
    model = document["model"]
    assert isinstance(model, dict)
    model["vocab"] = dict(ids)
    document["added_tokens"] = [
        {"id": ids[name], "content": name, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": True}
        for name in SPECIAL
    ]  # fmt: skip
    template = Tokenizer.from_str(json.dumps({**document, "post_processor": None}))
    template.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])],
    )
    arranged: dict[str, object] = json.loads(template.to_str())
    return arranged
