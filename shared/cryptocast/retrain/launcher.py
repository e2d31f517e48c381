"""Starts one training task per cool-down, however many alarms arrive.

The state is one object in the registry's bucket, `training/last-start.json`, because S3 can write it
under a condition: of several functions that read the same state, exactly one replaces it. Postgres
would do too, but would be woken for it; Redis may lose it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from cryptocast.domain import Horizon
from cryptocast.errors import ModelNotFound, PromotionConflict, StoreUnavailable, TransientError
from cryptocast.observability import get_logger
from cryptocast.registry.bucket import Bucket
from cryptocast.retrain.policy import Decision, decide

STATE_KEY = "training/last-start.json"
COOLDOWN_S = 6 * 3_600
"""A training run, and enough outcomes of what it promoted, fit into this."""
CONTAINER = "train"
STARTED_BY = "cryptocast-start-training"
"""How ECS names who started a training; tasks that only run trials have another name."""
_FUNCTION_LIFE_S = 900


class TrainingNotStarted(TransientError):
    """ECS did not take the task; the cool-down is given back, so the next try may start it."""


class LastStart(BaseModel):
    """The content of training/last-start.json."""

    model_config = ConfigDict(frozen=True)

    claimed_at: AwareDatetime
    state: Literal["claimed", "started", "failed"]
    reason: str
    horizons: tuple[Horizon, ...]
    token: str
    task_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Where and what `ecs:RunTask` runs. Empty `subnets` means no network configuration (laptop)."""

    cluster: str
    task_definition: str
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    container: str = CONTAINER


@dataclass(frozen=True, slots=True)
class Start:
    """What came of one alarm."""

    started: bool
    reason: str
    horizons: tuple[Horizon, ...] = ()
    task_arn: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "started": self.started,
            "reason": self.reason,
            "horizons": [h.value for h in self.horizons],
            "task_arn": self.task_arn,
        }


class EcsTasks(Protocol):
    """The one call that is used of the ECS client."""

    def run_task(self, **kwargs: Any) -> Any: ...


def start_training(
    ecs: EcsTasks,
    bucket: Bucket,
    task: Task,
    message: str | Mapping[str, Any],
    now: datetime,
    *,
    message_id: str = "",
    cooldown_s: int = COOLDOWN_S,
) -> Start:
    """Answer one alarm: start training, or say why not.

    Two alarms within `cooldown_s`, or two at the same moment, start one task. Raises `BadInput` for a
    message that is no alarm, `StoreUnavailable`, and `TrainingNotStarted` where ECS refused; both of
    these may be retried. A retry of a message with the same `message_id` goes on where the one before
    it was cut off.
    """
    decision = decide(message)
    if not decision.train:
        get_logger().info("no training", extra={"reason": decision.reason})
        return Start(False, decision.reason)
    # A retry of one message has the token of its first try, so that ECS starts no second task.
    moment = decision.changed_at or message_id or now.isoformat()
    token = hashlib.sha256(f"{moment}|{decision.reason}".encode()).hexdigest()[:32]
    claim, refusal = _claim(bucket, decision, token, now, cooldown_s)
    if claim is None:
        get_logger().info("no training", extra={"reason": refusal, "alarm": decision.reason})
        return Start(False, refusal, decision.horizons)
    start, etag = claim
    try:
        arn = _run(ecs, task, start)
    except TrainingNotStarted:
        _give_back(bucket, start, etag)
        raise
    _settle(bucket, start.model_copy(update={"state": "started", "task_arn": arn}), etag)
    get_logger().info("training started", extra={"reason": decision.reason, "task": arn})
    return Start(True, decision.reason, decision.horizons, arn)


FIRST_TASK = 100
"""Tasks are numbered from here: below it are the processes of the task that opened the study."""


def start_workers(ecs: EcsTasks, task: Task, study: str, count: int, now: datetime) -> list[str]:
    """Start `count` tasks that only run trials of `study`; their ARNs. Raises `TrainingNotStarted`.

    Numbered, because each samples with a seed of its own. A request that is repeated starts no second
    task: its token is made of study, number and `now`, the moment the training began.
    """
    arns = []
    for number in range(count):
        environment = {
            "TRAINING_ROLE": "worker",
            "TRAINING_STUDY": study,
            "TRAINING_WORKER": str(FIRST_TASK + number),
        }
        token = hashlib.sha256(f"{study}|{number}|{now.isoformat()}".encode()).hexdigest()[:32]
        arns.append(_run_task(ecs, task, environment, token, "cryptocast-tuning"))
    get_logger().info("workers started", extra={"study": study, "tasks": arns})
    return arns


