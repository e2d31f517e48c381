"""A message whose first try was cut off: its retries finish it, with one task."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from cryptocast.errors import StoreUnavailable
from cryptocast.registry.bucket import Bucket
from cryptocast.retrain.launcher import Task, TrainingNotStarted, start_training
from tests.unit.retrain.test_launcher import ALARM, NOW, aws, last_start

__all__ = ["aws"]
DATED = json.dumps(json.loads(ALARM) | {"StateChangeTime": "2022-03-01T11:59:58.123+0000"})
BY_CALENDAR = json.dumps({"reason": "twice a month, by the calendar"})
RETRY = NOW + timedelta(minutes=1)


class Killed(BaseException):
    """The function ends here, as where Lambda stops it."""


class Dies:
    """ECS as a function sees it that is killed before or after its call."""

    def __init__(self, ecs: Any, *, after: bool) -> None:
        self._ecs, self._after = ecs, after

    def run_task(self, **kwargs: Any) -> Any:
        if self._after:
            self._ecs.run_task(**kwargs)
        raise Killed


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("message", "message_id"), [(DATED, "m-1"), (DATED, ""), (BY_CALENDAR, "m-1")])
def test_a_retry_takes_over_the_claim_of_a_function_that_died(
    aws: Any, message: str, message_id: str, after: bool
) -> None:
    ecs, bucket, task = aws
    with pytest.raises(Killed):
        start_training(Dies(ecs, after=after), bucket, task, message, NOW, message_id=message_id)
    assert start_training(ecs, bucket, task, message, RETRY, message_id=message_id).started
    state = last_start(bucket)
    assert state is not None and state.state == "started"
    assert len({request["clientToken"] for request in ecs.requests}) == 1
    assert not start_training(ecs, bucket, task, message, RETRY, message_id=message_id).started


def test_another_message_does_not_take_a_claim_over(aws: Any) -> None:
    ecs, bucket, task = aws
    with pytest.raises(Killed):
        start_training(Dies(ecs, after=False), bucket, task, BY_CALENDAR, NOW, message_id="m-1")
    for message in (BY_CALENDAR, DATED):
        other = start_training(ecs, bucket, task, message, RETRY, message_id="m-2")
        assert not other.started and "cooling down until 2022-03-01 12:15" in other.reason


def test_what_ecs_said_is_raised_though_s3_fails_too_and_the_retry_starts_it(aws: Any) -> None:
    ecs, bucket, task = aws

    class NoReplace(Bucket):
        def replace(self, key: str, body: bytes, etag: str) -> str:
            raise StoreUnavailable("s3: SlowDown")

    nowhere = Task("no-such-cluster", "train", task.subnets)
    with pytest.raises(TrainingNotStarted):
        start_training(ecs, NoReplace(bucket._client, "registry"), nowhere, DATED, NOW)
    assert start_training(ecs, bucket, task, DATED, RETRY).started
