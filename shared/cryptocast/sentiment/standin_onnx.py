"""The stand-in's ONNX graph: a bag of token weights, with the inputs and the output of CryptoBERT's."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from cryptocast.series import Floats

Array: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.int64]

OPSET = 17
IR_VERSION = 8


def build_onnx(weights: Floats, bias: Floats, idf: Floats) -> bytes:
    """`input_ids`, `attention_mask` (n, tokens) int64 to `logits` (n, 3) float32.

    `weights` is (vocabulary, 3), `bias` (3,), `idf` (vocabulary,). Each token brings
    idf * weights and, in a fourth column, idf²; the sum of the first is divided by the root of the second.
    """
    table = np.column_stack([weights * idf[:, None], idf**2]).astype(np.float32)
    constants: dict[str, Array] = {
        "table": table,
        "bias": bias.astype(np.float32),
        "tiny": np.array([1e-6], dtype=np.float32),
        "last": np.array([-1], dtype=np.int64),
        "tokens": np.array([1], dtype=np.int64),
        "parts": np.array([weights.shape[1], 1], dtype=np.int64),
    }
    batch = ["batch", "sequence"]
    graph = helper.make_graph(
        _nodes(),
        "standin",
        [helper.make_tensor_value_info(n, TensorProto.INT64, batch) for n in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", weights.shape[1]])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="cryptocast",
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _nodes() -> list[onnx.NodeProto]:
    return [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"], axis=0),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
        helper.make_node("Mul", ["rows", "column"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "tokens"], ["sums"], keepdims=0),
        helper.make_node("Split", ["sums", "parts"], ["raw", "squares"], axis=1),
        helper.make_node("Add", ["squares", "tiny"], ["safe"]),
        helper.make_node("Sqrt", ["safe"], ["norm"]),
        helper.make_node("Div", ["raw", "norm"], ["scaled"]),
        helper.make_node("Add", ["scaled", "bias"], ["logits"]),
    ]
