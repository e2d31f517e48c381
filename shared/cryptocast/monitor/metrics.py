"""What CloudWatch is told. Alarms watch these, so they go out with PutMetricData."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from cryptocast.domain import CycleWindow, Horizon
from cryptocast.errors import TransientError
from cryptocast.intervals import TWO_SIDED_95, independent_moments, wilson_95
from cryptocast.monitor.drift import Drift
from cryptocast.monitor.quality import Quality
from cryptocast.store.outcomes import OutcomeSummary

_MOST_AT_ONCE = 1_000
"""Data points in one PutMetricData, AWS's limit."""


class MetricsNotPut(TransientError):
    """CloudWatch did not take the metrics; the step may run again, its records are upserts."""


class CloudWatch(Protocol):
    """The one call that is used of the CloudWatch client."""

    def put_metric_data(self, **kwargs: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Metric:
    """One data point; without `horizon` it speaks for all of them."""

    name: str
    value: float
    unit: str = "None"
    horizon: Horizon | None = None


@dataclass(slots=True)
class Measured:
    """Everything one run of the monitor found."""

    window: CycleWindow
    quality: Quality
    scores: Mapping[Horizon, OutcomeSummary] = field(default_factory=dict)
    drifts: Mapping[Horizon, Drift] = field(default_factory=dict)
    collectors_failed: int | None = None
    """Collectors that ended in an error of their own; None where nobody told."""
    horizons_without_forecast: int | None = None
    """Horizons of which this cycle issued none; None where nobody told."""


def metrics_of(measured: Measured) -> list[Metric]:
    """Per horizon what has one, and the worst of all horizons without the dimension.

    A figure that could not be measured is absent; it is never put as zero.
    """
    points: list[Metric] = []
    for horizon, score in measured.scores.items():
        points += _score_points(horizon, score)
    points += [Metric("FeatureDrift", d.share, horizon=h) for h, d in measured.drifts.items()]
    points += _worst(points)
    if measured.collectors_failed is not None:
        points.append(Metric("CollectorsFailed", measured.collectors_failed, "Count"))
    if measured.horizons_without_forecast is not None:
        points.append(Metric("HorizonsWithoutForecast", measured.horizons_without_forecast, "Count"))
    age = (measured.window.now - measured.window.as_of).total_seconds()
    return [
        *points,
        Metric("QuarantinedRows", measured.quality.quarantined_rows, "Count"),
        Metric("MissingBars", measured.quality.absent_bars, "Count"),
        Metric("CycleAgeSeconds", max(0.0, age), "Seconds"),
    ]


def put_metrics(
    cloudwatch: CloudWatch, namespace: str, stage: str, points: Iterable[Metric], at: datetime | None
) -> int:
    """Put `points` under the dimension Stage, and Horizon where a point has one; returns how many.

    `at` is the wall clock's, not the cycle's: CloudWatch takes no stamp that is two weeks old, and
    alarms look at the present only. None leaves the stamp to CloudWatch. Raises `MetricsNotPut`.
    """
    data = [_datum(point, stage, at) for point in points]
    try:
        for start in range(0, len(data), _MOST_AT_ONCE):
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[start : start + _MOST_AT_ONCE])
    except (ClientError, BotoCoreError) as error:
        raise MetricsNotPut(f"cloudwatch: {error}") from error
    return len(data)


def _score_points(horizon: Horizon, score: OutcomeSummary) -> list[Metric]:
    found = {
        "ForecastAccuracy": score.accuracy,
        "ForecastAccuracyUpper95": _accuracy_upper(horizon, score),
        "ForecastBrier": score.brier,
        "ForecastBrierLower95": _brier_lower(horizon, score),
        "Coverage": score.coverage,
    }
    return [Metric(name, value, horizon=horizon) for name, value in found.items() if value is not None]


def _accuracy_upper(horizon: Horizon, score: OutcomeSummary) -> float | None:
    """What alarms watch: below ½ the calls are worse than chance explains, however few they are."""
    if score.accuracy is None:
        return None
    independent = independent_moments(score.moments_called, horizon.seconds)
    return wilson_95(score.accuracy, max(independent, 1.0))[1]


def _brier_lower(horizon: Horizon, score: OutcomeSummary) -> float | None:
    """What alarms watch: above 0.25 the forecasts are worse than always saying ½, and not by luck."""
    if score.brier is None or score.brier_deviation is None:
        return None
    independent = max(independent_moments(score.moments, horizon.seconds), 1.0)
    return score.brier - TWO_SIDED_95 * score.brier_deviation / math.sqrt(independent)


def _worst(points: Iterable[Metric]) -> list[Metric]:
    by_name: dict[str, list[float]] = {}
    for point in points:
        by_name.setdefault(point.name, []).append(point.value)
    higher_is_worse = {"ForecastBrier", "ForecastBrierLower95", "FeatureDrift"}
    return [
        Metric(name, max(values) if name in higher_is_worse else min(values))
        for name, values in by_name.items()
    ]


def _datum(point: Metric, stage: str, at: datetime | None) -> dict[str, Any]:
    dimensions = [{"Name": "Stage", "Value": stage}]
    if point.horizon is not None:
        dimensions.append({"Name": "Horizon", "Value": point.horizon.value})
    datum = {
        "MetricName": point.name,
        "Dimensions": dimensions,
        "Value": float(point.value),
        "Unit": point.unit,
    }
    return datum if at is None else {**datum, "Timestamp": at}
