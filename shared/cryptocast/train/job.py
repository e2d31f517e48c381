"""The training job: one challenger per horizon, registered, and handed to the gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cryptocast.domain import DataLabel, Horizon, floor_to_grid
from cryptocast.errors import CorruptArtifact, CryptocastError, ModelNotFound, NotEnoughData, RegistryError
from cryptocast.features.rows import FeatureTable
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.decision import Verdict
from cryptocast.registry.layout import SENTIMENT, price_model
from cryptocast.registry.load import read_champion
from cryptocast.series import BarSeries, DocumentSeries
from cryptocast.store.database import Database
from cryptocast.train.challenger import Challenger, make_challenger
from cryptocast.train.dataset import (
    Examples,
    build_examples,
    build_table,
    first_moment,
    newest_close,
    read_series,
)
from cryptocast.train.fit import FitRules
from cryptocast.train.gate import pass_gate
from cryptocast.train.hiring import source_of
from cryptocast.train.recipe import prepare
from cryptocast.train.register import TrainingRules, register
from cryptocast.train.revision import code_revision as git_revision
from cryptocast.train.selftest import SelfTest, live_equals_bulk, run_self_tests
from cryptocast.train.shadow_gate import DAY_CYCLES
from cryptocast.train.splits import HISTORY_DAYS, Plan, SplitRules
from cryptocast.train.tracking import track
from cryptocast.train.tuning import Tuner

_FIT, _SPLIT = FitRules(), SplitRules()

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What became of one horizon."""

    horizon: Horizon
    version: str | None
    """None where nothing was registered."""
    promoted: bool
    reason: str
    rows: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)
    verdict: Verdict = "refused"
    warning: str = ""
    """What went wrong beside the training, e.g. a tracking server that does not answer."""
    tuning: str = ""
    """What came of tuning, where there was any."""

    @property
    def line(self) -> str:
        """For people."""
        if self.version is None:
            return f"{self.horizon.value}: nothing registered: {self.reason}"
        did = {"promoted": "promoted", "candidate": "candidate", "refused": "registered, not promoted"}
        accuracy = f"accuracy {self.metrics['accuracy']:.1%} of {self.metrics['n']:.0f} held-out rows"
        warned = f"; warning: {self.warning}" if self.warning else ""
        tuning = f"; {self.tuning}" if self.tuning else ""
        said = f"{accuracy}; {self.reason}{tuning}{warned}"
        return f"{self.horizon.value}: {self.version} {did[self.verdict]}: {said}"


def train(
    bucket: Bucket,
    db: Database,
    symbols: Sequence[str],
    horizons: Sequence[Horizon],
    until: datetime,
    now: datetime,
    data_label: DataLabel,
    *,
    sentiment_version: str | None = None,
    code_revision: str | None = None,
    trigger: str = "",
    fit: FitRules = _FIT,
    split: SplitRules = _SPLIT,
    workers: int = 2,
    shadow_cycles: int = DAY_CYCLES,
    tracking_uri: str | None = None,
    make_tuner: Callable[[Mapping[str, Any]], Tuner] | None = None,
    progress: Progress | None = None,
) -> list[TrainingReport]:
    """Train on `HISTORY_DAYS` up to `until`. Raises `NotEnoughData`, `StoreUnavailable`."""
    end = min(floor_to_grid(until), newest_close(db, symbols) or until)
    since, version = end - timedelta(days=HISTORY_DAYS), sentiment_version or _serving_sentiment(bucket)
    series = read_series(db, symbols, since, end, version)
    rules = TrainingRules(
        until=end,
        now=now,
        data_label=data_label,
        code_revision=code_revision or git_revision({}),
        trigger=trigger,
        sentiment_version=version,
        since=since,
        fit=fit,
        split=split,
        workers=workers,
        shadow_cycles=shadow_cycles,
        tracking_uri=tracking_uri,
        tuner=make_tuner(source_of(symbols, since, end, version)) if make_tuner else None,
    )
    return train_from_series(bucket, *series, horizons, rules, progress=progress)