def _claim(
    bucket: Bucket, decision: Decision, token: str, now: datetime, cooldown_s: int
) -> tuple[tuple[LastStart, str] | None, str]:
    """The claim and its ETag, or None and why not. Exactly one of several callers gets the claim.

    A claim with this very `token` is taken over: its function died before it knew what became of the task.
    """
    claim = LastStart(
        claimed_at=now, state="claimed", reason=decision.reason, horizons=decision.horizons, token=token
    )
    body = claim.model_dump_json(indent=1).encode()
    try:
        try:
            last, etag = _read(bucket)
        except ModelNotFound:
            return (claim, bucket.create(STATE_KEY, body)), ""
        own = last is not None and (last.state, last.token) == ("claimed", token)
        if last is not None and not own and now < (ready := _ready_at(last, cooldown_s)):
            return None, f"cooling down until {ready:%Y-%m-%d %H:%M} UTC after: {last.reason}"
        return (claim, bucket.replace(STATE_KEY, body, etag)), ""
    except PromotionConflict:
        return None, "another alarm started training at the same moment"


def _ready_at(last: LastStart, cooldown_s: int) -> datetime:
    if last.state == "failed":
        return last.claimed_at
    if last.state == "claimed":  # its function died, or still runs: no function lives longer than this
        return last.claimed_at + timedelta(seconds=min(cooldown_s, _FUNCTION_LIFE_S))
    return last.claimed_at + timedelta(seconds=cooldown_s)


def _read(bucket: Bucket) -> tuple[LastStart | None, str]:
    """The state and its ETag; a state that cannot be read counts as none and is replaced."""
    stored = bucket.get(STATE_KEY)
    try:
        return LastStart.model_validate_json(stored.body), stored.etag
    except ValidationError:
        return None, stored.etag


def _settle(bucket: Bucket, start: LastStart, etag: str) -> None:
    """Tried twice: a claim that stays one ends the cool-down early. Raises `StoreUnavailable`."""
    body = start.model_dump_json(indent=1).encode()
    try:
        try:
            bucket.replace(STATE_KEY, body, etag)
        except StoreUnavailable:
            bucket.replace(STATE_KEY, body, etag)
    except PromotionConflict:  # someone claimed again after a cool-down; theirs is the newer truth
        get_logger().warning("the training state was replaced meanwhile", extra={"reason": start.reason})


def _give_back(bucket: Bucket, start: LastStart, etag: str) -> None:
    """End the cool-down; where S3 fails too, what ECS said matters more, and a retry takes the claim over."""
    try:
        _settle(bucket, start.model_copy(update={"state": "failed"}), etag)
    except StoreUnavailable as error:
        get_logger().warning("the cool-down was not given back", extra={"reason": str(error)})


def _run(ecs: EcsTasks, task: Task, start: LastStart) -> str:
    environment = {
        "TRAINING_REASON": start.reason,
        "TRAINING_HORIZONS": ",".join(h.value for h in start.horizons),
    }
    return _run_task(ecs, task, environment, start.token, STARTED_BY)


def _run_task(ecs: EcsTasks, task: Task, environment: Mapping[str, str], token: str, started_by: str) -> str:
    request: dict[str, Any] = {
        "cluster": task.cluster,
        "taskDefinition": task.task_definition,
        "launchType": "FARGATE",
        "count": 1,
        "clientToken": token,
        "startedBy": started_by,
        "overrides": {
            "containerOverrides": [
                {
                    "name": task.container,
                    "environment": [{"name": k, "value": v} for k, v in environment.items()],
                }
            ]
        },
    }
    if task.subnets:
        request["networkConfiguration"] = _network(task)
    try:
        answer = ecs.run_task(**request)
    except (ClientError, BotoCoreError) as error:
        raise TrainingNotStarted(f"ecs: {error}") from error
    if not answer.get("tasks"):
        reasons = "; ".join(str(f.get("reason", "unknown")) for f in answer.get("failures", []))
        raise TrainingNotStarted(f"ecs started no task: {reasons or 'no reason given'}")
    return str(answer["tasks"][0]["taskArn"])


def _network(task: Task) -> dict[str, Any]:
    return {
        "awsvpcConfiguration": {
            "subnets": list(task.subnets),
            "securityGroups": list(task.security_groups),
            "assignPublicIp": "ENABLED",
        }
    }
