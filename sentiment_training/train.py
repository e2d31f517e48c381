"""Fine-tune an encoder: a three-class head on the mean of its token vectors.

A target is a row of three probabilities with two weights: one for the softmax over all three classes,
one for the softmax over bearish and bullish alone, which is all that a two-way label tells.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

Floats = npt.NDArray[np.float32]
LAST_SPECIAL = 4
"""Ids up to it are no words, in the student's vocabulary and in the teacher's: they are never hidden."""


@dataclass(frozen=True)
class Examples:
    """n texts; `target` (n, 3) rows sum to 1 (0 bearish, 1 neutral, 2 bullish); both weights (n,)."""

    text: list[str]
    target: Floats
    three_way: Floats
    two_way: Floats

    def numbers(self) -> tuple[Floats, Floats, Floats]:
        """All but the texts."""
        return self.target, self.three_way, self.two_way

    def at(self, rows: npt.NDArray[np.int64]) -> Examples:
        return Examples([self.text[i] for i in rows], *(part[rows] for part in self.numbers()))

    def some(self, count: int) -> Examples:
        """`count` of them picked at random, the same each time."""
        return self.at(np.sort(np.random.default_rng(0).permutation(len(self.text))[:count]))

    def __add__(self, other: Examples) -> Examples:
        return Examples(
            self.text + other.text,
            np.concatenate([self.target, other.target]),
            np.concatenate([self.three_way, other.three_way]),
            np.concatenate([self.two_way, other.two_way]),
        )


class Classifier(nn.Module):
    """`input_ids`, `attention_mask` (n, tokens) to logits (n, 3)."""

    def __init__(self, encoder: nn.Module, pad_id: int, mask_id: int) -> None:
        """`pad_id` fills short rows, `mask_id` takes a hidden token's place: ids of the tokenizer."""
        super().__init__()
        self.encoder = encoder
        self.pad_id, self.mask_id = pad_id, mask_id
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(encoder.config.hidden_size, 3)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        return self.head(self.dropout(mean))


def bert(config: BertConfig) -> Classifier:
    """An untrained one of `config`, with the ids of `vocabulary.SPECIAL`."""
    config._attn_implementation = "eager"
    return Classifier(BertModel(config, add_pooling_layer=False), pad_id=0, mask_id=4)


def start(base: Path, means: Floats, max_tokens: int) -> Classifier:
    """The published encoder with the new vocabulary's vectors and `max_tokens` positions."""
    config = BertConfig.from_pretrained(base)
    encoder = BertModel.from_pretrained(base, add_pooling_layer=False)
    words = torch.from_numpy(means) @ encoder.embeddings.word_embeddings.weight.detach()
    state = {k: v for k, v in encoder.state_dict().items() if not k.endswith("position_ids")}
    state["embeddings.word_embeddings.weight"] = words
    positions = "embeddings.position_embeddings.weight"
    state[positions] = state[positions][:max_tokens].clone()
    config.vocab_size, config.max_position_embeddings = words.shape[0], max_tokens
    model = bert(config)
    missing, unexpected = model.encoder.load_state_dict(state, strict=False)
    assert not unexpected and all(name.endswith(("position_ids", "token_type_ids")) for name in missing), (
        missing
    )
    return model


