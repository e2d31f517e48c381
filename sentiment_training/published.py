"""A shipped model's folder back to weights that can be trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer
from transformers import BertConfig

from sentiment_training import train

TABLE = "encoder.embeddings.word_embeddings"
ZERO_POINT = 128


def read(folder: Path, max_tokens: int) -> tuple[train.Classifier, Tokenizer]:
    """The transformer, without the word pairs beside it, and its tokenizer. Weights are int8's, as floats."""
    graph = onnx.load(folder / "model.onnx").graph
    given = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    state = {name: body for name, body in given.items() if name.startswith(("encoder.", "head."))}
    scale = state.pop(f"{TABLE}.scale")
    state[f"{TABLE}.weight"] = state.pop(f"{TABLE}.table").astype(np.float32) * scale
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            name = node.name.removeprefix("/").rpartition("/")[0].replace("/", ".")
            whole, scales = given[node.input[1]].astype(np.float32), given[node.input[2]]
            values = (whole - ZERO_POINT) * scales.reshape(*whole.shape[:2], 1)
            state[f"{name}.weight"] = values.reshape(len(whole), -1)
    words, width = state[f"{TABLE}.weight"].shape
    layers = 1 + max(int(name.split(".")[3]) for name in state if name.startswith("encoder.encoder.layer."))
    config = BertConfig(
        vocab_size=words, hidden_size=width, num_hidden_layers=layers, num_attention_heads=12,
        intermediate_size=4 * width, max_position_embeddings=max_tokens,
    )  # fmt: skip
    model = train.bert(config)
    found = {name: torch.from_numpy(body.copy()).float() for name, body in state.items()}
    missing, unexpected = model.load_state_dict(found, strict=False)
    assert not unexpected and all(name.endswith(("position_ids", "token_type_ids")) for name in missing), (
        missing,
        unexpected,
    )
    return model, Tokenizer.from_file(str(folder / "tokenizer.json"))