def train_from_series(
    bucket: Bucket,
    bars: Mapping[str, BarSeries],
    documents: DocumentSeries,
    horizons: Sequence[Horizon],
    rules: TrainingRules,
    *,
    progress: Progress | None = None,
) -> list[TrainingReport]:
    """The same without a database: from series, e.g. read from files."""
    until_s = int(rules.until.timestamp())
    tell = progress or _silent
    tell("training", 0, len(horizons) + 1)
    since_s = first_moment(bars, rules.since)
    table = build_table(bars, documents, since_s, until_s)
    rows_test = live_equals_bulk(bars, documents, table)
    tell("training", 1, len(horizons) + 1)
    with ThreadPoolExecutor(max(1, rules.workers), thread_name_prefix="train") as pool:
        jobs = [
            pool.submit(train_horizon, bucket, bars, table, horizon, rules, [rows_test])
            for horizon in horizons
        ]
        try:
            for done, _ in enumerate(as_completed(jobs), start=2):
                tell("training", done, len(horizons) + 1)
        except KeyboardInterrupt:
            if rules.tuner:
                rules.tuner.stop()
            raise
    return [job.result() for job in jobs]


def train_horizon(
    bucket: Bucket,
    bars: Mapping[str, BarSeries],
    table: FeatureTable,
    horizon: Horizon,
    rules: TrainingRules,
    rows_tests: Sequence[SelfTest] = (),
) -> TrainingReport:
    """One horizon: fit, test itself, register, pass the gate. `rows_tests` are those of the table."""
    pool = build_examples(bars, table, horizon, int(rules.until.timestamp()))
    try:
        prepared = prepare(pool, rules.split, rules.fit)
        examples, plan = prepared.examples, prepared.plan
        rules = _tuned(examples, plan, horizon, rules)
        challenger = make_challenger(examples, plan, rules.split.embargo_s, rules.fit)
    except NotEnoughData as error:
        return TrainingReport(horizon, None, False, str(error), len(pool))
    own_tests = run_self_tests(examples, plan, challenger, rules.fit, rules.split.embargo_s)
    tests = [*rows_tests, *own_tests]
    if failed := [test for test in tests if not test.passed]:
        reason = "; ".join(f"self-test failed: {test.name}: {test.reason}" for test in failed)
        return TrainingReport(horizon, None, False, reason, len(examples), challenger.held_out)
    try:
        version = register(bucket, examples, plan, challenger, tests, prepared.selection, horizon, rules)
    except RegistryError as error:
        return TrainingReport(horizon, None, False, str(error), len(examples), challenger.held_out)
    return _judged(bucket, pool, plan, challenger, version, horizon, rules)


def _judged(
    bucket: Bucket,
    pool: Examples,
    plan: Plan,
    challenger: Challenger,
    version: str,
    horizon: Horizon,
    rules: TrainingRules,
) -> TrainingReport:
    """What the gate says of a registered version, on held-out rows with every candidate feature."""
    name, held_out = price_model(horizon), pool.take(plan.held_out)
    try:
        decision = pass_gate(bucket, name, version, held_out, rules.now, rules.shadow_cycles)
    except CryptocastError as error:  # registered, but not judged: the other horizons go on
        reason = f"the gate could not decide: {error}"
        return TrainingReport(horizon, version, False, reason, len(pool), challenger.held_out)
    return TrainingReport(
        horizon,
        version,
        decision.promoted,
        decision.reason,
        len(pool),
        challenger.held_out,
        decision.verdict,
        track(bucket, name, decision, rules.tracking_uri),
        str(rules.tuning.get("reason", "")),
    )


def _tuned(examples: Examples, plan: Plan, horizon: Horizon, rules: TrainingRules) -> TrainingRules:
    """The rules with the parameters that tuning chose, and what came of it."""
    if rules.tuner is None:
        return rules
    tuned = rules.tuner.tune(examples, plan, rules.split, rules.fit, horizon)
    return replace(rules, fit=tuned.fit, tuning=tuned.report)


def _serving_sentiment(bucket: Bucket) -> str | None:
    try:
        return read_champion(bucket, SENTIMENT)[0].version
    except (ModelNotFound, CorruptArtifact):
        return None


def _silent(_task: str, _done: int, _total: int) -> None:
    pass
