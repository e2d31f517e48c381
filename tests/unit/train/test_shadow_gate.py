from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from cryptocast.domain import Horizon
from cryptocast.registry.decision import Decision
from cryptocast.store.shadow_forecasts import Pair, Progress
from cryptocast.train.shadow_gate import cycles_needed, is_over, is_overdue, judge_shadow, not_judged
from tests.factories import AS_OF, INTERVAL


def pairs(
    n: int = 96, worse_by: float = 0.0, absent: int = 0, coins: int = 5, sure: float = 0.0
) -> list[Pair]:
    """A champion of 54 % and a candidate beside it."""
    random = np.random.default_rng(4)
    found = []
    for moment in range(n):
        for coin in range(coins):
            p = float(np.where(random.random() < 0.5, 0.54, 0.46))
            up = bool(random.random() < p)
            said = p + worse_by * (-1 if up else 1) + sure * np.sign(p - 0.5)
            gone = moment * coins + coin < absent
            found.append(Pair(AS_OF + moment * INTERVAL, None if gone else float(said), p, up))
    return found


def judge(given: list[Pair], horizon: Horizon = Horizon.M15) -> Decision:
    return judge_shadow(given, horizon, "new", "old", AS_OF)


def test_one_that_forecasts_as_well_is_promoted_with_its_checks() -> None:
    decision = judge(pairs())
    assert decision.promoted, decision.reason
    assert (decision.stage, decision.champion, decision.rows) == ("shadow", "old", 480)
    assert [c.name for c in decision.checks] == [
        "recorded", "Brier not worse", "calibration error", "reliability",
    ]  # fmt: skip


@pytest.mark.parametrize(("changes", "check"), [
    ({"worse_by": 0.02}, "Brier not worse"),
    ({"absent": 60}, "recorded"),
    ({"sure": 0.3}, "reliability"),
])  # fmt: skip
def test_what_is_wrong_with_it_is_named(changes: dict[str, float], check: str) -> None:
    decision = judge(pairs(**changes))  # type: ignore[arg-type]
    assert decision.verdict == "refused"
    assert f"{check}:" in decision.reason


def test_nothing_recorded_is_no_evidence() -> None:
    assert judge([]).verdict == "refused"
    assert judge(pairs(absent=480)).verdict == "refused"


def test_a_long_horizon_needs_more_than_a_day() -> None:
    needed = {h: cycles_needed(h, 96) for h in Horizon}
    assert needed == {Horizon.M15: 96, Horizon.H1: 96, Horizon.H4: 384, Horizon.H24: 960}
    assert {h: cycles_needed(h, 8) for h in Horizon} == {
        Horizon.M15: 8, Horizon.H1: 8, Horizon.H4: 32, Horizon.H24: 192,
    }  # fmt: skip


def test_it_is_over_by_judged_moments_and_overdue_by_time() -> None:
    assert is_over(Progress(120, 96, AS_OF, AS_OF), Horizon.M15, 96)
    young = Progress(96, 95, AS_OF, AS_OF)
    assert not is_over(young, Horizon.M15, 96)
    assert not is_overdue(young, Horizon.M15, 96, AS_OF - timedelta(days=30), AS_OF + timedelta(days=4))
    assert is_overdue(young, Horizon.M15, 96, AS_OF, AS_OF + timedelta(days=5))
    never = Progress(0, 0, None, None)
    assert is_overdue(never, Horizon.M15, 96, AS_OF, AS_OF + timedelta(days=5))
    assert not is_overdue(never, Horizon.M15, 96, None, AS_OF + timedelta(days=5))
    assert not_judged(never, "new", "old", AS_OF).verdict == "refused"
