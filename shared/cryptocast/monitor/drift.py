"""How far the features have moved from those a champion was trained on, as one figure from 0 to 1.

The rule. Rows are compared window by window, a window being the fewest whole days that hold 200 rows.
The distance of a window is its PSI against the deciles of the reference: the last 60 days of the
champion's own training data. A feature has drifted where the last two windows BOTH lie further away
than any two windows in a row of the reference did (and beyond 0.25, the usual mark of a large shift).
The figure is the share of the model's features that drifted: candidates that it does not use do not count.

So each feature's threshold comes from its own past, which holds the false alarms of 15-minute data
down: there, nearly every plain test calls every day a drift. docs/monitoring.md has the measured rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from cryptocast.domain import BAR_INTERVAL_S, FeatureRow
from cryptocast.errors import NotEnoughData
from cryptocast.features.inputs import inputs_of
from cryptocast.series import Floats

MIN_ROWS = 200
"""Per window; below this there is no figure."""
LARGE_SHIFT = 0.25
"""PSI; a threshold is never lower."""
MARGIN = 1.1
"""A threshold lies this much above the largest distance that the reference has within itself."""
REFERENCE_DAYS = 60
_ROWS_A_DAY = 86_400 // BAR_INTERVAL_S
_BINS = 10
_SMALLEST_SHARE = 1e-3
"""An empty bin counts as this share, so that PSI stays finite."""


class InputsMissing(NotEnoughData):
    """There are rows enough, but too many lack an input that the model reads: a fault of the data."""


class FeatureReference(BaseModel):
    """One feature of the reference: inner bin edges, the share in each bin, and its threshold."""

    model_config = ConfigDict(frozen=True)

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    threshold: float = Field(gt=0)

    @model_validator(mode="after")
    def _one_share_more(self) -> Self:
        if len(self.shares) != len(self.edges) + 1:
            raise ValueError("there is one bin more than inner edges")
        return self

    def distance(self, values: Floats) -> float:
        """PSI of `values` (n,) against the reference."""
        return psi(_shares(values, np.asarray(self.edges)), np.asarray(self.shares))


class Reference(BaseModel):
    """What windows are compared with; kept as JSON beside the registry."""

    model_config = ConfigDict(frozen=True)

    feature_version: str
    since: AwareDatetime
    until: AwareDatetime
    rows: int
    window_days: int
    usually_missing: tuple[str, ...] = ()
    """Inputs that at least half of the reference lacks; lacking them later is no news."""
    covers_span: bool = False
    """Whether it is known that its rows are of the whole span; in a few days no threshold is learnt."""
    features: Mapping[str, FeatureReference]


@dataclass(frozen=True, slots=True)
class Drift:
    """The figure, and what it is made of. `distances` is PSI per feature, the smaller of two windows."""

    share: float
    drifted: tuple[str, ...]
    distances: Mapping[str, float]
    rows: int


def window_days(symbols: int) -> int:
    """The fewest whole days in which `symbols` coins give `MIN_ROWS` rows."""
    return max(1, math.ceil(MIN_ROWS / (_ROWS_A_DAY * max(1, symbols))))


def psi(shares: Floats, reference: Floats) -> float:
    """Population stability index of two distributions over the same bins; 0 where they are equal."""
    p, q = np.maximum(shares, _SMALLEST_SHARE), np.maximum(reference, _SMALLEST_SHARE)
    return float(np.sum((p - q) * np.log(p / q)))


def make_reference(rows: Sequence[FeatureRow], until: datetime, symbols: int) -> Reference:
    """The reference from feature rows of one version before `until`.

    Raises `NotEnoughData` where there are fewer than three windows: then no distance within the
    reference is known, and a threshold would be a guess.
    """
    days = window_days(symbols)
    version = rows[-1].feature_version if rows else ""
    kept = [r for r in rows if r.feature_version == version and r.as_of <= until]
    usually = usually_missing(kept)
    kept = [r for r in kept if set(r.missing) <= usually]
    windows = [w for w in _windows(kept, until, days) if w.size >= MIN_ROWS]
    if len(windows) < 3:
        raise NotEnoughData(f"{len(windows)} windows of {days} d with {MIN_ROWS} rows; 3 are needed")
    names = list(kept[0].values)
    table = np.array([[r.values[n] for n in names] for r in kept])
    features = {
        name: _feature_reference(table[:, i], [table[w, i] for w in windows]) for i, name in enumerate(names)
    }
    return Reference(
        feature_version=version,
        since=kept[0].as_of,
        until=until,
        rows=len(kept),
        window_days=days,
        usually_missing=tuple(sorted(usually)),
        features=features,
    )


def measure(
    reference: Reference, rows: Sequence[FeatureRow], as_of: datetime, features: Sequence[str] = ()
) -> Drift:
    """Compare the two windows before `as_of` with the reference, over a model's own `features` or over all.

    Rows that lack an input which one of these features reads and the reference had are left out: that is
    the data's quality, which is measured elsewhere and which training would not mend. Raises
    `NotEnoughData` where a window keeps fewer than `MIN_ROWS` rows, and of it `InputsMissing` where that
    is because of those left out.
    """
    if unknown := set(features) - set(reference.features):
        raise NotEnoughData(f"the reference does not hold {', '.join(sorted(unknown))}")
    own = {name: reference.features[name] for name in features or reference.features}
    there = [r for r in rows if r.feature_version == reference.feature_version and r.as_of <= as_of]
    needed = inputs_of(own) - set(reference.usually_missing)
    kept = [r for r in there if needed.isdisjoint(r.missing)]
    days = window_days_now(reference, there, as_of)
    windows = _newest_two(kept, as_of, days)
    if (fewest := min(w.size for w in windows)) < MIN_ROWS:
        words = f"{fewest} rows in a window of {days} d, {MIN_ROWS} are needed"
        if min(w.size for w in _newest_two(there, as_of, days)) >= MIN_ROWS:
            raise InputsMissing(f"{words}, {len(there) - len(kept)} left out for missing inputs")
        raise NotEnoughData(words)
    distances = {
        name: min(f.distance(np.array([kept[i].values[name] for i in w])) for w in windows)
        for name, f in own.items()
    }
    drifted = tuple(n for n, d in distances.items() if d > reference.features[n].threshold)
    return Drift(len(drifted) / len(distances), drifted, distances, sum(w.size for w in windows))


def window_days_now(reference: Reference, rows: Sequence[FeatureRow], as_of: datetime) -> int:
    """Days of a window at `as_of`: the reference's, or more where fewer coins have `rows` by now."""
    since = as_of - timedelta(days=reference.window_days)
    coins = {r.symbol for r in rows if since < r.as_of <= as_of}
    return max(reference.window_days, window_days(len(coins))) if coins else reference.window_days


