"""How often the floor silences a model that knows something, and lets one speak that knows nothing.

    python -m tests.bench.skill_rates [--rounds 200]

The market of `gate_rates` over a training's year: a model's margins are calibrated on the first four folds,
its threshold is fixed on the fifth, and its skill is measured on the fifth and the held-out slice, by the
training's own functions. `speaks` is the share of rounds in which the version calls at all, `right` how many
of its calls on the held-out slice are, `tested` the share whose threshold passed its test.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial

import numpy as np

from cryptocast.domain import BAR_INTERVAL_S, Horizon
from cryptocast.registry.price_model import apply_platt
from cryptocast.series import Floats
from cryptocast.train.calibrate import fit_platt
from cryptocast.train.dataset import Examples
from cryptocast.train.skill import floored, measure_skill
from cryptocast.train.splits import DAY_S, HISTORY_DAYS, SplitRules
from cryptocast.train.threshold import fix_threshold
from tests.bench.gate_rates import COINS, moving
from tests.bench.threshold_rates import majority_of

SKILLS = (0.0, 0.04, 0.08, 0.12)
"""Correlation of signal and return: 50, 51.3, 52.5 and 53.8 % of all calls are right."""


def fold_moments(rules: SplitRules) -> tuple[int, int]:
    """How many moments a fold and the held-out slice of a whole training have."""
    days = HISTORY_DAYS
    held_out = min(days * rules.held_out, rules.held_out_max_s / DAY_S)
    per_day = DAY_S // BAR_INTERVAL_S
    return int((days - held_out) * (1 - rules.warm_up) / rules.folds * per_day), int(held_out * per_day)


def drawn(
    skill: float, horizon: Horizon, moments: int, random: np.random.Generator
) -> tuple[Floats, Examples]:
    """Margins (n,) and their rows, over five folds and the held-out slice."""
    overlap = horizon.seconds // BAR_INTERVAL_S
    returns = moving(random, moments, overlap).ravel()
    margins = skill * returns + np.sqrt(1 - skill**2) * moving(random, moments, overlap).ravel()
    as_of = np.repeat(BAR_INTERVAL_S * np.arange(moments), COINS)
    n = len(as_of)
    rows = Examples(
        horizon.seconds, np.full(n, ""), as_of, np.zeros((n, 1), np.float32), returns > 0, returns, returns
    )
    return margins, rows


def one_training(
    skill: float, horizon: Horizon, random: np.random.Generator
) -> tuple[bool, bool, float, float]:
    """Skill shown, threshold tested, calls a row on the held-out slice, and how many of them were right."""
    fold, held_out = fold_moments(SplitRules())
    margins, rows = drawn(skill, horizon, 5 * fold + held_out, random)
    purge = horizon.seconds // BAR_INTERVAL_S + SplitRules().embargo_s // BAR_INTERVAL_S
    before = np.arange((4 * fold - purge) * COINS)
    last = np.arange(4 * fold * COINS, (5 * fold - purge) * COINS)
    fresh = np.arange(5 * fold * COINS, len(rows))
    p_up = apply_platt(fit_platt(margins[before], rows.up[before]), margins)
    tested = rows.take(last)
    abstain = fix_threshold(p_up[last], tested, partial(majority_of, tested.up))
    unseen = np.concatenate([last, fresh])
    fitted = np.arange((5 * fold - purge) * COINS)  # the final model's
    constant = np.repeat([rows.up[before].mean(), rows.up[fitted].mean()], [len(last), len(fresh)])
    shown = measure_skill(p_up[unseen], rows.take(unseen), constant)
    final = floored(abstain, shown)
    called = np.maximum(p_up[fresh], 1 - p_up[fresh]) >= final.threshold
    right = ((p_up[fresh] > 0.5) == rows.up[fresh])[called]
    return shown.shown, bool(abstain.tested), float(called.mean()), float(right.sum())


def line(skill: float, horizon: Horizon, rounds: int) -> str:
    random = np.random.default_rng(29)
    found = np.array([one_training(skill, horizon, random) for _ in range(rounds)])
    _, held_out = fold_moments(SplitRules())
    shown, tested, called = found[:, 0] > 0, found[:, 1] > 0, found[:, 2]
    calls = called.sum() * held_out * COINS
    cells: Sequence[str] = (
        f"{0.5 + np.arcsin(skill) / np.pi:.1%}",
        horizon.value,
        f"{shown.mean():.0%}",
        f"{tested.mean():.0%}",
        f"{(called > 0).mean():.0%}",
        f"{called[called > 0].mean():.0%}" if calls else "-",
        f"{found[:, 3].sum() / calls:.1%}" if calls else "-",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    print(
        "| all calls right | horizon | shows skill | threshold tested | speaks | share called then | right |"
    )
    print("|---|---|---|---|---|---|---|")
    for skill in SKILLS:
        for horizon in Horizon:
            print(line(skill, horizon, rounds), flush=True)


if __name__ == "__main__":
    main()
