"""How sure a share of calls is: how many of them are independent, and Wilson's interval."""

from __future__ import annotations

import math

import numpy as np

from cryptocast.domain import BAR_INTERVAL_S
from cryptocast.series import Ints

_ONE_SIDED_95 = 1.6449
TWO_SIDED_95 = 1.9600
"""A normal's quantile: so many standard errors to either side hold 95 %."""


def independent_calls(as_of: Ints, horizon_s: int, interval_s: int = BAR_INTERVAL_S) -> float:
    """How many of the calls made at `as_of` are independent, counted low.

    Coins move together, so calls of one `as_of` count as one; labels that overlap in time share it.
    """
    return independent_moments(len(np.unique(as_of)), horizon_s, interval_s)


def independent_moments(moments: int, horizon_s: int, interval_s: int = BAR_INTERVAL_S) -> float:
    """How many of so many distinct `as_of` are independent: labels that overlap in time count as one."""
    return moments / max(1.0, horizon_s / interval_s)


def wilson_lower(share: float, n: float, z: float = _ONE_SIDED_95) -> float:
    """The lower end of Wilson's interval for a share of `n` independent trials."""
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (centre - spread) / (1 + z * z / n))  # of no right call it is 0, not a rounding below it


def wilson_95(share: float, n: float) -> tuple[float, float]:
    """Both ends of Wilson's 95 % interval for a share of `n` independent trials."""
    return wilson_lower(share, n, TWO_SIDED_95), 1 - wilson_lower(1 - share, n, TWO_SIDED_95)