def reference_since(since: datetime, until: datetime) -> datetime:
    """Where the reference of a training window begins: its last 60 days, or all of a shorter one."""
    return max(since, until - timedelta(days=REFERENCE_DAYS))


def usually_missing(rows: Sequence[FeatureRow]) -> set[str]:
    names = {name for row in rows for name in row.missing}
    return {name for name in names if 2 * sum(name in row.missing for row in rows) >= len(rows)}


def _feature_reference(column: Floats, windows: Sequence[Floats]) -> FeatureReference:
    edges = np.unique(np.quantile(column, np.linspace(0, 1, _BINS + 1)[1:-1]))
    shares = _shares(column, edges)
    far = [psi(_shares(window, edges), shares) for window in windows]
    in_a_row = max(min(pair) for pair in pairwise(far))
    return FeatureReference(
        edges=tuple(edges.tolist()),
        shares=tuple(shares.tolist()),
        threshold=max(LARGE_SHIFT, MARGIN * in_a_row),
    )


def _shares(values: Floats, edges: Floats) -> Floats:
    """The share of `values` in each of the len(edges) + 1 bins; a value on an edge is above it."""
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=edges.size + 1)
    return np.asarray(counts / max(1, values.size), dtype=np.float64)


def _windows(rows: Sequence[FeatureRow], until: datetime, days: int) -> list[npt.NDArray[np.intp]]:
    """Row numbers of each window of `days` before `until`, oldest first; (start, end] in `as_of`."""
    if not rows:
        return []
    age = np.array([(until - row.as_of).total_seconds() for row in rows])
    number = np.asarray(age // (days * 86_400), dtype=np.int64)
    return [np.flatnonzero(number == n) for n in range(int(np.max(number)), -1, -1)]


def _newest_two(rows: Sequence[FeatureRow], until: datetime, days: int) -> list[npt.NDArray[np.intp]]:
    """Row numbers of the last two windows, oldest first; a window without rows is empty."""
    none = np.zeros(0, dtype=np.intp)
    return [none, none, *_windows(rows, until, days)][-2:]
