"""What the number of features is worth: the walk of `cryptocast evaluate` with more of them than 15.

    D=../shared/data/prices
    python -m tests.bench.feature_count --prices $D/spot_15m_btc_eth_2023.parquet … --symbols BTC,ETH \\
        --horizon 1h --test-from 2023-04-01 --test-to 2024-01-01 --keep 15 30 all

Each number is chosen by the same rule from rows known before the test; `all` is every candidate that varies.
`gain` is what the forecasts save in log loss against one half, 1e-4 nats a row. Takes 1 to 3 minutes for each
number on 2 cores.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cryptocast.train.evaluate import brier, log_loss
from cryptocast.train.fit import FitRules
from cryptocast.train.selection import select_features, varying
from cryptocast.train.splits import known_before
from cryptocast.train.walkforward import COVERAGES, EMBARGO_S, Walk, calibrate_spans, fit_spans
from tests.bench.calibrations import accuracy_of_surest
from tests.bench.question import Question, question_parser, read_question

SUREST = 0.05


def names_of(asked: Question, keep: str) -> Sequence[str]:
    """The features that the rule keeps, or every one that varies."""
    examples = asked.examples
    known = known_before(examples.as_of, examples.horizon_s, asked.refits[0], EMBARGO_S)
    if keep == "all":
        return varying(examples, known)
    own = np.isin(examples.symbols, asked.symbols)
    return select_features(examples, known, own, FitRules(), EMBARGO_S, wanted=int(keep)).features


def walked_with(asked: Question, names: Sequence[str]) -> Walk:
    """The walk with these features."""
    examples = asked.examples.only(names)
    return calibrate_spans(
        fit_spans(examples, asked.symbols, asked.refits, asked.ends_s, FitRules(), select=False)
    )


def called_before(walked: Walk) -> np.ndarray:
    """(n,): which forecasts the threshold of the surest 5 % calls, fixed before each."""
    fixed = np.array([one[COVERAGES.index(SUREST)] for one in walked.thresholds])[walked.refit]
    return np.asarray(np.maximum(walked.p_up, 1 - walked.p_up) >= fixed)


def compare(asked: Question, keeps: Sequence[str]) -> None:
    """Print a table, a row per number of features."""
    print("| features | gain | Brier | all | surest 5 %, cut on the test | cut before |")
    print("|---|---|---|---|---|---|")
    for keep in keeps:
        names = names_of(asked, keep)
        walked = walked_with(asked, names)
        p_up, up = walked.p_up, asked.examples.up[walked.rows]
        right, called = (p_up > 0.5) == up, called_before(walked)
        figures = (
            f"{len(names)}",
            f"{1e4 * (math.log(2) - log_loss(p_up, up)):.1f}",
            f"{brier(p_up, up):.5f}",
            f"{100 * right.mean():.2f}",
            f"{100 * accuracy_of_surest(p_up, up, SUREST):.1f}",
            f"{100 * right[called].mean():.1f} of {called.sum()}",
        )
        print(f"| {' | '.join(figures)} |", flush=True)


def main() -> None:
    parser = question_parser(__doc__)
    parser.add_argument("--keep", nargs="+", default=["15", "20", "30", "45", "all"])
    told = parser.parse_args()
    compare(read_question(told), told.keep)


if __name__ == "__main__":
    main()
