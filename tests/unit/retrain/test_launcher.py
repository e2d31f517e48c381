from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from cryptocast.domain import Horizon
from cryptocast.errors import BadInput, ModelNotFound, StoreUnavailable
from cryptocast.registry.bucket import Bucket
from cryptocast.retrain.launcher import (
    COOLDOWN_S,
    STATE_KEY,
    LastStart,
    Task,
    TrainingNotStarted,
    start_training,
    start_workers,
)
from tests.fixtures_aws import REGION

NOW = datetime(2022, 3, 1, 12, tzinfo=UTC)
ALARM = json.dumps(
    {
        "AlarmName": "drift",
        "NewStateValue": "ALARM",
        "NewStateReason": "0.6 > 0.4",
        "Trigger": {"MetricName": "FeatureDrift", "Dimensions": [{"name": "Horizon", "value": "1h"}]},
    }
)
QUALITY = ALARM.replace("FeatureDrift", "QuarantinedRows")
COOLDOWN = timedelta(seconds=COOLDOWN_S)


class RecordingEcs:
    """The vendor's edge: moto's ECS, with the requests kept."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.requests: list[dict[str, Any]] = []

    def run_task(self, **kwargs: Any) -> Any:
        self.requests.append(kwargs)
        return self.client.run_task(**kwargs)


@pytest.fixture
def aws(bucket: Bucket) -> tuple[RecordingEcs, Bucket, Task]:
    ec2 = boto3.client("ec2", region_name=REGION)
    ecs = boto3.client("ecs", region_name=REGION)
    ecs.create_cluster(clusterName="training")
    ecs.register_task_definition(
        family="train",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="1024",
        memory="4096",
        containerDefinitions=[{"name": "train", "image": "train:1", "cpu": 1024, "memory": 4096}],
    )
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    task = Task("training", "train", subnets=(subnet,))
    return RecordingEcs(ecs), bucket, task


def last_start(bucket: Bucket) -> LastStart | None:
    try:
        return LastStart.model_validate_json(bucket.get(STATE_KEY).body)
    except ModelNotFound:
        return None


def environment(request: dict[str, Any]) -> dict[str, str]:
    (container,) = request["overrides"]["containerOverrides"]
    assert container["name"] == "train"
    return {e["name"]: e["value"] for e in container["environment"]}


def test_an_alarm_starts_one_task_with_reason_and_horizons(aws: Any) -> None:
    ecs, bucket, task = aws
    start = start_training(ecs, bucket, task, ALARM, NOW)
    assert start.started
    assert start.task_arn in ecs.client.list_tasks(cluster="training")["taskArns"]
    assert environment(ecs.requests[0]) == {
        "TRAINING_REASON": "FeatureDrift: 0.6 > 0.4 (alarm drift)",
        "TRAINING_HORIZONS": "1h",
    }
    state = last_start(bucket)
    assert state is not None
    assert (state.state, state.task_arn, state.claimed_at) == ("started", start.task_arn, NOW)
    json.dumps(start.to_json())


def test_an_alarm_storm_starts_one_job(aws: Any) -> None:
    ecs, bucket, task = aws
    starts = [
        start_training(ecs, bucket, task, ALARM, NOW + timedelta(seconds=10 * i)).started for i in range(20)
    ]
    assert starts == [True] + [False] * 19
    assert len(ecs.requests) == 1


def test_an_alarm_that_is_delivered_again_asks_with_the_same_token(aws: Any) -> None:
    ecs, bucket, task = aws
    alarm = json.dumps(json.loads(ALARM) | {"StateChangeTime": "2022-03-01T11:59:58.123+0000"})
    start_training(ecs, bucket, task, alarm, NOW)
    # The function died before it wrote that the task had started; its claim has run out since.
    claimed = last_start(bucket)
    assert claimed is not None
    stored = bucket.get(STATE_KEY)
    body = claimed.model_copy(update={"state": "claimed", "task_arn": None}).model_dump_json()
    bucket.replace(STATE_KEY, body.encode(), stored.etag)
    start_training(ecs, bucket, task, alarm, NOW + timedelta(minutes=20))
    assert len(ecs.requests) == 2
    assert len({request["clientToken"] for request in ecs.requests}) == 1


def test_a_start_is_written_down_though_s3_fails_once(aws: Any) -> None:
    ecs, bucket, task = aws

    class Hiccup(Bucket):
        failures = 1

        def replace(self, key: str, body: bytes, etag: str) -> str:
            if self.failures:
                self.failures -= 1
                raise StoreUnavailable("s3: SlowDown")
            return super().replace(key, body, etag)

    start = start_training(ecs, Hiccup(bucket._client, "registry"), task, ALARM, NOW)
    state = last_start(bucket)
    assert state is not None
    assert (state.state, state.task_arn) == ("started", start.task_arn)


class OneWriteAtATime(Bucket):
    """S3 checks a condition and writes in one step; moto does not when threads ask it together."""

    _turn = threading.Lock()

    def create(self, key: str, body: bytes) -> str:
        with self._turn:
            return super().create(key, body)

    def replace(self, key: str, body: bytes, etag: str) -> str:
        with self._turn:
            return super().replace(key, body, etag)


def test_alarms_at_the_same_moment_start_one_job(aws: Any) -> None:
    ecs, plain, task = aws
    bucket = OneWriteAtATime(plain._client, plain.name)
    barrier = threading.Barrier(4)
    starts: list[bool] = []

    def answer(number: int) -> None:
        barrier.wait()
        starts.append(start_training(ecs, bucket, task, ALARM, NOW + timedelta(microseconds=number)).started)

    threads = [threading.Thread(target=answer, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(starts) == [False, False, False, True]
    assert len(ecs.requests) == 1


def test_after_the_cool_down_it_starts_again_with_another_token(aws: Any) -> None:
    ecs, bucket, task = aws
    start_training(ecs, bucket, task, ALARM, NOW)
    early = start_training(ecs, bucket, task, ALARM, NOW + COOLDOWN - timedelta(seconds=1))
    assert not early.started
    assert "cooling down until 2022-03-01 18:00" in early.reason
    assert start_training(ecs, bucket, task, ALARM, NOW + COOLDOWN).started
    tokens = {r["clientToken"] for r in ecs.requests}
    assert len(tokens) == 2


def test_a_data_alarm_starts_nothing_and_uses_no_cool_down(aws: Any) -> None:
    ecs, bucket, task = aws
    assert not start_training(ecs, bucket, task, QUALITY, NOW).started
    assert last_start(bucket) is None
    assert start_training(ecs, bucket, task, ALARM, NOW).started


def test_a_refused_task_gives_the_cool_down_back(aws: Any) -> None:
    ecs, bucket, task = aws
    with pytest.raises(TrainingNotStarted):
        start_training(ecs, bucket, Task("no-such-cluster", "train", task.subnets), ALARM, NOW)
    state = last_start(bucket)
    assert state is not None
    assert state.state == "failed"
    assert start_training(ecs, bucket, task, ALARM, NOW + timedelta(seconds=1)).started


def test_a_task_that_ecs_names_as_failure_is_not_called_started(aws: Any) -> None:
    _, bucket, task = aws

    class Full:
        def run_task(self, **kwargs: Any) -> Any:
            return {"tasks": [], "failures": [{"reason": "RESOURCE:FARGATE"}]}

    with pytest.raises(TrainingNotStarted, match="RESOURCE:FARGATE"):
        start_training(Full(), bucket, task, ALARM, NOW)


def test_a_function_that_died_after_its_claim_blocks_no_longer_than_it_could_live(aws: Any) -> None:
    ecs, bucket, task = aws
    claim = LastStart(
        claimed_at=NOW, state="claimed", reason="drift", horizons=(Horizon.H1,), token="t", task_arn=None
    )
    bucket.put(STATE_KEY, claim.model_dump_json().encode())
    assert not start_training(ecs, bucket, task, ALARM, NOW + timedelta(seconds=899)).started
    assert start_training(ecs, bucket, task, ALARM, NOW + timedelta(seconds=900)).started


def test_a_state_that_cannot_be_read_is_replaced(aws: Any) -> None:
    ecs, bucket, task = aws
    bucket.put(STATE_KEY, b"{broken")
    assert start_training(ecs, bucket, task, ALARM, NOW).started
    state = last_start(bucket)
    assert state is not None
    assert state.state == "started"


def test_no_subnets_means_no_network_configuration(aws: Any) -> None:
    ecs, bucket, _ = aws

    class Laptop(RecordingEcs):
        def run_task(self, **kwargs: Any) -> Any:
            self.requests.append(kwargs)
            return {"tasks": [{"taskArn": "arn:task/1"}]}

    laptop = Laptop(ecs.client)
    assert start_training(laptop, bucket, Task("training", "train"), ALARM, NOW).task_arn == "arn:task/1"
    assert "networkConfiguration" not in laptop.requests[0]


def test_nonsense_is_refused_before_anything_is_touched(aws: Any) -> None:
    ecs, bucket, task = aws
    with pytest.raises(BadInput):
        start_training(ecs, bucket, task, "hello", NOW)
    assert ecs.requests == []
    assert last_start(bucket) is None


def test_workers_are_tasks_that_know_a_study_and_their_number(aws: Any) -> None:
    ecs, _, task = aws
    arns = start_workers(ecs, task, "prices-1h-20210901-20220120-1a2b3c4d", 3, NOW)
    assert sorted(arns) == sorted(ecs.client.list_tasks(cluster="training")["taskArns"])
    assert [environment(request) for request in ecs.requests] == [
        {
            "TRAINING_ROLE": "worker",
            "TRAINING_STUDY": "prices-1h-20210901-20220120-1a2b3c4d",
            "TRAINING_WORKER": number,
        }
        for number in ("100", "101", "102")
    ]
    assert all(request["networkConfiguration"] for request in ecs.requests)
    assert len({request["clientToken"] for request in ecs.requests}) == 3


def test_workers_of_another_training_on_the_study_are_other_tasks(aws: Any) -> None:
    ecs, _, task = aws
    for now in (NOW, NOW, NOW + COOLDOWN):
        start_workers(ecs, task, "a-study", 1, now)
    first, repeated, later = (request["clientToken"] for request in ecs.requests)
    assert first == repeated != later


def test_workers_that_ecs_refuses_are_said(aws: Any) -> None:
    ecs, _, task = aws
    with pytest.raises(TrainingNotStarted):
        start_workers(ecs, Task("no-such-cluster", "train", task.subnets), "a-study", 1, NOW)
