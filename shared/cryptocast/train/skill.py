"""The floor under every model: does it forecast better than a constant that costs nothing?

A champion is compared with who serves; where nobody does, self-tests alone would let a model serve that knows
nothing. Such a model may serve, because the alternative is no forecast, but it makes no call.
"""

from __future__ import annotations

import numpy as np

from cryptocast.domain import BAR_INTERVAL_S
from cryptocast.registry.decision import Check
from cryptocast.registry.manifest import Abstain, Skill
from cryptocast.series import Floats
from cryptocast.train.checks import GATE_ALPHA, PairedForecasts
from cryptocast.train.dataset import Examples
from cryptocast.train.evaluate import brier
from cryptocast.train.paired import better_by


def measure_skill(p_up: Floats, unseen: Examples, constant: Floats) -> Skill:
    """Is the Brier score of `p_up` (n,) surely lower than that of `constant` (n,), the share of ups before?

    Diebold and Mariano's test, one-sided, at the level of the gate. One probability for every row shows no
    skill, however lucky it is; nor do rows that span less than twice the horizon.
    """
    up = unseen.up
    gain = (constant - up) ** 2 - (p_up - up) ** 2
    found = better_by(gain, unseen.as_of, max(1, unseen.horizon_s // BAR_INTERVAL_S))
    return Skill(
        shown=bool(np.ptp(p_up) > 0) and found.p_value < GATE_ALPHA,
        p_value=found.p_value,
        brier=brier(p_up, up),
        constant=float(constant.mean()),
        constant_brier=brier(constant, up),
        rows=len(up),
    )


def in_words(skill: Skill) -> str:
    """For reasons and cards."""
    shown = "it shows skill" if skill.shown else "it shows no skill yet and abstains on everything"
    p_value = f"p {skill.p_value:.4f}" if skill.p_value >= 0.0001 else "p below 0.0001"
    return (
        f"{shown}: on {skill.rows:,} forecasts that it was not fitted on its error (Brier score, lower is "
        f"better) is {skill.brier:.6f}, {'surely' if skill.shown else 'not surely'} below the "
        f"{skill.constant_brier:.6f} of saying {skill.constant:.1%} up every time ({p_value}, "
        f"below {GATE_ALPHA} is needed)"
    )


def floored(abstain: Abstain, skill: Skill) -> Abstain:
    """`abstain` as it is, or on everything where no skill is shown: then no call is worth making."""
    if skill.shown:
        return abstain
    return Abstain(threshold=1.0, rule=in_words(skill), coverage=0.0, tested=False)


def instead_of_no_skill(skill: Skill | None, paired: PairedForecasts) -> Check:
    """For a champion that shows no skill there is nothing to defend: who shows it and is not worse may come.

    To be surely better than that champion too would keep it where both know little and only one can show it.
    """
    ours, theirs = brier(paired.challenger, paired.up), brier(paired.champion, paired.up)
    words = in_words(skill) if skill else "its skill was not measured"
    return Check(
        name="skill",
        passed=skill is not None and skill.shown and ours <= theirs,
        figure=skill.p_value if skill else None,
        allowed=GATE_ALPHA,
        said=f"the champion shows no skill; of this one: {words}; Brier {ours:.6f} against {theirs:.6f}",
    )
