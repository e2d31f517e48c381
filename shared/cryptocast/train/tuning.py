"""Tuning: a study of trials over the tuning window, and whether its best setting is worth taking.

    |------------- the rows before the calibration slice, whole days: the tuning window -------------|
    |---- warm-up ----|- fold 1 -|- fold 2 -|- fold 3 -| gap |------------ confirmation ------------|

Trials are judged on the three folds. The best one and the fixed parameters then meet once on the
confirmation, which no trial saw. Neither the calibration slice nor the held-out slice is touched.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
import optuna

from cryptocast.domain import BAR_INTERVAL_S, Horizon
from cryptocast.errors import NotEnoughData, TransientError
from cryptocast.features.rows import FEATURE_VERSION
from cryptocast.registry.manifest import Calibration
from cryptocast.registry.price_model import apply_platt
from cryptocast.series import Floats
from cryptocast.store.studies import GRACE_S, HEARTBEAT_S, StudyStore, answered
from cryptocast.train.challenger import FOLD_ROWS
from cryptocast.train.dataset import Examples
from cryptocast.train.fit import FitRules, fit_known, margins
from cryptocast.train.hiring import run_workers
from cryptocast.train.splits import DAY_S, Plan, SplitRules
from cryptocast.train.statistics import diebold_mariano, finite
from cryptocast.train.trials import (
    DEFAULT,
    SLOPE,
    Search,
    Tell,
    default_params,
    finished,
    make_search,
    pruner,
    rules_of,
    run_trials,
    sampler,
    space,
)

SURE = 0.05
"""How likely luck may be at most, for a tuned setting to be taken."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class TuningRules:
    """`trials` in all, over every run of the study; `workers` processes here."""

    trials: int
    workers: int = 1
    heartbeat_s: int = HEARTBEAT_S
    grace_s: int = GRACE_S


@dataclass(frozen=True, slots=True)
class Tuned:
    """The rules to fit with, and the manifest's `tuning` block."""

    fit: FitRules
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return str(self.report["reason"])


class TuningStopped(TransientError):
    """Somebody ended the training; the study keeps what was done."""


class Tuner:
    """Tunes one horizon after another, however many threads ask.

    `source` says where a worker elsewhere finds the same examples (`hiring.read_examples`); `hire` is
    called with the study's name once it is open, to start such workers.
    """

    def __init__(
        self,
        url: str,
        rules: TuningRules,
        *,
        source: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
        hire: Callable[[str], None] | None = None,
    ) -> None:
        self._url = url
        self._rules = rules
        self._source = dict(source or {})
        self._progress = progress
        self._hire = hire
        self._turn = threading.Lock()
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Begin no further trial: whoever waits for `tune` gets `TuningStopped`."""
        self._stopped.set()

    def tune(
        self, examples: Examples, plan: Plan, split: SplitRules, base: FitRules, horizon: Horizon
    ) -> Tuned:
        """Continue the study up to the trials wanted, then choose. Raises `StoreUnavailable`."""
        window = tuning_window(examples, plan)
        try:
            search, own = make_search(examples, window, split, base)
        except NotEnoughData as error:
            return Tuned(base, {"trials": 0, **_not(f"not tuned: {error}")})
        attributes = {
            **self._source,
            "horizon": horizon.value,
            "window": list(window),
            "features": list(examples.features),
            "fit": asdict(base),
            "split": asdict(split),
            "trials": self._rules.trials,
        }
        with self._turn:
            sentiment = str(self._source.get("sentiment_version"))
            name = study_name(horizon, window, own, split, base, sentiment)
            return self._tune(name, search, own, attributes)

    def _tune(self, name: str, search: Search, own: Examples, attributes: dict[str, Any]) -> Tuned:
        rules = self._rules
        store = StudyStore(self._url, heartbeat_s=rules.heartbeat_s, grace_s=rules.grace_s)
        try:
            study = open_study(store, name, search.base, attributes)
            if self._hire and finished(study) < rules.trials:
                self._hire(name)
            with answered():
                self._run(store, study, search, attributes["horizon"])
                if self._stopped.is_set():
                    raise TuningStopped(f"tuning was stopped; the same command goes on with {name}")
                return choose(study, search, own)
        finally:
            store.close()

    def _run(self, store: StudyStore, study: optuna.Study, search: Search, horizon: str) -> None:
        rules = self._rules

        def tell(done: int, wanted: int) -> None:
            if self._progress:
                self._progress(f"trials {horizon}", min(done, wanted), wanted)

        tell(finished(study), rules.trials)
        if rules.workers > 1 and finished(study) < rules.trials:
            look = partial(self._look, study, tell)
            run_workers(self._url, study, search, rules, look)
        # Alone, or for what workers that died left behind.
        stop = self._stopped.is_set
        run_trials(store, study, search, rules.trials, wait=True, stop=stop, tell=tell)

    def _look(self, study: optuna.Study, tell: Tell) -> bool:
        tell(finished(study), self._rules.trials)
        return not self._stopped.is_set()


def tuner_for(
    url: str,
    trials: int,
    workers: int,
    progress: Progress | None = None,
    hire: Callable[[str], None] | None = None,
) -> Callable[[Mapping[str, Any]], Tuner] | None:
    """What `job.train` makes its tuner with; None where no trials are wanted."""
    if trials < 1:
        return None
    rules = TuningRules(trials, workers)
    return lambda source: Tuner(url, rules, source=source, progress=progress, hire=hire)


def tuning_window(examples: Examples, plan: Plan) -> tuple[int, int]:
    """[first, last) in POSIX seconds: the whole days before the calibration slice.

    Whole days, so that the same command later on the same day continues the same study.
    """
    return -(-int(examples.as_of[0]) // DAY_S) * DAY_S, plan.folds[-1].begins_s // DAY_S * DAY_S


def study_name(
    horizon: Horizon,
    window: tuple[int, int],
    own: Examples,
    split: SplitRules,
    base: FitRules,
    sentiment_version: str = "",
) -> str:
    """`prices-1h-20210901-20220120-1a2b3c4d`: the last part stands for rows, features, rules and space.

    Bars that were filled in since make it another study: trials on other rows cannot be compared.
    """
    what = {
        "rows": [hashlib.sha256(column.tobytes()).hexdigest() for column in (own.as_of, own.up)],
        "coins": [column.tolist() for column in np.unique(own.symbols, return_counts=True)],
        "features": [FEATURE_VERSION, sentiment_version, *own.features],
        "split": asdict(split),
        "fit": {**asdict(base), "threads": 0},
        "space": {name: repr(distribution) for name, distribution in space().items()},
    }
    digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:8]
    first, last = (datetime.fromtimestamp(edge, tz=UTC).strftime("%Y%m%d") for edge in window)
    return f"prices-{horizon.value}-{first}-{last}-{digest}"


def open_study(store: StudyStore, name: str, base: FitRules, attributes: dict[str, Any]) -> optuna.Study:
    """Find or make the study; the fixed parameters are its first trial."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = store.open(name, direction="minimize", pruner=pruner())
    with answered():
        study.sampler = sampler(base.seed, 0, len(study.trials))
        for key, value in attributes.items():
            study.set_user_attr(key, value)
    store.enqueue_once(study, default_params(base), {DEFAULT: True})
    return study


