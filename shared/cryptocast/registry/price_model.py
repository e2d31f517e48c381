"""A price model in memory: the ONNX margin and its calibration, for serving and for the gate."""

from __future__ import annotations

import numpy as np
import onnxruntime

from cryptocast.domain import Horizon
from cryptocast.errors import CorruptArtifact
from cryptocast.registry.load import Artifact
from cryptocast.registry.manifest import Abstain, Calibration, Manifest
from cryptocast.series import Floats

_SMALLEST = 1e-7
"""Probabilities are kept this far from 0 and 1, so that a margin is always finite."""


class PriceModel:
    """Raises `CorruptArtifact` where the artifact is no price model or ONNX Runtime refuses it."""

    def __init__(self, artifact: Artifact, threads: int = 1) -> None:
        manifest = artifact.manifest
        if manifest.horizon is None or manifest.calibration is None or manifest.abstain is None:
            raise CorruptArtifact(f"{manifest.kind} {manifest.version}: the manifest is of no price model")
        if "model.onnx" not in artifact.files:
            raise CorruptArtifact(f"{manifest.version}: the manifest names no model.onnx")
        self.manifest: Manifest = manifest
        self.horizon: Horizon = manifest.horizon
        self.abstain: Abstain = manifest.abstain
        self._calibration: Calibration = manifest.calibration
        self._session = open_session(artifact.files["model.onnx"], threads)

    def margins(self, x: Floats) -> Floats:
        """(n, features) → (n,) log-odds of up, before calibration."""
        return onnx_margins(self._session, x)

    def p_up(self, x: Floats) -> Floats:
        """(n, features) → (n,) calibrated probability that the price is higher at the horizon."""
        return self.calibrated(self.margins(x))

    def calibrated(self, margins: Floats) -> Floats:
        """Margins → probabilities."""
        return apply_platt(self._calibration, margins)


def apply_platt(calibration: Calibration, margins: Floats) -> Floats:
    """1 / (1 + exp(-(a m + b))), elementwise."""
    scaled = np.clip(calibration.a * margins + calibration.b, -30, 30)
    return np.asarray(1.0 / (1.0 + np.exp(-scaled)), dtype=np.float64)


def open_session(body: bytes, threads: int = 1) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session on the CPU. Raises `CorruptArtifact`."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(body, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's own errors share no other public base
        raise CorruptArtifact(f"model.onnx: {type(error).__name__}: {error}") from None


def onnx_margins(session: onnxruntime.InferenceSession, x: Floats) -> Floats:
    """The classifier's probability of up as log-odds, (n, features) → (n,)."""
    inputs = {session.get_inputs()[0].name: np.ascontiguousarray(x, dtype=np.float32)}
    up = session.run(["probabilities"], inputs)[0][:, 1].astype(np.float64)
    up = np.clip(up, _SMALLEST, 1 - _SMALLEST)
    return np.asarray(np.log(up / (1 - up)), dtype=np.float64)
