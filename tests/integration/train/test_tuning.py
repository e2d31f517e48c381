"""Studies in the embedded Postgres: many workers, killed workers, and what a run that goes on finds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import optuna
import psycopg
import pytest
from optuna.trial import TrialState

from cryptocast.domain import DataLabel, Horizon
from cryptocast.errors import BadInput, StoreUnavailable
from cryptocast.features.spec import FEATURE_NAMES, MODEL_FEATURES
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.layout import price_model
from cryptocast.registry.load import load_champion
from cryptocast.store import bars
from cryptocast.store.database import Database
from cryptocast.store.migrate import migrate
from cryptocast.store.studies import StudyStore
from cryptocast.train.dataset import Examples
from cryptocast.train.fit import TRIALS
from cryptocast.train.hiring import save_examples
from cryptocast.train.job import train
from cryptocast.train.splits import Plan, make_plan
from cryptocast.train.trials import make_search, space
from cryptocast.train.tuning import (
    Tuned,
    Tuner,
    TuningRules,
    TuningStopped,
    study_name,
    tuning_window,
)
from cryptocast.train.worker import work
from tests.unit.train.markets import FAST, RULES, UNTIL, make_examples, make_market

pytestmark = pytest.mark.integration
SPLIT = RULES.split
BEAT = {"heartbeat_s": 1, "grace_s": 3}


@pytest.fixture
def store(database_url: str) -> Iterator[StudyStore]:
    opened = StudyStore(database_url, **BEAT)
    yield opened
    opened.close()


def material(features: Sequence[str] = FEATURE_NAMES[:MODEL_FEATURES]) -> tuple[Examples, Plan]:
    """As a training hands them to a study: with as many features as a model uses."""
    examples = make_examples(6_000, signal=0.3).only(features)
    return examples, make_plan(examples.as_of, examples.horizon_s, SPLIT)


def tune(url: str, trials: int, workers: int = 1, features=FEATURE_NAMES[:MODEL_FEATURES], **kwargs) -> Tuned:
    examples, plan = material(features)
    tuner = Tuner(url, TuningRules(trials, workers, **BEAT), **kwargs)
    return tuner.tune(examples, plan, SPLIT, FAST, Horizon.M15)


def states(store: StudyStore, name: str) -> Counter[TrialState]:
    study = optuna.load_study(study_name=name, storage=store.storage)
    return Counter(trial.state for trial in study.get_trials(deepcopy=False))


def done(counted: Counter[TrialState]) -> int:
    return counted[TrialState.COMPLETE] + counted[TrialState.PRUNED]


def test_a_study_goes_on_where_it_was_and_starts_with_the_fixed_parameters(
    database_url: str, store: StudyStore
) -> None:
    told: list[tuple[str, int, int]] = []
    first = tune(database_url, 3)
    again = tune(database_url, 5, progress=lambda *step: told.append(step))
    assert first.report["study"] == again.report["study"]
    assert (first.report["trials"], again.report["trials"]) == (3, 5)
    assert told[0] == ("trials 15m", 3, 5)
    assert told[-1] == ("trials 15m", 5, 5)
    study = optuna.load_study(study_name=again.report["study"], storage=store.storage)
    assert study.trials[0].params["depth"] == FAST.depth
    assert len({tuple(trial.params.values()) for trial in study.trials}) == 5
    assert tune(database_url, 4).report["trials"] == 5


def test_the_studies_have_a_schema_of_their_own_and_migrations_still_run(
    database_url: str, store: StudyStore
) -> None:
    store.open("a study")
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT table_schema, count(*) FROM information_schema.tables "
            "WHERE table_name IN ('studies', 'trials', 'trial_heartbeats') GROUP BY 1"
        ).fetchall()
        types = connection.execute(
            "SELECT DISTINCT nspname FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace "
            "WHERE typname IN ('trialstate', 'studydirection')"
        ).fetchall()
    assert found == [("optuna", 3)]
    assert types == [("optuna",)]
    assert migrate(database_url)


def test_many_that_open_at_once_find_one_study(database_url: str) -> None:
    problems: list[BaseException] = []

    def open_it() -> None:
        try:
            own = StudyStore(database_url, **BEAT)
            own.open("together")
            own.close()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_workers_end_with_just_as_many_trials_as_were_wanted(database_url: str, store: StudyStore) -> None:
    tuned = tune(database_url, 9, workers=3)
    counted = states(store, tuned.report["study"])
    assert done(counted) == 9
    assert sum(counted.values()) == 9


def test_a_killed_worker_costs_no_trial_and_adds_none(
    database_url: str, store: StudyStore, tmp_path: Path
) -> None:
    """kill -9 in the middle of a trial; the same command again ends with the trials that were wanted.

    With every candidate feature a trial lasts long enough to be killed in.
    """
    name = tune(database_url, 1, features=FEATURE_NAMES).report["study"]
    study = optuna.load_study(study_name=name, storage=store.storage)
    study.set_user_attr("trials", 4)
    examples, _ = material(FEATURE_NAMES)
    save_examples(examples, tmp_path / "examples.npz")
    command = [sys.executable, "-m", "cryptocast.train.worker", name, str(tmp_path / "examples.npz"), "0"]
    environment = {**os.environ, "DATABASE_URL": database_url}
    worker = subprocess.Popen([*command, "1", "3"], env=environment)
    until = time.monotonic() + 120
    while len(study.get_trials()) < 2 or len(study.get_trials()[1].params) < len(space()):
        assert time.monotonic() < until, "no second trial was begun"
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert states(store, name)[TrialState.RUNNING] == 1

    assert tune(database_url, 4, workers=2, features=FEATURE_NAMES).report["trials"] == 4

    trials = optuna.load_study(study_name=name, storage=store.storage).trials
    counted = Counter(trial.state for trial in trials)
    assert done(counted) == 4
    assert counted[TrialState.FAIL] == 1
    assert sum(counted.values()) == 5
    (lost,) = [trial for trial in trials if trial.state is TrialState.FAIL]
    (retried,) = [trial for trial in trials if trial.system_attrs.get("failed_trial") == lost.number]
    assert retried.params == lost.params


def test_a_training_that_is_stopped_says_so_and_goes_on_later(database_url: str) -> None:
    examples, plan = material()
    tuner = Tuner(database_url, TuningRules(50, workers=2, **BEAT), progress=lambda *_: tuner.stop())
    with pytest.raises(TuningStopped, match="the same command goes on"):
        tuner.tune(examples, plan, SPLIT, FAST, Horizon.M15)
    assert tune(database_url, 1).report["trials"] >= 1


def test_a_worker_that_died_before_its_first_heartbeat_is_found_too(store: StudyStore) -> None:
    study = store.open("died early", direction="minimize")
    lost = study.ask(space())
    taken = store.claim(study, 1, space())
    assert taken is not None
    assert taken.params == lost.params
    assert store.claim(study, 1, space()) is None


def test_a_worker_elsewhere_needs_only_the_name(
    database_url: str, store: StudyStore, db: Database, bucket: Bucket
) -> None:
    """As on Fargate: it reads the examples from Postgres, as the study says."""
    for series in make_market(25).values():
        bars.upsert_series(db, series, "coinbase", UNTIL)
    hired: list[int] = []

    def hire(name: str) -> None:
        hired.append(work(database_url, name, 1, **BEAT))

    (report,) = train(
        bucket,
        db,
        ("BTC", "ETH"),
        (Horizon.M15,),
        UNTIL,
        UNTIL,
        DataLabel.SIMULATED,
        fit=FAST,
        split=SPLIT,
        make_tuner=lambda source: Tuner(database_url, TuningRules(4, **BEAT), source=source, hire=hire),
    )
    assert hired == [4]
    params = load_champion(bucket, price_model(Horizon.M15)).manifest.params
    assert params["configurations_tried"] == TRIALS + 4
    assert params["tuning"]["trials"] == 4
    assert params["tuning"]["complete"] + params["tuning"]["pruned"] == 4
    assert report.tuning == params["tuning"]["reason"]
    assert report.tuning in report.line
    chosen = {"max_depth", "learning_rate", "rounds", "half_life_days"}
    assert chosen <= set(params)


def test_the_worker_and_the_training_cut_the_same_folds() -> None:
    examples, plan = material()
    window = tuning_window(examples, plan)
    search, own = make_search(examples, window, SPLIT, FAST)
    handed_over, _ = make_search(own, window, SPLIT, FAST)
    assert [f.begins_s for f in handed_over.plan.folds] == [f.begins_s for f in search.plan.folds]
    assert len(handed_over.examples) == len(search.examples)
    assert study_name(Horizon.M15, window, own, SPLIT, FAST).startswith("prices-15m-2022")


def test_a_study_that_is_not_there_and_a_database_that_is_not_are_said(database_url: str) -> None:
    with pytest.raises(BadInput, match="there is no study 'none'"):
        work(database_url, "none")
    with pytest.raises(StoreUnavailable):
        Database("postgresql://nobody@127.0.0.1:9/none", connect_attempts=1).connection().__enter__()
