from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss

from cryptocast.train.evaluate import baselines, best_baseline, brier, evaluate, log_loss
from tests.unit.train.markets import make_examples


def test_scores_are_the_textbooks() -> None:
    examples = make_examples(1_000)
    p_up = np.random.default_rng(2).uniform(0.01, 0.99, 1_000)
    assert brier(p_up, examples.up) == pytest.approx(brier_score_loss(examples.up, p_up))
    assert log_loss(p_up, examples.up) == pytest.approx(sklearn_log_loss(examples.up, p_up))
    assert brier(np.full(1_000, 0.5), examples.up) == 0.25


def test_baselines_go_by_the_last_bar_and_by_what_was_fitted_on() -> None:
    examples = make_examples(2_000)
    examples = replace(examples, last_move=np.where(examples.up, -1.0, 1.0))
    found = baselines(examples, fitted_share_up=0.2)
    assert found["baseline_reversal"] == 1.0
    assert found["baseline_persistence"] == 0.0
    assert found["baseline_majority"] == pytest.approx(1 - examples.up.mean())
    assert best_baseline(found) == 1.0


def test_calls_are_counted_at_the_threshold_only() -> None:
    examples = make_examples(400)
    p_up = np.where(np.arange(400) < 100, np.where(examples.up, 0.9, 0.1), 0.52)
    figures = evaluate(p_up, examples, 0.8, 0.5)
    assert figures["coverage"] == 0.25
    assert figures["calls"] == 100
    assert figures["accuracy_of_calls"] == 1.0
    assert figures["n"] == 400
    rose, up = examples.last_move[:100] > 0, examples.up[:100]
    assert figures["best_baseline_of_calls"] == max((rose == up).mean(), (rose != up).mean(), (~up).mean())


def test_without_a_call_there_is_no_accuracy_of_calls() -> None:
    figures = evaluate(np.full(100, 0.55), make_examples(100), 0.9, 0.5)
    assert figures["coverage"] == 0.0
    assert "accuracy_of_calls" not in figures
    assert all(np.isfinite(list(figures.values())))
