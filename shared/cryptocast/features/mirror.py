"""The market upside down: what a feature row would be, had every rise been a fall."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cryptocast.features.spec import FEATURES

_SIGN = np.array([1.0 if feature.mirror == "kept" else -1.0 for feature in FEATURES], dtype=np.float32)
_SHIFT = np.array([1.0 if feature.mirror == "one minus" else 0.0 for feature in FEATURES], dtype=np.float32)


def mirrored(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(n, 15) → (n, 15) float32; applied twice it gives `x` again, up to rounding."""
    return np.asarray(_SHIFT + _SIGN * x, dtype=np.float32)
