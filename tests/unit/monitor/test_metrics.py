from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from cryptocast.domain import CycleWindow, Horizon
from cryptocast.monitor.drift import Drift
from cryptocast.monitor.metrics import Measured, Metric, MetricsNotPut, metrics_of, put_metrics
from cryptocast.monitor.quality import Quality
from cryptocast.store.outcomes import OutcomeSummary
from tests.factories import AS_OF
from tests.template import ROOT, load_template, of_type

WINDOW = CycleWindow(AS_OF, AS_OF - timedelta(minutes=15), AS_OF + timedelta(seconds=40))
QUALITY = Quality({"bars coinbase": 3, "quotes coingecko": 1}, {"ETH": 2}, 1, ())


def values(points: list[Metric]) -> dict[tuple[str, str | None], float]:
    return {(p.name, p.horizon.value if p.horizon else None): p.value for p in points}


def test_each_horizon_and_the_worst_of_all() -> None:
    scores = {
        Horizon.H1: OutcomeSummary(100, 20, 0.55, 0.24, 0.2, 100, 80, 0.05),
        Horizon.H4: OutcomeSummary(100, 50, 0.45, 0.27, 0.5, 64, 64, 0.02),
    }
    drifts = {h: Drift(share, (), {}, 400) for h, share in ((Horizon.H1, 0.2), (Horizon.H4, 0.0))}
    found = values(metrics_of(Measured(WINDOW, QUALITY, scores, drifts)))
    assert found == {
        ("ForecastAccuracy", "1h"): 0.55,
        ("ForecastAccuracy", "4h"): 0.45,
        ("ForecastAccuracy", None): 0.45,
        # 80 moments called at are 20 independent ones at 1 h, 64 are 4 at 4 h.
        ("ForecastAccuracyUpper95", "1h"): pytest.approx(0.742, abs=1e-3),
        ("ForecastAccuracyUpper95", "4h"): pytest.approx(0.824, abs=1e-3),
        ("ForecastAccuracyUpper95", None): pytest.approx(0.742, abs=1e-3),
        ("ForecastBrierLower95", "1h"): pytest.approx(0.24 - 1.96 * 0.05 / 5),
        ("ForecastBrierLower95", "4h"): pytest.approx(0.27 - 1.96 * 0.02 / 2),
        ("ForecastBrierLower95", None): pytest.approx(0.27 - 1.96 * 0.02 / 2),
        ("ForecastBrier", "1h"): 0.24,
        ("ForecastBrier", "4h"): 0.27,
        ("ForecastBrier", None): 0.27,
        ("Coverage", "1h"): 0.2,
        ("Coverage", "4h"): 0.5,
        ("Coverage", None): 0.2,
        ("FeatureDrift", "1h"): 0.2,
        ("FeatureDrift", "4h"): 0.0,
        ("FeatureDrift", None): 0.2,
        ("QuarantinedRows", None): 4,
        ("MissingBars", None): 2,
        ("CycleAgeSeconds", None): 40,
    }


def test_one_wrong_call_is_no_alarm_and_many_are() -> None:
    def upper(accuracy: float, moments: int) -> float:
        score = OutcomeSummary(480, 480, accuracy, 0.25, 1.0, 96, moments, 0.02)
        return values(metrics_of(Measured(WINDOW, QUALITY, {Horizon.M15: score})))[
            "ForecastAccuracyUpper95", "15m"
        ]

    assert upper(0.0, 1) > 0.5
    assert upper(0.42, 20) > 0.5
    assert upper(0.38, 96) < 0.5


def test_what_was_not_measured_is_absent_not_zero() -> None:
    scores = {Horizon.H1: OutcomeSummary(60, 0, None, 0.25, 0.0)}
    found = values(metrics_of(Measured(WINDOW, QUALITY, scores)))
    assert ("ForecastAccuracy", "1h") not in found
    assert ("FeatureDrift", None) not in found
    assert ("CollectorsFailed", None) not in found
    assert found["Coverage", None] == 0.0
    assert ("HorizonsWithoutForecast", None) not in found
    told = values(metrics_of(Measured(WINDOW, QUALITY, collectors_failed=0, horizons_without_forecast=0)))
    assert told["CollectorsFailed", None] == told["HorizonsWithoutForecast", None] == 0


def test_they_arrive_under_stage_and_horizon(cloudwatch: Any) -> None:
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    points = [Metric("ForecastBrier", 0.27, horizon=Horizon.H4), Metric("ForecastBrier", 0.27)]
    assert put_metrics(cloudwatch, "Cryptocast", "dev", points, at) == 2
    listed = cloudwatch.list_metrics(Namespace="Cryptocast", MetricName="ForecastBrier")["Metrics"]
    dimensions = sorted(sorted((d["Name"], d["Value"]) for d in m["Dimensions"]) for m in listed)
    assert dimensions == [[("Horizon", "4h"), ("Stage", "dev")], [("Stage", "dev")]]
    statistics = cloudwatch.get_metric_statistics(
        Namespace="Cryptocast",
        MetricName="ForecastBrier",
        Dimensions=[{"Name": "Stage", "Value": "dev"}],
        StartTime=at - timedelta(minutes=1),
        EndTime=at + timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum"],
    )
    assert [p["Maximum"] for p in statistics["Datapoints"]] == [0.27]


def test_many_points_go_out_in_parts(cloudwatch: Any) -> None:
    sizes: list[int] = []

    class Recording:
        def put_metric_data(self, **kwargs: Any) -> Any:
            sizes.append(len(kwargs["MetricData"]))
            assert "Timestamp" not in kwargs["MetricData"][0]

    assert put_metrics(Recording(), "C", "dev", [Metric("MissingBars", 1)] * 1_500, None) == 1_500
    assert sizes == [1_000, 500]


def test_a_cloudwatch_that_does_not_answer_is_retried() -> None:
    class Gone:
        def put_metric_data(self, **kwargs: Any) -> Any:
            raise EndpointConnectionError(endpoint_url="https://monitoring")

    with pytest.raises(MetricsNotPut):
        put_metrics(Gone(), "C", "dev", [Metric("MissingBars", 1)], None)


def test_readme_counts_the_metrics_that_cost() -> None:
    scores = dict.fromkeys(Horizon, OutcomeSummary(100, 20, 0.55, 0.24, 0.2, 100, 80, 0.05))
    drifts = {horizon: Drift(0.2, (), {}, 400) for horizon in Horizon}
    told = metrics_of(Measured(WINDOW, QUALITY, scores, drifts, 0, 0))
    alarms = of_type(load_template(), "AWS::CloudWatch::Alarm")
    assert len(alarms) == 13
    cost = 0.30 * (len(told) - 10) + 0.10 * (len(alarms) - 10)
    words = f"{len(told)} metrics, about ${cost:.2f} a month and stage with thirteen alarms"
    assert words in (ROOT / "README.md").read_text()
