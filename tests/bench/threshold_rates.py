"""How often a training finds a threshold, where something is known and where nothing is.

    python -m tests.bench.threshold_rates [--rounds 200]

The market of `gate_rates`: five coins that move together, labels and signals that overlap as a horizon's
do, a calibration slice as long as that of 182 days. Beside `fix_threshold` stands what a search of the same
coverages would find, each taken for itself at 95 %, the widest first.
"""

from __future__ import annotations

import argparse
from functools import partial

import numpy as np
from scipy.stats import norm

from cryptocast.domain import BAR_INTERVAL_S, Horizon
from cryptocast.intervals import independent_calls
from cryptocast.series import Bools, Floats
from cryptocast.train.dataset import Examples
from cryptocast.train.statistics import surely
from cryptocast.train.threshold import fix_threshold
from tests.bench.gate_rates import COINS, moving

SLICE_MOMENTS = 1_850
"""The fifth fold of 182 days: 19 days."""
SKILLS = (0.0, 0.08, 0.16)
"""Correlation of signal and return: 50, 52.5 and 55.1 % of all calls are right. At 4 h and 24 h nothing is
tested: the slice is too short."""
COVERAGES = tuple(share / 100 for share in range(100, 4, -5))


def slice_of(skill: float, horizon: Horizon, random: np.random.Generator) -> tuple[Floats, Examples]:
    """What a calibrated model says of a slice, and the slice; one that knows nothing takes itself for .12."""
    overlap = horizon.seconds // BAR_INTERVAL_S
    returns = moving(random, SLICE_MOMENTS, overlap).ravel()
    signal = skill * returns + np.sqrt(1 - skill**2) * moving(random, SLICE_MOMENTS, overlap).ravel()
    believed = skill or 0.12
    p_up = norm.cdf(believed * signal / np.sqrt(1 - believed**2))
    as_of = np.repeat(BAR_INTERVAL_S * np.arange(SLICE_MOMENTS), COINS)
    n = len(as_of)
    none = np.zeros((n, 1), np.float32)
    return p_up, Examples(horizon.seconds, np.full(n, ""), as_of, none, returns > 0, returns, returns)


def of_all_looks(p_up: Floats, tested: Examples, to_beat: float) -> float:
    """The widest coverage whose own test passes; 0 where none does."""
    confidence, right = np.maximum(p_up, 1 - p_up), (p_up > 0.5) == tested.up
    for coverage in COVERAGES:
        called = confidence >= np.quantile(confidence, 1 - coverage)
        n = int(independent_calls(tested.as_of[called], tested.horizon_s))
        if n >= 30 and surely(float(right[called].mean()), n) > to_beat:
            return coverage
    return 0.0


def majority_of(up: Bools, called: Bools) -> float:
    """What the majority of these calls, known afterwards, gets; nothing else is free in this market."""
    return float(max(up[called].mean(), 1 - up[called].mean()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    print("| all calls right | horizon | found | mean coverage | by a search | mean coverage |")
    print("|---|---|---|---|---|---|")
    for skill in SKILLS:
        for horizon in (Horizon.M15, Horizon.H1):
            random = np.random.default_rng(23)
            found, searched = [], []
            for _ in range(rounds):
                p_up, tested = slice_of(skill, horizon, random)
                to_beat = float(max(tested.up.mean(), 1 - tested.up.mean()))
                fixed = fix_threshold(p_up, tested, partial(majority_of, tested.up))
                found.append(fixed.coverage or 0.0 if fixed.tested else 0.0)
                searched.append(of_all_looks(p_up, tested, to_beat))
            cells = " | ".join(_told(np.array(one)) for one in (found, searched))
            print(f"| {0.5 + np.arcsin(skill) / np.pi:.1%} | {horizon.value} | {cells} |", flush=True)


def _told(coverage: Floats) -> str:
    mean = f"{coverage[coverage > 0].mean():.0%}" if coverage.any() else "-"
    return f"{(coverage > 0).mean():.0%} | {mean}"


if __name__ == "__main__":
    main()
