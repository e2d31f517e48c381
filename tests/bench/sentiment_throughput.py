"""The scorer against a transformers pipeline in float32, both at CryptoBERT's shape, in one run.

`make bench-sentiment`, in the environment of `make sentiment-export`. The weights are random, so nothing is
downloaded; sizes and speed are CryptoBERT's. Prints a Markdown table for docs/sentiment.md.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from cryptocast.sentiment.phrases import phrases
from tests.model.cryptobert_shape import WHOLE, save_checkpoint

BATCH = 64
ROUNDS = 3
SINGLES = 60
THREADS = 2
MEMORY = """
import sys
from pathlib import Path
from cryptocast.sentiment.scorer import Scorer
folder = Path(sys.argv[1])
files = {f.name: f.read_bytes() for f in folder.iterdir()}
scorer = Scorer.load(files, threads=2)
del files
scorer.score(["bitcoin rises " * 60] * 64)
status = Path("/proc/self/status").read_text()  # ru_maxrss would count the parent's memory too
print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


def mixed(count: int) -> list[str]:
    """Texts of one to six phrases."""
    drawn, _ = phrases(count * 6, seed=11)
    return [". ".join(drawn[i * 6 : i * 6 + 1 + i % 6]) for i in range(count)]


def texts_per_second(score: object, texts: list[str]) -> float:
    assert callable(score)
    score(texts[:8])
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        score(texts)
        took.append(time.perf_counter() - begun)
    return len(texts) / min(took)


def singles_ms(score: Callable[[list[str]], object]) -> list[float]:
    """What each of `SINGLES` texts of 32 tokens takes by itself, in milliseconds."""
    single = " ".join(["bitcoin"] * 30)
    took = []
    for _ in range(SINGLES):
        begun = time.perf_counter()
        score([single])
        took.append(1_000 * (time.perf_counter() - begun))
    return took


def main() -> None:
    import torch
    from transformers import pipeline

    from cryptocast.sentiment.export import export
    from cryptocast.sentiment.scorer import Scorer

    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint = save_checkpoint(Path(scratch) / "cryptobert", **WHOLE)
        out = Path(scratch) / "exported"
        begun = time.perf_counter()
        # Random weights have no class to recall, so the labels here are one class throughout.
        compared = (phrases(300, seed=5)[0], np.zeros(300, dtype=np.int64))
        manifest = export(str(checkpoint), out, datetime.now(UTC), texts=compared, say=print)
        exported_s = time.perf_counter() - begun
        texts = mixed(BATCH)
        plain = pipeline(
            "text-classification", model=str(checkpoint), tokenizer=str(checkpoint), device=-1, top_k=None
        )
        theirs = texts_per_second(
            lambda some: plain(some, batch_size=BATCH, truncation=True, max_length=128), texts
        )
        scorer = Scorer.load(out, threads=THREADS)
        ours = texts_per_second(scorer.score, texts)
        took = singles_ms(scorer.score)
        memory = subprocess.run(
            [sys.executable, "-c", MEMORY, str(out)], capture_output=True, text=True, check=True
        ).stdout.strip()
        size = (out / "model.onnx").stat().st_size / 1e6
    print("| what | figure | wanted |\n|---|---|---|")
    print(f"| pipeline, float32, texts/s | {theirs:.1f} | |")
    print(f"| scorer, int8, texts/s | {ours:.1f} | |")
    print(f"| ratio | {ours / theirs:.1f} | 3 |")
    print(f"| one text of 32 tokens, p95, ms | {np.percentile(took, 95):.0f} | 60 |")
    print(f"| memory with the model loaded, MB | {memory} | 600 |")
    print(f"| model.onnx, MB | {size:.0f} | |")
    print(f"| export, quantise, compare, s | {exported_s:.0f} | |")
    print(f"| agreement | {manifest['metrics']['agreement_with_float']} | |")


if __name__ == "__main__":
    main()
