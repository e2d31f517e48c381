"""How time is cut: purged, embargoed walk-forward folds, and a held-out slice that is used once.

    |---- warm-up ----|- fold 1 -|- fold 2 -|- ... -|- fold k -| gap |-- held out --|
    |---------------- development: the final fit ---------------|

A row may be fitted on for a test that begins at T only when its label was known by T minus the embargo:
`as_of + horizon + embargo <= T`. That is the purge. Platt is fitted on the folds before the last one; the
last is the calibration slice, on which the abstain threshold is fixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cryptocast.errors import NotEnoughData
from cryptocast.series import Ints

DAY_S = 86_400
HISTORY_DAYS = 365
"""What a training reads at most: half of it was worse (decision 10). Weights halve with age in any case."""


@dataclass(frozen=True, slots=True)
class SplitRules:
    """Shares are of the time span, not of the rows."""

    folds: int = 5
    warm_up: float = 0.4
    """The share of the development time that only ever is fitted on."""
    embargo_s: int = 3_600
    held_out: float = 0.15
    held_out_max_s: int = 21 * DAY_S
    fewest_rows: int = 200
    """Per fold and for the held-out slice; with fewer there is no figure worth the name."""
    fewest_horizons: int = 3
    """How many horizons must at least fit into a fold and into the held-out slice, one after another."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Row numbers to fit on and to test on; `begins_s` is the first moment of the test."""

    fit: Ints
    test: Ints
    begins_s: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole cut. `development` is what the final model is fitted on, `held_out` comes after it."""

    folds: tuple[Fold, ...]
    development: Ints
    held_out: Ints
    held_out_begins_s: int


def known_before(as_of: Ints, horizon_s: int, begins_s: int, embargo_s: int) -> Ints:
    """The rows whose label was known an embargo before `begins_s`."""
    return np.flatnonzero(as_of + horizon_s + embargo_s <= begins_s)


def make_plan(as_of: Ints, horizon_s: int, rules: SplitRules) -> Plan:
    """Cut ascending `as_of` (POSIX seconds, repeats for several coins). Raises `NotEnoughData`."""
    if not len(as_of):
        raise NotEnoughData("there is no labelled row")
    first, end = int(as_of[0]), int(as_of[-1]) + 1
    held_begins = end - min(int((end - first) * rules.held_out), rules.held_out_max_s)
    _long_enough("the held-out slice", end - held_begins, horizon_s, rules)
    development = known_before(as_of, horizon_s, held_begins, rules.embargo_s)
    held_out = np.flatnonzero(as_of >= held_begins)
    if len(development) < rules.fewest_rows or len(held_out) < rules.fewest_rows:
        raise NotEnoughData(
            f"{len(as_of)} labelled rows over {(end - first) / DAY_S:.1f} days leave {len(development)} to "
            f"develop on and {len(held_out)} held out; at least {rules.fewest_rows} of each are needed"
        )
    folds = _walk_forward(as_of, horizon_s, int(as_of[development[-1]]) + 1, rules)
    return Plan(folds, development, held_out, held_begins)


def _walk_forward(as_of: Ints, horizon_s: int, end: int, rules: SplitRules) -> tuple[Fold, ...]:
    first = int(as_of[0])
    begin = first + int((end - first) * rules.warm_up)
    edges = [begin + (end - begin) * i // rules.folds for i in range(rules.folds + 1)]
    _long_enough("a fold", edges[1] - edges[0], horizon_s, rules)
    folds = []
    for begins, ends in pairwise(edges):
        fit = known_before(as_of, horizon_s, begins, rules.embargo_s)
        test = np.flatnonzero((as_of >= begins) & (as_of < ends))
        if min(len(fit), len(test)) < rules.fewest_rows:
            raise NotEnoughData(
                f"a fold would fit on {len(fit)} rows and test on {len(test)}; "
                f"at least {rules.fewest_rows} of each are needed"
            )
        folds.append(Fold(fit, test, begins))
    return tuple(folds)


def _long_enough(what: str, seconds: int, horizon_s: int, rules: SplitRules) -> None:
    if seconds < rules.fewest_horizons * horizon_s:
        raise NotEnoughData(
            f"{what} would last {seconds / 3_600:.1f} h, {rules.fewest_horizons} horizons of "
            f"{horizon_s / 3_600:g} h are needed"
        )
