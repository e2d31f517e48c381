"""The second half of the gate: candidate and champion by the forecasts that both recorded.

The rows held out of training have shown a better model, on thousands of rows. A shadow period is too short
to show that again; it shows that what serves forecasts as what was trained did, and that it is not worse.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from cryptocast.domain import BAR_INTERVAL_S, Horizon
from cryptocast.registry.decision import Check, Decision, refusal
from cryptocast.store.shadow_forecasts import Pair, Progress
from cryptocast.train import checks
from cryptocast.train.checks import PairedForecasts
from cryptocast.train.evaluate import brier

DAY_CYCLES = 96
FEWEST_OUTCOMES: Mapping[Horizon, int] = {Horizon.M15: 48, Horizon.H1: 24, Horizon.H4: 24, Horizon.H24: 10}
"""Independent outcomes that a shadow period has at least: a day, a day, four days and ten days. A period
set shorter than a day needs fewer in proportion, and two: a test on less proves nothing."""
OVERDUE = 4
COMPLETE = 0.9
"""The share of the champion's forecasts beside which the candidate's must stand."""
BRIER_MARGIN = 0.0075
ECE_MARGIN = 0.05
RELIABILITY_MARGIN = 0.01
"""Wider than on the held-out rows: a day has a hundredth of them, and both are mostly noise."""


def cycles_needed(horizon: Horizon, shadow_cycles: int) -> int:
    """Judged moments after which the one decision is made."""
    share = min(1.0, shadow_cycles / DAY_CYCLES)
    outcomes = max(2, math.ceil(share * FEWEST_OUTCOMES[horizon]))
    return max(shadow_cycles, outcomes * horizon.seconds // BAR_INTERVAL_S)


def is_over(progress: Progress, horizon: Horizon, shadow_cycles: int) -> bool:
    """Decided once and at a length fixed beforehand: who looks every cycle finds what was not there."""
    return progress.judged >= cycles_needed(horizon, shadow_cycles)


def is_overdue(
    progress: Progress, horizon: Horizon, shadow_cycles: int, begun: datetime | None, as_of: datetime
) -> bool:
    """Whether a candidate had four times its period and is not judged: it does not forecast.

    `begun` is the end of its data, which counts where it has not forecast at all.
    """
    since = progress.since or begun
    needed_s = cycles_needed(horizon, shadow_cycles) * BAR_INTERVAL_S + horizon.seconds
    return since is not None and (as_of - since).total_seconds() > OVERDUE * needed_s


def judge_shadow(
    pairs: Sequence[Pair], horizon: Horizon, candidate: str, champion: str, now: datetime
) -> Decision:
    """Promoted where every check passed, else refused; `pairs` are of `store.shadow_forecasts.pairs`."""
    both = [pair for pair in pairs if pair.candidate is not None]
    blank = Decision(
        decided_at=now,
        stage="shadow",
        challenger=candidate,
        champion=champion,
        verdict="refused",
        reason="no forecasts of both are recorded",
    )
    if not both:
        return blank
    paired = PairedForecasts(
        np.array([pair.candidate for pair in both], dtype=np.float64),
        np.array([pair.champion for pair in both]),
        np.array([pair.went_up for pair in both]),
        np.array([int(pair.as_of.timestamp()) for pair in both]),
        horizon.seconds,
        max(1, horizon.seconds // BAR_INTERVAL_S),
    )
    found = (
        _complete(len(both), len(pairs)),
        checks.brier_not_worse(paired, BRIER_MARGIN),
        *checks.calibration(paired, ECE_MARGIN, RELIABILITY_MARGIN),
    )
    failed = refusal(found)
    changes = {
        "verdict": "refused" if failed else "promoted",
        "reason": failed or f"passed its shadow period; {found[1].said}",
        "rows": len(both),
        "since": both[0].as_of,
        "until": both[-1].as_of,
        "challenger_brier": brier(paired.challenger, paired.up),
        "champion_brier": brier(paired.champion, paired.up),
        "checks": found,
    }
    return blank.model_copy(update=changes)


def not_judged(progress: Progress, candidate: str, champion: str, now: datetime) -> Decision:
    """Refused, because there is too little to judge by."""
    reason = f"{OVERDUE} times its shadow period is over and only {progress.judged} moments could be judged"
    return Decision(
        decided_at=now,
        stage="shadow",
        challenger=candidate,
        champion=champion,
        verdict="refused",
        reason=reason,
    )


def _complete(both: int, all_: int) -> Check:
    share = both / all_
    said = f"forecasts beside {share:.1%} of the champion's, {COMPLETE:.0%} are needed"
    return Check(name="recorded", passed=share >= COMPLETE, figure=share, allowed=COMPLETE, said=said)
