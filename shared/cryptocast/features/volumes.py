"""The features of one coin's volume, on the grid. Bars without a known volume are left out."""

from __future__ import annotations

import numpy as np

from cryptocast.features.grid import DAY, window_sum
from cryptocast.features.placed import CUT, Placed, log, mean, ratio, scaled
from cryptocast.series import Bools, Floats

_MOST_DEVIATIONS = 6.0


def volume_features(placed: Placed) -> dict[str, Floats]:
    """By name; every array is finite and has the grid's shape."""
    volume = placed.volume
    usual = mean(volume, DAY)
    signed = np.sign(placed.step) * volume
    out = {"volume_score": _score(volume)}
    for label, width in (("1h", 4), ("4h", 16)):
        out[f"volume_ratio_{label}"] = _log_ratio(mean(volume, width), usual)
    for label, width in (("15m", 1), ("1h", 4), ("4h", 16)):
        out[f"signed_volume_{label}"] = np.clip(ratio(mean(signed, width), usual), -CUT, CUT)
    for label, width in (("4h", 16), ("24h", DAY)):
        out[f"vwap_distance_{label}"] = _from_vwap(placed, width)
    return out


def volume_missing(placed: Placed, fewest: int) -> Bools:
    """Where the newest bar's volume, or that of more than half of the last 96, is absent."""
    there = np.isfinite(placed.volume)
    return np.asarray(~there | (window_sum(there.astype(np.float64), DAY) < fewest))


def _score(volume: Floats) -> Floats:
    traded = volume > 0
    logs = np.where(traded, log(np.where(traded, volume, 1.0)), np.nan)
    centre = mean(logs, DAY)
    spread = np.sqrt(np.maximum(mean(logs * logs, DAY) - centre * centre, 0.0))
    score = np.where(traded & (spread > 1e-9), (logs - centre) / np.maximum(spread, 1e-9), 0.0)
    return np.clip(score, -_MOST_DEVIATIONS, _MOST_DEVIATIONS)


def _log_ratio(above: Floats, below: Floats) -> Floats:
    both = (above > 0) & (below > 0)
    return np.where(both, log(np.where(both, above, 1.0) / np.where(both, below, 1.0)), 0.0)


def _from_vwap(placed: Placed, width: int) -> Floats:
    there = np.isfinite(placed.volume) & placed.present
    volume = np.where(there, placed.volume, 0.0)
    typical = np.where(there, (placed.high + placed.low + placed.close) / 3, 0.0)
    total = window_sum(volume, width)
    average = ratio(window_sum(typical * volume, width), total, np.nan)
    return scaled(placed.carried - log(average), placed.sigma, width)