def choose(study: optuna.Study, search: Search, own: Examples) -> Tuned:
    """The best setting, where it beats the fixed parameters on the confirmation by more than luck."""
    trials = study.get_trials(deepcopy=False)
    counts = {state: sum(t.state.name == state.upper() for t in trials) for state in _STATES}
    fixed = next((t for t in trials if t.user_attrs.get(DEFAULT) and t.state.name == "COMPLETE"), None)
    if fixed is None:
        reason = "the fixed parameters stay: their own trial failed, so nothing can be compared"
        return Tuned(
            search.base, {"study": study.study_name, **counts, "trials": finished(study), **_not(reason)}
        )
    best = study.best_trial
    report: dict[str, Any] = {
        "study": study.study_name,
        "trials": finished(study),
        **counts,
        "best_log_loss": best.value,
        "default_log_loss": fixed.value,
        "taken": False,
    }
    if best.number == fixed.number or best.value is None:
        return Tuned(
            search.base, report | _not(f"the fixed parameters were the best of {report['trials']} trials")
        )
    tuned = rules_of(best, search.base)
    ours = confirmation_loss(search, tuned, best.user_attrs[SLOPE])
    theirs = confirmation_loss(search, search.base, fixed.user_attrs[SLOPE])
    held = own.take(search.plan.held_out)
    overlap = max(1, own.horizon_s // BAR_INTERVAL_S)
    test = diebold_mariano(ours, theirs, held.as_of, overlap)
    report |= {"gain": float(np.mean(theirs - ours)), "p_value": finite(test.p_value)}
    taken = report["gain"] > 0 and test.p_value < SURE
    days = (int(held.as_of[-1]) - int(held.as_of[0])) / DAY_S
    reason = (
        f"{'the tuned parameters were taken' if taken else 'the fixed parameters stay'}: on {days:.0f} days "
        f"that no trial saw, log loss {np.mean(ours):.5f} tuned, {np.mean(theirs):.5f} fixed, "
        f"{test.said}"
    )
    return Tuned(tuned if taken else search.base, {**report, "taken": taken, "reason": reason})


def confirmation_loss(search: Search, rules: FitRules, slope: float) -> Floats:
    """(rows of the confirmation,) log loss by a model fitted before it, its slope from the folds."""
    short = replace(rules, most_rows=min(rules.most_rows, FOLD_ROWS))
    plan, examples = search.plan, search.examples
    booster = fit_known(examples, plan.development, plan.held_out_begins_s, short)
    p_up = apply_platt(Calibration(a=slope), margins(booster, examples.x[plan.held_out]))
    return np.asarray(-np.log(np.where(examples.up[plan.held_out], p_up, 1 - p_up)))


_STATES = ("complete", "pruned", "fail")


def _not(reason: str) -> dict[str, Any]:
    return {"taken": False, "reason": reason}
