"""A walk-forward of what is served: at each refit a training as the job makes it, in force until the next.

    |-- a year: folds, calibration slice, held out --| its calls |
                        |-- a year: ... ---------------------| its calls |

Nothing here is of its own making: time, features, fit, calibration and threshold are the job's.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np

from cryptocast.domain import BAR_INTERVAL_S
from cryptocast.errors import BadInput
from cryptocast.registry.price_model import apply_platt
from cryptocast.series import Floats, Ints
from cryptocast.train.challenger import Challenger, make_challenger
from cryptocast.train.dataset import Examples
from cryptocast.train.fit import FitRules, margins
from cryptocast.train.recipe import Prepared, prepare
from cryptocast.train.report import Tested
from cryptocast.train.splits import DAY_S, HISTORY_DAYS, SplitRules
from cryptocast.train.walkforward import Progress, Walk, thresholds_of


@dataclass(frozen=True, slots=True)
class Version:
    """One refit: what was trained then, and what it said until the next; `rows` are those of `Examples`."""

    begins_s: int
    prepared: Prepared
    challenger: Challenger
    rows: Ints
    p_up: Floats

    @property
    def slice_confidence(self) -> Floats:
        """Of the calibration slice, ascending: what thresholds are fixed on."""
        known = self.challenger.out_of_fold
        p_up = known.p_up[known.examples.as_of >= self.challenger.calibration_begins_s]
        return np.sort(np.maximum(p_up, 1 - p_up))

    @property
    def share_up(self) -> float:
        return float(self.prepared.examples.up[self.prepared.plan.development].mean())

    def recorded(self) -> dict[str, Any]:
        """For report.json."""
        made = self.challenger
        return {
            "at": datetime.fromtimestamp(self.begins_s, tz=UTC).isoformat(),
            "fitted_rows": made.fitted_rows,
            "features": list(self.prepared.selection.features),
            "calibration": made.calibration.model_dump(),
            "abstain": made.abstain.model_dump(),
        }


def of_served_bars(interval_s: int) -> None:
    """Raises `BadInput` on other bars than the product's: a training counts overlapping labels in those."""
    if interval_s != BAR_INTERVAL_S:
        raise BadInput(
            f"--recipe served needs bars of {BAR_INTERVAL_S} s, and these last {interval_s} s: add "
            f"--interval {BAR_INTERVAL_S} where the files hold bars of that length or finer ones, else leave "
            "--recipe out"
        )


def walk_served(
    examples: Examples,
    refits: Sequence[int],
    ends_s: int,
    fit: FitRules,
    split: SplitRules,
    *,
    workers: int = 2,
    progress: Progress | None = None,
) -> tuple[Walk, tuple[Version, ...]]:
    """Forecast every coin of `examples` from the first refit to `ends_s`. Raises `NotEnoughData`.

    The walk's thresholds are the coverages of each calibration slice; the one that a version calls by is
    its challenger's.
    """
    with ThreadPoolExecutor(max(1, workers), thread_name_prefix="served") as pool:
        jobs = [
            pool.submit(_version, examples, begins, ends, fit, split)
            for begins, ends in pairwise([*refits, ends_s])
        ]
        versions = []
        for done, job in enumerate(jobs, start=1):
            versions.append(job.result())
            if progress:
                progress("refits", done, len(jobs))
    return _joined(versions), tuple(versions)


def served_figures(tested: Tested, versions: Sequence[Version]) -> dict[str, Any]:
    """What the calls were worth that each version made by the threshold in its manifest."""
    called = [np.maximum(one.p_up, 1 - one.p_up) >= one.challenger.abstain.threshold for one in versions]
    return {"calls": tested.row(np.concatenate(called)), "refits": [one.recorded() for one in versions]}


def _version(examples: Examples, begins: int, ends: int, fit: FitRules, split: SplitRules) -> Version:
    as_of = examples.as_of
    known = (as_of >= begins - HISTORY_DAYS * DAY_S) & (as_of + examples.horizon_s <= begins)
    prepared = prepare(examples.take(np.flatnonzero(known)), split, fit)
    challenger = make_challenger(prepared.examples, prepared.plan, split.embargo_s, fit)
    rows = np.flatnonzero((as_of >= begins) & (as_of < ends))
    own = examples.take(rows).only(prepared.selection.features)
    said = margins(challenger.booster, own.x) if len(rows) else np.zeros(0)
    return Version(begins, prepared, challenger, rows, apply_platt(challenger.calibration, said))


def _joined(versions: Sequence[Version]) -> Walk:
    slices = [one.slice_confidence for one in versions]
    first = versions[0]
    sizes = [len(one.rows) for one in versions]
    rank = [
        np.searchsorted(known, np.maximum(one.p_up, 1 - one.p_up)) / len(known)
        for one, known in zip(versions, slices, strict=True)
    ]
    return Walk(
        rows=np.concatenate([one.rows for one in versions]),
        p_up=np.concatenate([one.p_up for one in versions]),
        rank=np.concatenate(rank),
        refit=np.repeat(np.arange(len(versions)), sizes),
        share_up=np.repeat([one.share_up for one in versions], sizes),
        refits=tuple(one.begins_s for one in versions),
        thresholds=tuple(thresholds_of(known) for known in slices),
        before=first.challenger.out_of_fold.examples,
        before_p_up=first.challenger.out_of_fold.p_up,
        fitted_rows=tuple(one.challenger.fitted_rows for one in versions),
        features=first.prepared.selection.features,
        selection=first.prepared.selection,
    )
