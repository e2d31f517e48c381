"""From margins to honest probabilities."""

from __future__ import annotations

import math

import numpy as np

from cryptocast.registry.manifest import Calibration
from cryptocast.series import Bools, Floats


def fit_platt(margins: Floats, up: Bools) -> Calibration:
    """Platt's scaling with his smoothed targets (Lin, Lin & Weng 2007), by Newton's method.

    Where higher margins did not go with more ups, the slope is 0: every row then gets the base rate,
    because a model that orders nothing out of fold must not speak with confidence.
    """
    ups = int(up.sum())
    downs = len(up) - ups
    target = np.where(up, (ups + 1) / (ups + 2), 1 / (downs + 2))
    a, b = _newton(margins, target)
    if a > 0:
        return Calibration(a=a, b=b)
    return Calibration(a=0.0, b=math.log((ups + 1) / (downs + 1)))


def platt_slope(margins: Floats, up: Bools) -> float:
    """Platt's scaling without an intercept: no margin, no lean. 0 where the margins order nothing."""
    a = 1.0
    target = up.astype(np.float64)
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(a * margins, -30, 30)))
        gradient = float(margins @ (p - target))
        hessian = float((margins * margins) @ np.maximum(p * (1 - p), 1e-9)) + 1e-6
        step = float(np.clip(gradient / hessian, -5.0, 5.0))
        a -= step
        if abs(step) < 1e-9:
            break
    return max(a, 0.0)


def _newton(margins: Floats, target: Floats) -> tuple[float, float]:
    """Logistic regression of `target` on one column; the tiny ridge keeps a flat column solvable."""
    a, b = 0.0, math.log(float(target.mean() / (1 - target.mean())))
    columns = np.column_stack([margins, np.ones_like(margins)])
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(a * margins + b, -30, 30)))
        gradient = columns.T @ (p - target)
        weight = np.maximum(p * (1 - p), 1e-9)
        hessian = (columns * weight[:, None]).T @ columns + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        step /= max(1.0, float(np.abs(step).max()) / 5)
        a, b = a - float(step[0]), b - float(step[1])
        if float(np.abs(step).max()) < 1e-9:
            break
    return a, b
