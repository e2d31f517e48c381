"""How often the gate is wrong: pairs of models whose truth is known, through the very checks that decide.

    python -m tests.bench.gate_rates [--rounds 300] [--levels 0.05,0.10,0.20]

Five coins that move together (correlation .7); a model's signal correlates with the coming return by
`skill` (.12: 53.8 % of all calls, Brier .2477), and two models share most of what they know. Labels and
signals overlap as those of a horizon do. Held out are 21 days; the shadow period is as `SHADOW_CYCLES=96`
has it. Prints a table: the share of rounds that passed the held-out gate, the shadow period, and both.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from scipy.stats import norm

from cryptocast.domain import BAR_INTERVAL_S, Horizon
from cryptocast.series import Floats
from cryptocast.store.shadow_forecasts import Pair
from cryptocast.train import checks
from cryptocast.train.checks import PairedForecasts
from cryptocast.train.shadow_gate import cycles_needed, judge_shadow

COINS = 5
TOGETHER = 0.7
SHARED = 0.8
"""Correlation of what the two models say beyond what they know."""
HELD_OUT_DAYS = 21
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Truth:
    """`skill` is a correlation with the return; `sure` scales the log-odds, 1 is calibrated."""

    champion: float
    challenger: float
    champion_sure: float = 1.0
    challenger_sure: float = 1.0


TRUTHS: Mapping[str, Truth] = {
    "equal": Truth(0.12, 0.12),
    "a little better": Truth(0.12, 0.14),
    "better": Truth(0.12, 0.16),
    "champion slipped to nothing": Truth(0.0, 0.12, champion_sure=1.0),
    "champion turned round": Truth(-0.06, 0.12),
    "a little worse": Truth(0.12, 0.10),
    "knows nothing": Truth(0.12, 0.0),
    "better, twice as sure": Truth(0.12, 0.14, challenger_sure=2.0),
}
BELIEVES = 0.12
"""What a model that slipped still takes its skill for."""


def moving(random: np.random.Generator, n: int, overlap: int) -> Floats:
    """(n, COINS) standard normal, correlated between coins and over `overlap` moments."""
    steps = n + overlap - 1
    shared = random.normal(size=(steps, 1))
    each = np.sqrt(TOGETHER) * shared + np.sqrt(1 - TOGETHER) * random.normal(size=(steps, COINS))
    summed = np.cumsum(np.vstack([np.zeros((1, COINS)), each]), axis=0)
    return np.asarray((summed[overlap:] - summed[:-overlap]) / np.sqrt(overlap))


def pair(truth: Truth, n: int, horizon: Horizon, random: np.random.Generator) -> PairedForecasts:
    overlap = horizon.seconds // BAR_INTERVAL_S
    returns, common = moving(random, n, overlap), moving(random, n, overlap)
    said = []
    for skill, sure in ((truth.challenger, truth.challenger_sure), (truth.champion, truth.champion_sure)):
        own = np.sqrt(SHARED) * common + np.sqrt(1 - SHARED) * moving(random, n, overlap)
        signal = skill * returns + np.sqrt(1 - skill**2) * own
        believed = max(skill, BELIEVES) if skill < 0.1 else skill
        p = norm.cdf(believed * signal / np.sqrt(1 - believed**2))
        said.append(1 / (1 + np.exp(-sure * np.log(p / (1 - p)))))
    as_of = np.repeat(int(START.timestamp()) + BAR_INTERVAL_S * np.arange(n), COINS)
    return PairedForecasts(
        said[0].ravel(), said[1].ravel(), returns.ravel() > 0, as_of, horizon.seconds, overlap
    )


def held_out(judged: PairedForecasts, levels: Sequence[float]) -> list[bool]:
    """Whether the checks of `train.gate` that look at forecasts pass, at each level of the two tests."""
    tests = [checks.lower_brier(judged), checks.direction_not_worse(judged)]
    others = [checks.enough_rows(judged), *checks.calibration(judged)]
    sound = all(check.passed for check in others)
    return [sound and all((t.figure or 0.0) < level for t in tests) for level in levels]


def shadow(judged: PairedForecasts, horizon: Horizon) -> bool:
    moments = [START + timedelta(seconds=int(s) - int(judged.as_of[0])) for s in judged.as_of]
    rows = zip(moments, judged.challenger.tolist(), judged.champion.tolist(), judged.up.tolist(), strict=True)
    return judge_shadow([Pair(*row) for row in rows], horizon, "challenger", "champion", START).promoted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--levels", default="0.05,0.10,0.20")
    told = parser.parse_args()
    levels = [float(level) for level in told.levels.split(",")]
    columns = [f"held out, level {level:.2f}" for level in levels] + [
        "shadow",
        f"both, {checks.GATE_ALPHA:.2f}",
    ]
    print("| truth | horizon | " + " | ".join(columns) + " |")
    print("|---|---|" + "---|" * len(columns))
    for name, truth in TRUTHS.items():
        for horizon in Horizon:
            random = np.random.default_rng(17)
            passed = np.zeros(len(columns))
            for _ in range(told.rounds):
                rows = pair(truth, HELD_OUT_DAYS * 96, horizon, random)
                *ways, gate = held_out(rows, [*levels, checks.GATE_ALPHA])
                tried = shadow(pair(truth, cycles_needed(horizon, 96), horizon, random), horizon)
                passed += [*ways, tried, tried and gate]
            shares = " | ".join(f"{share:.0%}" for share in passed / told.rounds)
            print(f"| {name} | {horizon.value} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
