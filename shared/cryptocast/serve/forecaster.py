"""A model at work (`Forecaster`) and the step of the cycle that issues forecasts (`forecast`)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np

from cryptocast.domain import (
    BAR_INTERVAL_S,
    Call,
    CycleWindow,
    DataLabel,
    FeatureRow,
    Forecast,
    Horizon,
    StepReport,
)
from cryptocast.errors import BadInput, CorruptArtifact, ModelNotFound, StoreUnavailable
from cryptocast.features.spec import FEATURE_NAMES
from cryptocast.missing import NOT_ISSUED, NOT_SHOWN, inputs_only
from cryptocast.observability import get_logger
from cryptocast.registry.explain import Explainer
from cryptocast.registry.load import Artifact
from cryptocast.registry.price_model import PriceModel
from cryptocast.series import Floats
from cryptocast.serve.online_record import to_json
from cryptocast.store import bars, feature_rows, forecasts, quarantine, shadow_forecasts
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from cryptocast.validate.split import valid_forecasts


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the model says of one feature row."""

    p_up: float
    call: Call
    confidence: float
    contributions: Mapping[str, float]
    """Per feature, in log-odds; with `bias` they add up to `margin`."""
    bias: float
    margin: float
    """Log-odds before calibration."""


class Forecaster:
    """One loaded model version. Raises `CorruptArtifact` where the files cannot be used."""

    def __init__(self, artifact: Artifact, threads: int = 1) -> None:
        self._model = PriceModel(artifact, threads)
        self.manifest = artifact.manifest
        self.version = self.manifest.version
        self.features = self.manifest.feature_names
        if "trees.json" not in artifact.files:
            raise CorruptArtifact(f"{self.version}: the manifest names no trees.json")
        self.horizon: Horizon = self._model.horizon
        self.threshold = self._model.abstain.threshold
        self._explainer = Explainer.from_json(artifact.files["trees.json"])
        if self._explainer.features != self.features:
            raise CorruptArtifact(f"{self.version}: trees.json is of other features than the manifest")

    def p_up(self, x: Floats) -> Floats:
        """(n, features) → (n,) calibrated probability that the price is higher at the horizon."""
        return self._model.p_up(x)

    def estimate(self, x: Floats) -> list[Estimate]:
        """(n, features) → one `Estimate` a row. Contributions come with it."""
        if len(x) == 0:
            return []
        margins, given = self._model.margins(x), self._explainer.contributions(x)
        return [
            self._estimate(float(p), float(margin), row)
            for p, margin, row in zip(self._model.calibrated(margins), margins, given, strict=True)
        ]

    def predict_one(self, values: Mapping[str, float]) -> Estimate:
        """One feature row by name. Raises `BadInput` where a name is absent, unknown or not finite."""
        return self.estimate(np.array([self.ordered(values)], dtype=np.float64))[0]

    def ordered(self, values: Mapping[str, float]) -> list[float]:
        """The model's own values in its order, each number finite; a row holds every candidate feature."""
        if absent := [name for name in self.features if name not in values]:
            names = "feature_names of this horizon in GET /v1/models names those of its model"
            raise BadInput(f"features are absent: {', '.join(absent)} ({names})")
        if unknown := sorted(set(values) - set(self.features) - set(FEATURE_NAMES)):
            raise BadInput(f"features are unknown: {', '.join(unknown)}")
        if wrong := [name for name in self.features if not math.isfinite(values[name])]:
            raise BadInput(f"features are not finite numbers: {', '.join(wrong)}")
        return [float(values[name]) for name in self.features]

    def _estimate(self, p_up: float, margin: float, given: Sequence[float] | Floats) -> Estimate:
        confidence = max(p_up, 1 - p_up)
        call = Call.ABSTAIN
        if confidence >= self.threshold and p_up != 0.5:
            call = Call.UP if p_up > 0.5 else Call.DOWN
        contributions = {name: float(v) for name, v in zip(self.features, given, strict=True)}
        return Estimate(p_up, call, confidence, contributions, self._explainer.bias, margin)


