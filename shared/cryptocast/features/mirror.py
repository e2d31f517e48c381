"""The market upside down: what a feature row would be, had every rise been a fall."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cryptocast.features.spec import FEATURE_NAMES, FEATURES

_MIRROR = {feature.name: feature.mirror for feature in FEATURES}


def mirrored(x: npt.NDArray[np.float32], features: Sequence[str] = FEATURE_NAMES) -> npt.NDArray[np.float32]:
    """(n, len(features)) → the same shape, float32; applied twice it gives `x` again, up to rounding."""
    kinds = [_MIRROR[name] for name in features]
    sign = np.array([1.0 if kind == "kept" else -1.0 for kind in kinds], dtype=np.float32)
    return np.asarray(sign * x, dtype=np.float32)
