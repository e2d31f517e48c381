"""The last step of a cycle: outcomes, quality, drift, metrics, the head of the record, the cycle itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptocast.domain import CycleWindow, Horizon, StepReport
from cryptocast.monitor.metrics import CloudWatch, Measured, metrics_of, put_metrics
from cryptocast.monitor.outcomes import Recorded, recent_scores, record_outcomes
from cryptocast.monitor.quality import Quality, measure_quality
from cryptocast.monitor.reference import measure_drift
from cryptocast.monitor.shadow import judge_candidates
from cryptocast.record.heads import publish_or_name
from cryptocast.registry.bucket import Bucket
from cryptocast.store import cycles
from cryptocast.store.database import Database
from cryptocast.train.shadow_gate import DAY_CYCLES


def monitor(
    db: Database,
    cloudwatch: CloudWatch,
    window: CycleWindow,
    namespace: str,
    stage: str,
    symbols: Sequence[str],
    *,
    bucket: Bucket | None = None,
    shadow_cycles: int = DAY_CYCLES,
    metric_time: datetime | None = None,
    started_at: datetime | None = None,
    steps: Mapping[str, Any] | Sequence[Any] | None = None,
) -> StepReport:
    """Judge past forecasts and candidates, measure quality and drift, publish the head, tell CloudWatch.

    In: forecasts that came due; stored: outcomes. `metric_time` is the wall clock's (`put_metrics`).
    `started_at` and `steps`, the other steps' reports, go into the record of the cycle. All is stored
    before CloudWatch is told: a run that raises `MetricsNotPut` may be repeated. Raises `StoreUnavailable`.
    """
    recorded = record_outcomes(db, window, symbols)
    quality = measure_quality(db, window, symbols)
    drifts = measure_drift(db, bucket, window.as_of)
    heads, unpublished = publish_or_name(db, bucket, window.now)
    shadows = judge_candidates(db, bucket, window, shadow_cycles)
    scores = recent_scores(db, window.as_of)
    failed, without = _collectors_failed(steps), _horizons_without_forecast(steps)
    measured = Measured(window, quality, scores, drifts.by_horizon, failed, without)
    report = StepReport(
        "monitor",
        rows_in=recorded.stored + recorded.waiting + recorded.unknown,
        rows_stored=recorded.stored,
        missing=[*_missing(recorded, quality), *drifts.missing, *shadows.missing, *unpublished],
        detail=_detail(measured, recorded) | {"heads": heads},
    )
    report.detail |= {"drift_waiting": drifts.waiting, "candidates": shadows.by_horizon}
    told = {"monitor": {"missing": report.missing, **report.detail}, "steps": steps or {}}
    _keep(db, window, started_at or window.now, metric_time or window.now, told)
    report.detail["metrics"] = put_metrics(cloudwatch, namespace, stage, metrics_of(measured), metric_time)
    return report


def _keep(
    db: Database, window: CycleWindow, started_at: datetime, recorded_at: datetime, told: Mapping[str, Any]
) -> None:
    """Record the cycle, and remove the records more than `cycles.KEPT_DAYS` older than its window."""
    body = {"recorded_at": recorded_at.isoformat(), **told}
    cycles.record(db, window.as_of, window.since, started_at, window.now, body)
    cycles.delete_before(db, window.since - timedelta(days=cycles.KEPT_DAYS))


def _collectors_failed(steps: Mapping[str, Any] | Sequence[Any] | None) -> int | None:
    """A source that is down is no failure of its collector: that one names it and goes on."""
    if not isinstance(steps, Mapping) or "collected" not in steps:
        return None
    return sum("error" in report for report in steps["collected"])


def _horizons_without_forecast(steps: Mapping[str, Any] | Sequence[Any] | None) -> int | None:
    """No step fails where a champion cannot be used, or a feature version has none: this count alone tells.

    A forecast step that failed issued nothing.
    """
    if not isinstance(steps, Mapping) or "collected" not in steps:
        return None
    issued = steps.get("forecasts", {}).get("detail", {}).get("issued", {})
    return sum(not issued.get(horizon.value) for horizon in Horizon)


def _missing(recorded: Recorded, quality: Quality) -> list[str]:
    said = list(quality.stale_sources)
    said += [f"{symbol}: {count} bars are absent" for symbol, count in quality.missing_bars.items()]
    if recorded.unknown:
        said.append(f"outcomes: {recorded.unknown} forecasts have no close after 48 h and stay unknown")
    return said


def _detail(measured: Measured, recorded: Recorded) -> dict[str, Any]:
    return {
        "outcomes": {"stored": recorded.stored, "waiting": recorded.waiting, "unknown": recorded.unknown},
        "quarantined": dict(measured.quality.quarantined),
        "missing_bars": dict(measured.quality.missing_bars),
        "bars_without_volume": measured.quality.bars_without_volume,
        "scores": {
            h.value: {"n": s.n, "brier": s.brier, "accuracy": s.accuracy, "coverage": s.coverage}
            for h, s in measured.scores.items()
        },
        "drift": {
            h.value: {"share": d.share, "drifted": list(d.drifted), "rows": d.rows}
            for h, d in measured.drifts.items()
        },
    }