class Forecasters(Protocol):
    """Who serves and who is tried: `serve.champions.Champions`."""

    def forecaster(self, horizon: Horizon) -> Forecaster: ...

    def candidate(self, horizon: Horizon) -> Forecaster | None: ...


def forecast(
    db: Database,
    online: OnlineStore,
    forecasters: Forecasters,
    window: CycleWindow,
    symbols: Sequence[str],
    data_label: DataLabel,
    missing: Sequence[str] = (),
) -> StepReport:
    """Issue a forecast for every horizon with a champion and every feature row of the window.

    Of `missing`, what the cycle's earlier steps named, each forecast carries what tells of inputs. Stored
    forecasts are never rewritten, so the step may run twice. A horizon whose champion is absent, corrupt or
    of another feature version, rows that are all too late, a coin without a row or a close, and an online
    store that does not answer are named and the rest goes on. Candidates forecast last. Raises
    `StoreUnavailable` where a store does not answer.
    """
    report = StepReport("forecast")
    rows = _rows(db, window, symbols)
    report.rows_in = len(rows)
    closes = _closes(db, rows)
    report.missing += _absent(rows, closes, window, symbols)
    issued: list[Forecast] = []
    for horizon in Horizon:
        try:
            champion = forecasters.forecaster(horizon)
        except (ModelNotFound, CorruptArtifact) as error:
            report.missing.append(f"{NOT_ISSUED}{horizon.value}: {error}")
            continue
        fitting = [row for row in rows if row.feature_version == champion.manifest.feature_version]
        in_time = _in_time(fitting, horizon, window.now, data_label)
        if rows and not in_time:
            report.missing.append(f"{NOT_ISSUED}{horizon.value}: {_why_none(champion, fitting)}")
        issued += issue(champion, in_time, closes, window.now, data_label, inputs_only(missing))
        report.detail.setdefault("champions", {})[horizon.value] = champion.version
    _store(db, online, issued, window, report)
    report.detail["candidates"] = _try_candidates(db, forecasters, rows, closes, window, data_label)
    return report


def _why_none(champion: Forecaster, fitting: Sequence[FeatureRow]) -> str:
    """Why of the rows that there are none is forecast."""
    if fitting:
        return f"the {len(fitting)} rows came too late, their outcomes are known"
    return (
        f"{champion.version} reads feature version {champion.manifest.feature_version}, the rows have another"
    )


def _try_candidates(
    db: Database,
    forecasters: Forecasters,
    rows: Sequence[FeatureRow],
    closes: Mapping[tuple[str, datetime], float],
    window: CycleWindow,
    data_label: DataLabel,
) -> dict[str, str]:
    """Record what the candidates say of the same rows, in a table of their own; say how that went."""
    said: dict[str, str] = {}
    for horizon in Horizon:
        try:
            candidate = forecasters.candidate(horizon)
            if candidate is None:
                continue
            fitting = [row for row in rows if row.feature_version == candidate.manifest.feature_version]
            in_time = _after_its_data(_in_time(fitting, horizon, window.now, data_label), candidate)
            issued = issue(candidate, in_time, closes, window.now, data_label)
            valid, rejected = valid_forecasts(issued, window.now) if issued else ([], [])
            stored = shadow_forecasts.insert(db, valid)
            said[horizon.value] = f"{candidate.version}: {stored} recorded, {len(rejected)} refused"
        except Exception as error:  # it is on trial: no fault of it may stop the cycle
            said[horizon.value] = f"not recorded: {type(error).__name__}: {error}"
            get_logger().warning("candidate %s: %s", horizon.value, said[horizon.value])
    return said


def _after_its_data(rows: Sequence[FeatureRow], candidate: Forecaster) -> list[FeatureRow]:
    """A replay that catches up holds rows that the candidate was made from: those prove nothing of it."""
    window = candidate.manifest.data_window
    return [row for row in rows if window is None or row.as_of >= window.until]


