from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cryptocast.domain import Horizon
from cryptocast.errors import SettingsError
from cryptocast.retrain.asked import Asked, read_asked


def test_an_empty_environment_asks_for_every_horizon_without_tuning() -> None:
    assert read_asked({}) == Asked()
    assert read_asked({"TRAINING_HORIZONS": "", "TRAINING_TRIALS": "", "TRAINING_UNTIL": ""}) == Asked()
    assert Asked().horizons == tuple(Horizon)


def test_everything_that_is_said_is_read() -> None:
    environ = {
        "TRAINING_HORIZONS": "15m, 4h",
        "TRAINING_UNTIL": "2022-02-28",
        "TRAINING_REASON": "ForecastBrier 15m",
        "TRAINING_THREADS": "4",
        "TRAINING_TRIALS": "50",
        "TRAINING_WORKERS": "3",
        "TRAINING_TASKS": "2",
    }
    assert read_asked(environ) == Asked(
        horizons=(Horizon.M15, Horizon.H4),
        until=datetime(2022, 2, 28, tzinfo=UTC),
        reason="ForecastBrier 15m",
        threads=4,
        trials=50,
        workers=3,
        tasks=2,
    )


def test_a_time_keeps_the_zone_that_it_names() -> None:
    until = read_asked({"TRAINING_UNTIL": "2022-02-28T12:00+02:00"}).until
    assert until is not None
    assert (until.utcoffset(), until.astimezone(UTC).hour) == (timedelta(hours=2), 10)


def test_a_worker_runs_the_trials_of_one_study() -> None:
    environ = {"TRAINING_ROLE": "worker", "TRAINING_STUDY": "prices-1h", "TRAINING_WORKER": "101"}
    asked = read_asked(environ)
    assert (asked.study, asked.worker) == ("prices-1h", 101)
    assert read_asked({"TRAINING_STUDY": "prices-1h"}).study is None


@pytest.mark.parametrize(("environ", "words"), [
    ({"TRAINING_HORIZONS": "15m,2h,moon"}, "TRAINING_HORIZONS has 2h, moon; known are 15m, 1h, 4h, 24h"),
    ({"TRAINING_UNTIL": "yesterday"}, "TRAINING_UNTIL is 'yesterday'; give an ISO time"),
    ({"TRAINING_TRIALS": "many"}, "TRAINING_TRIALS is 'many'; give a whole number, 0 or more"),
    ({"TRAINING_WORKERS": "-1"}, "TRAINING_WORKERS is '-1'"),
    ({"TRAINING_TASKS": "1.5"}, "TRAINING_TASKS is '1.5'"),
    ({"TRAINING_THREADS": "0"}, "TRAINING_THREADS is '0'; give a whole number, 1 or more"),
    ({"TRAINING_ROLE": "boss"}, "TRAINING_ROLE is 'boss'"),
    ({"TRAINING_ROLE": "worker"}, "TRAINING_STUDY names no study"),
    ({"TRAINING_ROLE": "worker", "TRAINING_STUDY": "s", "TRAINING_WORKER": "x"}, "TRAINING_WORKER is 'x'"),
])  # fmt: skip
def test_what_makes_no_sense_is_named(environ: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_asked(environ)
