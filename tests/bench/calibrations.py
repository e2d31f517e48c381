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

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression

from cryptocast.registry.manifest import Calibration
from cryptocast.registry.price_model import apply_platt
from cryptocast.series import Bools, Floats
from cryptocast.train.backtest import horizon_seconds
from cryptocast.train.calibrate import fit_platt, platt_slope
from cryptocast.train.dataset import Examples, build_table, label_examples, no_documents
from cryptocast.train.evaluate import brier, expected_calibration_error, log_loss
from cryptocast.train.files import read_prices
from cryptocast.train.fit import FitRules
from cryptocast.train.resample import bars_at, coarser_than
from cryptocast.train.selection import select_features
from cryptocast.train.splits import known_before
from cryptocast.train.walkforward import BEFORE_S, EMBARGO_S, _edges_before, _known, _span, refit_times

POINTS = 400

Calibrator = Callable[[Floats, Bools, Floats], Floats]
"""Margins and outcomes to fit on, margins to speak of → p_up."""


def slope(margins: Floats, up: Bools, asked: Floats) -> Floats:
    """One slope, no intercept; (n,), (n,), (m,) → (m,) probabilities of up."""
    return apply_platt(Calibration(a=platt_slope(margins, up), b=0.0), asked)


def platt(margins: Floats, up: Bools, asked: Floats) -> Floats:
    """Slope and intercept; (n,), (n,), (m,) → (m,) probabilities of up."""
    return apply_platt(fit_platt(margins, up), asked)


def isotonic(margins: Floats, up: Bools, asked: Floats) -> Floats:
    """The best monotone steps; (n,), (n,), (m,) → (m,) probabilities of up."""
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(margins, up.astype(float))
    return np.asarray(fitted.predict(asked))


def venn_abers(margins: Floats, up: Bools, asked: Floats) -> Floats:
    """Inductive: isotonic with the asked row counted as down and as up, joined; (n,), (n,), (m,) → (m,)."""
    points = np.unique(np.quantile(margins, np.linspace(0, 1, POINTS)))
    low, high = (np.array([_with_one(margins, up, point, label) for point in points]) for label in (0, 1))
    return np.asarray(np.interp(asked, points, high / (1 - low + high)))


def _with_one(margins: Floats, up: Bools, point: float, label: int) -> float:
    """What isotonic regression says at `point` when it has been seen there with `label`."""
    fitted = IsotonicRegression().fit(np.append(margins, point), np.append(up.astype(float), label))
    return float(fitted.predict([point])[0])


CALIBRATORS: dict[str, Calibrator] = {
    "slope": slope,
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


def compare(examples: Examples, symbols: list[str], refits: list[int], ends_s: int) -> None:
    """Walk as `evaluate` does and print a table, a row per calibration."""
    rules, own = FitRules(), np.isin(examples.symbols, symbols)
    known = known_before(examples.as_of, examples.horizon_s, refits[0], EMBARGO_S)
    examples = examples.only(select_features(examples, known, own, rules, EMBARGO_S).features)
    edges = [*_edges_before(examples, own, refits[0]), *refits, ends_s]
    spans = [_span(examples, own, begins, ends, rules) for begins, ends in pairwise(edges)]
    first = len(spans) - len(refits)
    up = examples.up[np.concatenate([span.rows for span in spans[first:]])]
    print("| calibration | Brier | log loss | ECE | surest 5 %, cut on the test |\n|---|---|---|---|---|")
    for name, calibrate in CALIBRATORS.items():
        parts = []
        for i in range(first, len(spans)):
            rows, margins = _known(examples, spans[:i], spans[i].begins_s)
            recent = examples.as_of[rows] >= spans[i].begins_s - BEFORE_S
            up_before = examples.up[rows[recent]]
            parts.append(calibrate(margins[recent], up_before, spans[i].margins))
        p_up = np.concatenate(parts)
        right = 100 * accuracy_of_surest(p_up, up, 0.05)
        figures = f"{brier(p_up, up):.5f} | {log_loss(p_up, up):.5f}"
        print(
            f"| {name} | {figures} | {expected_calibration_error(p_up, up):.4f} | {right:.1f} |", flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prices", nargs="+", type=Path, required=True)
    parser.add_argument("--symbols", required=True)
    parser.add_argument("--horizon", required=True)
    parser.add_argument("--test-from", type=datetime.fromisoformat, required=True)
    parser.add_argument("--test-to", type=datetime.fromisoformat, required=True)
    told = parser.parse_args()
    symbols, horizon_s = told.symbols.split(","), horizon_seconds(told.horizon)
    begins, ends = (moment.replace(tzinfo=UTC) for moment in (told.test_from, told.test_to))
    files, until = read_prices(told.prices), int(ends.timestamp()) + horizon_s
    interval_s = 900 if (symbols[0], 900) in files.series else 3_600
    bars, coarser = bars_at(files, interval_s, []), coarser_than(files, interval_s, [])
    since = min(int(one.opened_s[0]) for one in bars.values())
    table = build_table(bars, no_documents(tuple(bars)), since, until, interval_s, coarser)
    examples = label_examples(bars, table, horizon_s, until)
    compare(examples, symbols, refit_times(begins, ends, "quarterly"), int(ends.timestamp()))


if __name__ == "__main__":
    main()