def issue(
    champion: Forecaster,
    rows: Sequence[FeatureRow],
    closes: Mapping[tuple[str, datetime], float],
    issued_at: datetime,
    data_label: DataLabel,
    missing: Iterable[str] = (),
) -> list[Forecast]:
    """One `Forecast` for each row that has a close at its `as_of`; stores nothing."""
    known = [row for row in rows if (row.symbol, row.as_of) in closes]
    if not known:
        return []
    x = np.array([champion.ordered(row.values) for row in known], dtype=np.float64)
    return [
        Forecast(
            symbol=row.symbol,
            horizon=champion.horizon,
            as_of=row.as_of,
            issued_at=issued_at,
            p_up=estimate.p_up,
            call=estimate.call,
            confidence=estimate.confidence,
            price=closes[row.symbol, row.as_of],
            contributions=estimate.contributions,
            model_version=champion.version,
            data_label=data_label,
            missing=tuple(dict.fromkeys((*row.missing, *missing))),
        )
        for row, estimate in zip(known, champion.estimate(x), strict=True)
    ]


def _in_time(
    rows: Sequence[FeatureRow], horizon: Horizon, now: datetime, data_label: DataLabel
) -> list[FeatureRow]:
    """The rows whose outcome is still open at `now`. Live, a forecast of the past is none.

    A replay or a simulation that catches up keeps them all: its label says what they are.
    """
    if data_label is not DataLabel.LIVE:
        return list(rows)
    return [row for row in rows if row.as_of + timedelta(seconds=horizon.seconds) > now]


def _rows(db: Database, window: CycleWindow, symbols: Sequence[str]) -> list[FeatureRow]:
    grid, wanted = set(window.grid()), set(symbols)
    after = window.as_of + timedelta(seconds=BAR_INTERVAL_S)
    found = feature_rows.between(db, window.since, after)
    return [row for row in found if row.as_of in grid and row.symbol in wanted]


def _closes(db: Database, rows: Sequence[FeatureRow]) -> dict[tuple[str, datetime], float]:
    closes = {}
    for symbol in sorted({row.symbol for row in rows}):
        moments = [row.as_of for row in rows if row.symbol == symbol]
        closes.update({(symbol, at): price for at, price in bars.closes_at(db, symbol, moments).items()})
    return closes


def _absent(
    rows: Sequence[FeatureRow],
    closes: Mapping[tuple[str, datetime], float],
    window: CycleWindow,
    symbols: Sequence[str],
) -> list[str]:
    current = {row.symbol for row in rows if row.as_of == window.as_of}
    named = [
        f"{NOT_ISSUED}{symbol}: no feature row at {window.as_of:%Y-%m-%d %H:%M}"
        for symbol in symbols
        if symbol not in current
    ]
    priceless = Counter(row.symbol for row in rows if (row.symbol, row.as_of) not in closes)
    return named + [
        f"{NOT_ISSUED}{symbol}: {n} rows have no close" for symbol, n in sorted(priceless.items())
    ]


def _store(
    db: Database, online: OnlineStore, issued: Sequence[Forecast], window: CycleWindow, report: StepReport
) -> None:
    valid, rejected = valid_forecasts(issued, window.now)
    report.rows_rejected = len(rejected)
    if rejected:
        quarantine.add(db, rejected, window.now)
    report.rows_stored = forecasts.insert(db, valid) if valid else 0
    report.detail["issued"] = {h.value: sum(one.horizon is h for one in valid) for h in Horizon}
    report.detail["abstained"] = sum(one.call is Call.ABSTAIN for one in valid)
    newest = {(one.symbol, one.horizon): one for one in sorted(valid, key=lambda f: f.as_of)}
    updates: dict[str, dict[str, str]] = {}
    # Shown is what the record holds: where a step runs twice, its first answer stands.
    for one in forecasts.held(db, newest.values()):
        updates.setdefault(one.symbol, {})[f"forecast:{one.horizon.value}"] = to_json(one)
    try:
        online.write_newer(updates)
    except StoreUnavailable as error:
        report.missing.append(f"{NOT_SHOWN}the forecasts are not shown ({error})")
