"""The two halves of a walk: margins per span, and what makes probabilities of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import xgboost

from cryptocast.errors import NotEnoughData
from cryptocast.series import Bools, Floats
from cryptocast.train import fit as fitting
from cryptocast.train.fit import fit
from cryptocast.train.walkforward import (
    COVERAGES,
    EMBARGO_S,
    Span,
    Spans,
    calibrate_spans,
    fit_spans,
    thresholds_of,
)
from tests.unit.train.markets import FAST, make_examples


def spans(before: int = 600, tested: int = 400) -> Spans:
    """Margins of noise: one span before the test, two in it."""
    examples = make_examples(before + tested, signal=0.0)
    order = np.argsort(examples.as_of, kind="stable")
    margins = np.random.default_rng(3).normal(size=len(order))
    edges = [0, before, before + tested // 2, before + tested]
    made = [
        Span(
            int(examples.as_of[rows[0]]), int(examples.as_of[rows[-1]]) + 900, rows, margins[rows], 1_000, 0.5
        )
        for rows in (order[begin:end] for begin, end in pairwise(edges))
    ]
    return Spans(examples, tuple(made[:1]), tuple(made[1:]), None)


def test_a_calibrator_sees_what_was_known_at_each_refit_and_nothing_later() -> None:
    walked, seen = spans(), list[tuple[Floats, Bools]]()

    def steep(margins: Floats, up: Bools) -> Callable[[Floats], Floats]:
        seen.append((margins, up))
        return lambda asked: 1 / (1 + np.exp(-3 * asked))

    walk = calibrate_spans(walked, steep)
    said = np.concatenate([span.margins for span in walked.tested])
    assert walk.p_up == pytest.approx(1 / (1 + np.exp(-3 * said)))
    known_s = walked.examples.horizon_s + EMBARGO_S
    for refit, (margins, up) in zip(walked.tested, seen, strict=True):
        earlier = [span for span in (*walked.before, *walked.tested) if span.begins_s < refit.begins_s]
        rows = np.concatenate([span.rows for span in earlier])
        known = walked.examples.as_of[rows] + known_s <= refit.begins_s
        assert 0 < known.sum() < len(rows), "the last labels before a refit are not known at it"
        assert np.array_equal(margins, np.concatenate([span.margins for span in earlier])[known])
        assert np.array_equal(up, walked.examples.up[rows[known]])


def test_thresholds_are_of_what_was_said_before_each_refit() -> None:
    walked = spans()
    walk = calibrate_spans(walked, lambda *_: lambda asked: np.clip(0.5 + asked / 10, 0, 1))
    before = walked.before[0]
    known = walked.examples.as_of[before.rows] + walked.examples.horizon_s + EMBARGO_S <= walk.refits[0]
    confidence = 0.5 + np.abs(before.margins[known]) / 10
    assert walk.thresholds[0] == pytest.approx([np.quantile(confidence, 1 - share) for share in COVERAGES])
    assert walk.thresholds[1] != walk.thresholds[0], "the first quarter tested joins what is known"


@pytest.mark.parametrize("most_rows", [900, 1_000_000])
def test_the_rows_that_are_told_are_those_fitted_on(monkeypatch: pytest.MonkeyPatch, most_rows: int) -> None:
    examples, sizes = make_examples(6_000), []

    def noted(x: Floats, *rest: Any) -> xgboost.Booster:
        sizes.append(len(x))
        return fit(x, *rest)

    monkeypatch.setattr(fitting, "fit", noted)
    refits, ends_s = [int(examples.as_of[4_500]), int(examples.as_of[5_200])], int(examples.as_of[-1])
    rules = replace(FAST, most_rows=most_rows, rounds=2)
    walked = fit_spans(examples, ["BTC", "ETH"], refits, ends_s, rules, workers=1, select=False)
    assert [span.fitted_rows for span in walked.before + walked.tested] == sizes
    assert max(sizes) == min(most_rows, int(np.sum(examples.as_of + 900 + EMBARGO_S <= refits[1])))


def test_too_little_said_before_is_refused() -> None:
    with pytest.raises(NotEnoughData, match="to fix thresholds on"):
        calibrate_spans(spans(before=150))


def test_where_nobody_is_surer_than_another_nobody_is_called() -> None:
    assert thresholds_of(np.full(500, 0.5)) == (1.0,) * len(COVERAGES)
    spread = thresholds_of(np.linspace(0.5, 0.6, 501))
    assert spread == pytest.approx([0.6 - 0.1 * share for share in COVERAGES])

    def level(margins: Floats, up: Bools) -> Callable[[Floats], Floats]:
        return lambda said: np.full(len(said), 0.5)

    walked = calibrate_spans(spans(), level)
    called = np.maximum(walked.p_up, 1 - walked.p_up) >= np.array(walked.thresholds)[walked.refit, 0]
    assert not called.any()
