"""Ways to make probabilities of margins, on the walk of `cryptocast evaluate`.

    D=../shared/data/prices
    python -m tests.bench.calibrations --prices $D/spot_15m_btc_eth_2023.parquet … --symbols BTC,ETH \
        --horizon 1h --test-from 2023-04-01 --test-to 2024-01-01

At each quarterly refit every calibration is fitted on the same earlier margins, those that `evaluate` uses.
`slope` is what `evaluate` does, `platt` what a training does; Venn-Abers is the inductive one (Vovk, Petej
and Fedorova 2015), p1 / (1 - p0 + p1), on 400 quantiles of the margins and linear between them.
Takes some three minutes for each pair of coins and horizon.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from sklearn.isotonic import IsotonicRegression

from cryptocast.registry.price_model import apply_platt
from cryptocast.series import Bools, Floats
from cryptocast.train.calibrate import fit_platt
from cryptocast.train.evaluate import brier, expected_calibration_error, log_loss
from cryptocast.train.fit import FitRules
from cryptocast.train.walkforward import Calibrator, calibrate_spans, fit_spans, one_slope
from tests.bench.question import Question, question_parser, read_question

POINTS = 400


def platt(margins: Floats, up: Bools) -> Callable[[Floats], Floats]:
    """Slope and intercept."""
    return partial(apply_platt, fit_platt(margins, up))


def isotonic(margins: Floats, up: Bools) -> Callable[[Floats], Floats]:
    """The best monotone steps."""
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(margins, up.astype(float))
    return lambda asked: np.asarray(fitted.predict(asked))


def venn_abers(margins: Floats, up: Bools) -> Callable[[Floats], Floats]:
    """Inductive: isotonic with the asked row counted as down and as up, joined."""
    points = np.unique(np.quantile(margins, np.linspace(0, 1, POINTS)))
    low, high = (np.array([_with_one(margins, up, point, label) for point in points]) for label in (0, 1))
    return lambda asked: np.asarray(np.interp(asked, points, high / (1 - low + high)))


def _with_one(margins: Floats, up: Bools, point: float, label: int) -> float:
    """What isotonic regression says at `point` when it has been seen there with `label`."""
    fitted = IsotonicRegression().fit(np.append(margins, point), np.append(up.astype(float), label))
    return float(fitted.predict([point])[0])


CALIBRATORS: dict[str, Calibrator] = {
    "slope": one_slope,
    "platt": platt,
    "isotonic": isotonic,
    "venn-abers": venn_abers,
}


def accuracy_of_surest(p_up: Floats, up: Bools, share: float) -> float:
    """Steps tie many rows: those that tie at the cut count with their mean."""
    sure, right = np.abs(p_up - 0.5), (p_up > 0.5) == up
    wanted = int(share * len(up))
    cut = np.sort(sure)[-wanted]
    above, at = sure > cut, sure == cut
    return float((right[above].sum() + (wanted - above.sum()) * right[at].mean()) / wanted)


def compare(asked: Question) -> None:
    """Fit as `evaluate` does, once, and print a table, a row per calibration."""
    spans = fit_spans(asked.examples, asked.symbols, asked.refits, asked.ends_s, FitRules())
    print("| calibration | Brier | log loss | ECE | surest 5 %, cut on the test |\n|---|---|---|---|---|")
    for name, calibrator in CALIBRATORS.items():
        walked = calibrate_spans(spans, calibrator)
        p_up, up = walked.p_up, asked.examples.up[walked.rows]
        right = 100 * accuracy_of_surest(p_up, up, 0.05)
        figures = f"{brier(p_up, up):.5f} | {log_loss(p_up, up):.5f}"
        print(
            f"| {name} | {figures} | {expected_calibration_error(p_up, up):.4f} | {right:.1f} |", flush=True
        )


if __name__ == "__main__":
    compare(read_question(question_parser(__doc__).parse_args()))