def batches(
    ids: Sequence[Sequence[int]], size: int, generator: np.random.Generator | None
) -> Iterator[npt.NDArray[np.int64]]:
    """Rows of like length together; with a generator shuffled, without it in the order of length."""
    lengths = np.array([len(row) for row in ids], dtype=np.float64)
    if generator is None:
        order = np.argsort(lengths, kind="stable")
        yield from np.array_split(order, max(1, len(order) // size))
        return
    order = np.argsort(lengths + generator.uniform(0, 8, lengths.size))
    parts = np.array_split(order, max(1, len(order) // size))
    generator.shuffle(parts)
    yield from parts


def collate(model: Classifier, ids: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """`input_ids` and `attention_mask`, where the model is."""
    width = max(len(row) for row in ids)
    tokens = torch.tensor([[*row, *[model.pad_id] * (width - len(row))] for row in ids])
    lengths = torch.tensor([len(row) for row in ids])
    mask = (torch.arange(width) < lengths[:, None]).long()
    return tokens.to(device_of(model)), mask.to(device_of(model))


def device_of(model: nn.Module) -> torch.device:
    """Where its weights are."""
    return next(model.parameters()).device


def half_precision(model: nn.Module) -> torch.autocast:
    """bf16 where the processor has it; emulated, a step takes ten times as long as with floats."""
    device = device_of(model).type
    has = device != "cpu" or torch.cpu._is_avx512_bf16_supported()
    return torch.autocast(device, dtype=torch.bfloat16, enabled=has)


def on_gpu(model: Classifier) -> Classifier:
    """Moved there where there is one."""
    return model.to("cuda" if torch.cuda.is_available() else "cpu")


def encode(tokenizer: Tokenizer, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
    """Token ids, the closing token kept where a text is cut."""
    tokenizer.enable_truncation(max_tokens)
    return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]


def probabilities(model: Classifier, ids: Sequence[Sequence[int]]) -> Floats:
    """(n, 3), no gradients."""
    model.eval()
    found = np.zeros((len(ids), 3), dtype=np.float32)
    with torch.no_grad(), half_precision(model):
        for rows in batches(ids, 256, None):
            logits = model(*collate(model, [ids[i] for i in rows])).float()
            found[rows] = torch.softmax(logits, dim=1).cpu().numpy()
    return found


def _loss(logits: torch.Tensor, target: torch.Tensor, three: torch.Tensor, two: torch.Tensor) -> torch.Tensor:
    every = -(functional.log_softmax(logits, 1) * target).sum(1)
    sides = target[:, [0, 2]]
    sides = sides / sides.sum(1, keepdim=True).clamp(min=1e-6)
    either = -(functional.log_softmax(logits[:, [0, 2]], 1) * sides).sum(1)
    return (three * every + two * either).mean()


def _groups(model: Classifier, rate: float, decay: float) -> list[dict[str, object]]:
    layers = model.encoder.encoder.layer
    inner = {id(parameter) for parameter in layers.parameters()}
    outer = [parameter for parameter in model.encoder.parameters() if id(parameter) not in inner]
    groups: list[dict[str, object]] = [
        {"params": list(model.head.parameters()), "lr": 10 * rate, "weight_decay": 0.01},
        {"params": outer, "lr": rate, "weight_decay": 0.0},
    ]
    for i, layer in enumerate(layers):
        slower = rate * decay ** (len(layers) - 1 - i)
        groups.append({"params": list(layer.parameters()), "lr": slower, "weight_decay": 0.01})
    return groups


def fit(
    model: Classifier,
    tokenizer: Tokenizer,
    examples: Examples,
    *,
    epochs: int,
    rate: float,
    max_tokens: int,
    seed: int,
    batch: int = 32,
    average_from: float = 0.6,
    report: object = None,
) -> None:
    """Train in place; the weights end as the average over the steps after `average_from`."""
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    ids = encode(tokenizer, examples.text, max_tokens)
    targets = [torch.from_numpy(part).to(device_of(model)) for part in examples.numbers()]
    steps = epochs * max(1, len(ids) // batch)
    optimiser, schedule = _optimiser(model, rate, steps + epochs)
    averaged = torch.optim.swa_utils.AveragedModel(model)
    done, begun, running = 0, time.monotonic(), 0.0
    for epoch in range(epochs):
        for rows in batches(ids, batch, generator):
            loss = _step(model, [ids[i] for i in rows], [part[rows] for part in targets], optimiser)
            schedule.step()
            optimiser.zero_grad()
            running += (loss - running) / 50
            done += 1
            if done > average_from * steps and done % 20 == 0:
                averaged.update_parameters(model)
            if done % 50 == 0:
                print(f"step {done}/{steps} loss {running:.3f} {time.monotonic() - begun:.0f} s", flush=True)
        if callable(report):
            report(epoch, model)
    if int(averaged.n_averaged):
        model.load_state_dict(averaged.module.state_dict())
    model.eval()


def _optimiser(
    model: Classifier, rate: float, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    optimiser = torch.optim.AdamW(_groups(model, rate, 0.9), fused=True)
    return optimiser, torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [g["lr"] for g in optimiser.param_groups], steps, pct_start=0.1,
        anneal_strategy="linear", cycle_momentum=False, div_factor=20, final_div_factor=5,
    )  # fmt: skip


def _step(
    model: Classifier,
    ids: Sequence[Sequence[int]],
    targets: Sequence[torch.Tensor],
    optimiser: torch.optim.Optimizer,
) -> float:
    """One step on some texts, a twentieth of their tokens hidden; returns the loss before it."""
    model.train()
    tokens, mask = collate(model, ids)
    drop = (torch.rand(tokens.shape, device=tokens.device) < 0.05) & (tokens > LAST_SPECIAL)
    tokens = tokens.masked_fill(drop, model.mask_id)
    with half_precision(model):
        logits = model(tokens, mask)
    loss = _loss(logits.float(), *targets)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return float(loss.item())
