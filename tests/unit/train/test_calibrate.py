from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cryptocast.registry.price_model import apply_platt
from cryptocast.train.calibrate import fit_platt
from cryptocast.train.evaluate import expected_calibration_error


def overconfident(n: int = 20_000, factor: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    truth = random.normal(size=n)
    return factor * truth + 0.5, random.random(n) < 1 / (1 + np.exp(-truth))


def test_platt_undoes_overconfidence() -> None:
    margins, up = overconfident()
    calibration = fit_platt(margins, up)
    assert calibration.a == pytest.approx(1 / 3, abs=0.02)
    assert expected_calibration_error(apply_platt(calibration, margins), up) < 0.02
    assert expected_calibration_error(1 / (1 + np.exp(-margins)), up) > 0.1


def test_platt_is_logistic_regression() -> None:
    margins, up = overconfident()
    ours = fit_platt(margins, up)
    theirs = LogisticRegression(C=1e6).fit(margins[:, None], up)
    assert ours.a == pytest.approx(float(theirs.coef_[0, 0]), abs=1e-3)
    assert ours.b == pytest.approx(float(theirs.intercept_[0]), abs=1e-3)


def test_margins_that_point_the_wrong_way_get_the_base_rate() -> None:
    margins, up = overconfident()
    calibration = fit_platt(-margins, up)
    assert calibration.a == 0.0
    assert apply_platt(calibration, margins) == pytest.approx(up.mean(), abs=1e-3)


@pytest.mark.parametrize("up", [np.zeros(50, bool), np.ones(50, bool)])
def test_one_sided_labels_stay_finite(up: np.ndarray) -> None:
    p_up = apply_platt(fit_platt(np.linspace(-1, 1, 50), up), np.array([-9.0, 9.0]))
    assert np.all((p_up > 0) & (p_up < 1))


def test_a_flat_column_stays_finite() -> None:
    p_up = apply_platt(fit_platt(np.zeros(100), np.arange(100) < 70), np.zeros(1))
    assert p_up[0] == pytest.approx(0.7, abs=0.02)
