"""Optuna's studies in the project's own Postgres, in a schema of their own.

The schema is chosen anew in every transaction (`SET LOCAL`): behind PgBouncer a session's settings do not
outlast a transaction, and a pooled host refuses `search_path` among the connection's options. Without a
schema of its own Optuna would take Cryptocast's `alembic_version` for its own.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import optuna
import psycopg
import sqlalchemy
from optuna.distributions import BaseDistribution
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.trial import TrialState
from sqlalchemy.dialects import plugins
from sqlalchemy.exc import SQLAlchemyError

from cryptocast.errors import StoreUnavailable
from cryptocast.store.database import Database

SCHEMA = "optuna"
DONE = (TrialState.COMPLETE, TrialState.PRUNED)
"""A pruned trial is done: what it was worth is known well enough."""
HEARTBEAT_S = 10
GRACE_S = 40
"""A trial without a heartbeat for this long is lost and taken up again."""
_MOST_RETRIES = 3
_PLUGIN = "cryptocast_studies"


class OwnSchema(sqlalchemy.engine.CreateEnginePlugin):
    """SQLAlchemy's hook into an engine that someone else makes (here: Optuna)."""

    def update_url(self, url: sqlalchemy.URL) -> sqlalchemy.URL:
        return url

    def engine_created(self, engine: sqlalchemy.engine.Engine) -> None:
        sqlalchemy.event.listen(engine, "begin", _enter_schema)


def _enter_schema(connection: sqlalchemy.engine.Connection) -> None:
    connection.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")


class StudyStore:
    """The studies in the database at `url`. Safe to open by many processes at the same moment.

    Raises `StoreUnavailable` where Postgres does not answer.
    """

    def __init__(self, url: str, *, heartbeat_s: int = HEARTBEAT_S, grace_s: int = GRACE_S) -> None:
        self._db = Database(url)
        self._heartbeat_s = heartbeat_s
        self._retry = _quietly(RetryHeartbeatStaleTrialCallback, max_retry=_MOST_RETRIES)
        with self._locked("optuna's schema") as connection:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        with self._locked("optuna's tables"), answered():
            self.storage: RDBStorage = _quietly(
                RDBStorage,
                sqlalchemy_url(url),
                engine_kwargs={
                    "plugins": [_register_plugin()],
                    "connect_args": {"prepare_threshold": None, "application_name": "cryptocast-studies"},
                    "pool_pre_ping": True,
                    "pool_size": 2,
                },
                heartbeat_interval=heartbeat_s,
                grace_period=grace_s,
                heartbeat_stale_trial_callback=self._retry,
            )

    def close(self) -> None:
        self.storage.engine.dispose()
        self._db.close()

    def open(self, name: str, **study: Any) -> optuna.Study:
        """The study of that name, made where there is none."""
        with self._locked(name), answered():
            return optuna.create_study(storage=self.storage, study_name=name, load_if_exists=True, **study)

    def claim(
        self, study: optuna.Study, wanted: int, space: dict[str, BaseDistribution]
    ) -> optuna.trial.Trial | None:
        """The next trial, lost ones first; None while `wanted` trials are done or being worked on.

        Claims take turns, so that many workers end with `wanted` trials done, not more and not fewer.
        """
        with self._locked(study.study_name) as connection, answered():
            self._take_up_lost(study, connection)
            counted = study.get_trials(deepcopy=False, states=(*DONE, TrialState.RUNNING))
            if len(counted) >= wanted:
                return None
            trial: optuna.trial.Trial = _quietly(study.ask, space)
            self.storage.record_heartbeat(self._id(study, trial.number))
            return trial

    def enqueue_once(self, study: optuna.Study, params: dict[str, Any], user_attrs: dict[str, Any]) -> None:
        """Let `params` be the study's first trial, whoever comes first."""
        with self._locked(study.study_name), answered():
            if not study.get_trials(deepcopy=False):
                study.enqueue_trial(params, user_attrs=user_attrs)

    @contextmanager
    def heartbeats(self, study: optuna.Study, trial: optuna.trial.Trial) -> Iterator[None]:
        """While it lasts, the trial shows that its worker lives."""
        number, ended = self._id(study, trial.number), threading.Event()

        def beat() -> None:
            while not ended.wait(self._heartbeat_s):
                with suppress(optuna.exceptions.StorageInternalError, SQLAlchemyError):  # the next may arrive
                    self.storage.record_heartbeat(number)

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _id(self, study: optuna.Study, number: int) -> int:
        study_id = self.storage.get_study_id_from_name(study.study_name)
        return self.storage.get_trial_id_from_study_id_trial_number(study_id, number)

    def _take_up_lost(self, study: optuna.Study, connection: psycopg.Connection[Any]) -> None:
        """Trials whose worker died wait to be run again; also those that never had a heartbeat.

        A claim gives the first heartbeat before it lets the next one in: whose trial has none is dead.
        """
        _quietly(optuna.storages.fail_stale_trials, study)
        found = connection.execute(
            f"""SELECT t.trial_id FROM {SCHEMA}.trials t JOIN {SCHEMA}.studies s USING (study_id)
                LEFT JOIN {SCHEMA}.trial_heartbeats h ON h.trial_id = t.trial_id
                WHERE s.study_name = %s AND t.state = 'RUNNING' AND h.trial_id IS NULL""",
            (study.study_name,),
        ).fetchall()
        for (trial_id,) in found:
            self.storage.set_trial_state_values(trial_id, TrialState.FAIL)
            self._retry(study, self.storage.get_trial(trial_id))

    @contextmanager
    def _locked(self, what: str) -> Iterator[psycopg.Connection[Any]]:
        """One holder at a time, over all processes and tasks; gone with the transaction."""
        with self._db.connection() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"study {what}",))
            yield connection


def sqlalchemy_url(url: str) -> str:
    """`postgresql://…` → `postgresql+psycopg://…`, the driver that the project has."""
    made = sqlalchemy.make_url(url).set(drivername="postgresql+psycopg")
    return made.render_as_string(hide_password=False)


@contextmanager
def answered() -> Iterator[None]:
    """What Optuna and SQLAlchemy raise of a database that does not answer, as ours."""
    try:
        yield
    except (optuna.exceptions.StorageInternalError, SQLAlchemyError) as error:
        lines = str(getattr(error, "orig", None) or error).strip().splitlines()
        raise StoreUnavailable(f"postgres, studies: {lines[0] if lines else type(error).__name__}") from error


def _register_plugin() -> str:
    plugins.register(_PLUGIN, __name__, OwnSchema.__name__)
    return _PLUGIN


def _quietly(made: Any, *args: Any, **kwargs: Any) -> Any:
    """Without Optuna's words at each use that heartbeats are experimental and meant for `Study.optimize`.

    `optimize` counts trials after the fact, so that many workers overshoot; here a claim counts first, and
    `heartbeats` does what `optimize` would.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        warnings.filterwarnings("ignore", "Heartbeat of storage", UserWarning)
        return made(*args, **kwargs)
