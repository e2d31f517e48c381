"""Float ONNX to int8 weights, and whether the two still say the same."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from cryptocast.errors import CorruptArtifact
from cryptocast.sentiment.artifact import LABELS
from cryptocast.series import Floats, Ints

Processor = Literal["avx2", "arm64"]
LEAST_AGREEMENT = 0.98
MOST_SHIFT = 0.02
MOST_RECALL_LOSS = 0.01


class Disagreement(CorruptArtifact):
    """The int8 model says something else than the float model: it is not written."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """int8 against float on the same texts. `recall_loss` is the worst class's, 0.01 is a point."""

    texts: int
    argmax: float
    mean_shift: float
    recall_loss: float

    @property
    def faults(self) -> list[str]:
        """What is beyond its limit, in words."""
        found = []
        if self.argmax < LEAST_AGREEMENT:
            found.append(f"arg-max agrees on {self.argmax:.1%}, at least {LEAST_AGREEMENT:.0%} is needed")
        if self.mean_shift > MOST_SHIFT:
            found.append(f"mean |Δp| is {self.mean_shift:.4f}, at most {MOST_SHIFT} is allowed")
        if self.recall_loss > MOST_RECALL_LOSS:
            found.append(f"a class loses {self.recall_loss:.1%} recall, at most {MOST_RECALL_LOSS:.0%}")
        return found

    def as_metrics(self) -> dict[str, float | int]:
        """For the manifest, rounded."""
        return {name: round(value, 5) for name, value in asdict(self).items()}

    def require(self) -> None:
        """Raises `Disagreement` that names every fault."""
        if self.faults:
            raise Disagreement(f"int8 differs too much from float: {'; '.join(self.faults)}")


def compare(whole: Floats, small: Floats, truth: Ints | None = None) -> Agreement:
    """Both (n, 3) probabilities; recall is of `truth` (n,) where given, else of the float model's answers."""
    said, says = whole.argmax(axis=1), small.argmax(axis=1)
    wanted = said if truth is None else truth
    losses = [
        float((said[wanted == k] == k).mean() - (says[wanted == k] == k).mean())
        for k in range(len(LABELS))
        if (wanted == k).any()
    ]
    return Agreement(
        len(whole), float((said == says).mean()), float(np.abs(whole - small).mean()), max([0.0, *losses])
    )


def quantise(source: Path, target: Path, processor: Processor = "avx2") -> None:
    """Write `source` with int8 weights, one scale per output channel.

    `avx2`: weights use 7 of 8 bits, since without VNNI a pair of 8-bit products can overflow its
    16-bit sum; such a file is right on every x86-64 and on Arm. `arm64` uses all 8.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=processor == "avx2",
        extra_options={"MatMulConstBOnly": True},
    )


def quantise_blocks(source: Path, target: Path) -> None:
    """Write `source` with int8 weights, one scale per 128 of them, and float activations.

    Nearer to the float model than `quantise` and a little slower; nothing in it can overflow, so it is
    right on every processor. For small models, whose answers 8-bit activations would shift.
    """
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(
        onnx.load(source), bits=8, block_size=128, is_symmetric=True, accuracy_level=1
    )
    quantizer.process()
    quantizer.model.save_model_to_file(str(target))
