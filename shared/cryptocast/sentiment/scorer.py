"""Score texts with a sentiment model: ONNX, `input_ids` and `attention_mask` to three logits."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Encoding

from cryptocast.errors import CorruptArtifact
from cryptocast.sentiment.artifact import LABELS, SentimentArtifact, SentimentManifest, read_artifact
from cryptocast.sentiment.tokenizer import Tokenizer, Tokens
from cryptocast.series import Floats

NEUTRAL = (0.0, 1.0, 0.0)
"""The score of a text with nothing to read in it: empty, white space, or no token that the model knows of."""
BATCH = 32
INPUTS = {"input_ids", "attention_mask"}


class Scorer:
    """One sentiment model version, ready to score. Make it with `Scorer.load`."""

    def __init__(
        self, manifest: SentimentManifest, tokenizer: Tokenizer, session: onnxruntime.InferenceSession
    ) -> None:
        self.manifest = manifest
        self._tokenizer = tokenizer
        self._session = session
        self._order = [manifest.labels.index(label) for label in LABELS]

    @classmethod
    def load(cls, source: Path | str | Mapping[str, bytes], *, threads: int = 0) -> Scorer:
        """Load from a folder, or from file contents by name, and score the golden texts.

        `threads` is ONNX Runtime's intra-op count, 0 for the processors that this process may use: in
        Lambda ONNX Runtime's own count can be the machine's. Raises `CorruptArtifact`
        where a file is absent, altered or swapped, is not what its name says, or where this machine
        does not give the golden probabilities.
        """
        artifact = read_artifact(Path(source) if isinstance(source, str) else source)
        tokenizer = Tokenizer(artifact.files["tokenizer.json"], artifact.manifest.max_tokens)
        scorer = cls(artifact.manifest, tokenizer, _session(artifact.files["model.onnx"], threads))
        scorer._check_golden(artifact)
        return scorer

    @property
    def model_version(self) -> str:
        """The version that sentiments made by this scorer carry."""
        return self.manifest.version

    def score(self, texts: Sequence[str]) -> Floats:
        """Probabilities of bearish, neutral, bullish, in this order; shape (n, 3), rows sum to 1.

        Any text gets a score: only the first tokens of a long one are read, invalid Unicode is
        replaced, and what has nothing to read is `NEUTRAL`. A row that the model could not score is
        NaN and costs the others nothing.
        """
        scores = np.tile(np.array(NEUTRAL), (len(texts), 1))
        encodings: dict[int, Encoding] = {}
        for row, text in enumerate(texts):
            try:
                encoding = self._tokenizer.encode(text)
            except Exception:  # the library raises nothing narrower
                scores[row] = np.nan
                continue
            if text.strip() and encoding.ids:
                encodings[row] = encoding
        by_length = sorted(encodings, key=lambda row: len(encodings[row].ids))
        for start in range(0, len(by_length), BATCH):
            rows = by_length[start : start + BATCH]
            scores[rows] = self._score_batch([encodings[row] for row in rows])
        return scores

    def _score_batch(self, encodings: Sequence[Encoding]) -> Floats:
        try:
            return self._probabilities(self._tokenizer.pad(encodings))
        except Exception:  # ONNX Runtime's errors share no base class but this
            if len(encodings) == 1:
                return np.full((1, len(LABELS)), np.nan)
            return np.concatenate([self._score_batch([one]) for one in encodings])

    def _probabilities(self, tokens: Tokens) -> Floats:
        feed = {"input_ids": tokens.input_ids, "attention_mask": tokens.attention_mask}
        logits = np.asarray(self._session.run(None, feed)[0], dtype=np.float64)[:, self._order]
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True))

    def _check_golden(self, artifact: SentimentArtifact) -> None:
        golden = artifact.golden
        found = self.score(golden.texts)
        worst = float(np.abs(found - np.array(golden.probabilities)).max())
        if not worst <= golden.tolerance:
            raise CorruptArtifact(
                f"model.onnx: golden texts are off by {worst:.3f}, allowed is {golden.tolerance}; "
                "this machine does not compute what the model was published with"
            )


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _session(body: bytes, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or _processors()
    options.inter_op_num_threads = 1
    # Waiting threads sleep: spinning ones take the time that the others need on a small machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(body, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise CorruptArtifact(f"model.onnx: ONNX Runtime cannot load it: {error}") from None
    inputs = {given.name for given in session.get_inputs()}
    if inputs != INPUTS:
        raise CorruptArtifact(f"model.onnx: takes {sorted(inputs)}, not {sorted(INPUTS)}")
    return session
