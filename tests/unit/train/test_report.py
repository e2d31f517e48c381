"""The figures of a report: how the surest calls are compared, and what is said where there is no p-value."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from cryptocast.train import report as reports
from cryptocast.train.backtest import backtest, lines
from cryptocast.train.dataset import Examples
from cryptocast.train.report_card import report_card
from cryptocast.train.walkforward import Walk
from tests.unit.train.questions import ask, frame, write
from tests.unit.train.test_statistics import BAR_S


def always_right(days: int, overlap: int) -> reports.Tested:
    """Forecasts at `overlap` a day, a day ahead, that are right; what is free is right every second time."""
    n = days * overlap
    up, as_of, none = np.arange(n) % 2 == 0, np.arange(n, dtype=np.int64) * BAR_S, np.zeros(n)
    last_move = np.where(np.arange(n) % 4 < 2, 1.0, -1.0)
    rows = Examples(
        overlap * BAR_S, np.full(n, "BTC"), as_of, np.zeros((n, 1), np.float32), up, none, last_move
    )
    p_up, refit = np.where(up, 0.6, 0.4), np.zeros(n, np.int64)
    walk = Walk(np.arange(n), p_up, none, refit, none, (0,), (), rows, none, (n,), (), None)
    return reports.Tested(walk, rows, BAR_S)


@pytest.mark.parametrize(("stretches", "sure"), [(1, False), (12, True)])
def test_a_stretch_of_calls_whose_labels_overlap_is_one_outcome(stretches: int, sure: bool) -> None:
    """Of the called moments alone the test would take two days for the whole of time, and be sure of them."""
    tested = always_right(days=90, overlap=24)
    day = np.arange(len(tested.right)) // 24
    best = reports._best_free(tested, np.isin(day % 7, (0, 1)) & (day // 7 < stretches))
    assert best["accuracy"] == 0.5
    assert (best["mcnemar"]["p_value"] < 0.05) is sure


def test_card_and_terminal_say_which_models_and_why_there_is_no_p_value(tmp_path) -> None:
    told = {"test_from": datetime(2024, 2, 20, tzinfo=UTC), "test_to": datetime(2024, 2, 28, tzinfo=UTC)}
    path = write(tmp_path, frame())
    report, _, _ = backtest(ask(path, horizon="24h", refit="never", **told))
    assert ", one model throughout (all-history), fitted on BTC since " in report_card(report)
    assert report["tests"]["pesaran_timmermann"]["p_value"] is None
    assert "pesaran_timmermann" not in report["trials_corrected"]
    (why,) = (line for line in lines(report) if line.startswith("no p-value of "))
    assert "pesaran timmermann, diebold mariano" in why
    assert "best free forecast of the surest 20%" in why
    assert why.endswith("horizons, 40 are needed")
    assert f"N{why[1:]}." in report_card(report)
    assert report["target"]["rule"]["said"].startswith("there are too few earlier calls")

    report, _, _ = backtest(ask(path, horizon="15m", **told))
    assert report["tests"]["pesaran_timmermann"]["why_none"] is None
    assert ", a new model quarterly (all-history), fitted on BTC since " in report_card(report)
    assert not any("horizons" in why for why in reports.without_p(report))
