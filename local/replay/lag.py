"""How long after its stamp a document appears.

News: the quantiles of CoinDesk's 84 items among 293 recorded with the time they were first seen
(half at once, three quarters within 2,190 s, all within 7,040 s). Where the time zone of the stamps
is not documented an hour is added.
Posts: seconds, up to two minutes.
"""

from __future__ import annotations

import numpy as np

from local.replay.world import Floats, Ints

_CHANCES = (0.0, 0.5, 0.75, 0.9, 1.0)
_SECONDS = (0.0, 0.0, 2_190.0, 4_200.0, 7_040.0)
UNDOCUMENTED_ZONE_S = 3_600


def news_visible_s(published_s: Ints, chance: Floats, undocumented_zone: bool) -> Ints:
    """`chance` is uniform in [0, 1), one a document; shapes (n,)."""
    lag_s = np.interp(chance, _CHANCES, _SECONDS)
    if undocumented_zone:
        lag_s += UNDOCUMENTED_ZONE_S
    return published_s + lag_s.astype(np.int64)


def post_visible_s(published_s: Ints, chance: Floats) -> Ints:
    return published_s + (5 + 115 * chance**3).astype(np.int64)
