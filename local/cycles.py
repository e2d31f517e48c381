"""Drives the deployed state machine: one execution a cycle, as EventBridge Scheduler does on AWS."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError


class CycleFailed(RuntimeError):
    """An execution did not succeed; the message has the state machine's error and cause."""


class NotReached(CycleFailed):
    """A local server did not answer, so no execution began."""


@dataclass(frozen=True)
class CycleResult:
    as_of: datetime
    since: datetime
    seconds: float
    output: dict[str, Any]


class CycleDriver:
    """Starts executions and waits for them; sets the replay's clock first, where there is one."""

    def __init__(self, stepfunctions: Any, state_machine_arn: str, replay_url: str | None) -> None:
        self._stepfunctions = stepfunctions
        self._arn = state_machine_arn
        self._replay_url = replay_url

    def run(self, as_of: datetime, since: datetime, now: datetime, timeout_s: float = 600) -> CycleResult:
        """One execution for (since, as_of]; raises CycleFailed, and NotReached where it did not begin."""
        try:
            arn = self._start(as_of, since, now)
        except (httpx.HTTPError, BotoCoreError, ClientError) as error:
            raise NotReached(f"{type(error).__name__}: {error}") from error
        began = time.monotonic()
        while time.monotonic() - began < timeout_s:
            found = self._state_of(arn)
            if found["status"] == "SUCCEEDED":
                return CycleResult(as_of, since, time.monotonic() - began, json.loads(found["output"]))
            if found["status"] != "RUNNING":
                raise CycleFailed(f"{found['status']}: {found.get('error')}: {found.get('cause')}")
            time.sleep(0.05)
        with suppress(BotoCoreError, ClientError):  # or it would go on beside the next one
            self._stepfunctions.stop_execution(executionArn=arn)
        raise CycleFailed(f"no end within {timeout_s:.0f} s")

    def _start(self, as_of: datetime, since: datetime, now: datetime) -> str:
        if self._replay_url:
            clock = f"{self._replay_url}/_clock"
            httpx.post(clock, json={"now": now.isoformat()}, timeout=30).raise_for_status()
        event = {"as_of": as_of.isoformat(), "since": since.isoformat(), "now": now.isoformat()}
        asked = json.dumps(event)
        return str(
            self._stepfunctions.start_execution(stateMachineArn=self._arn, input=asked)["executionArn"]
        )

    def _state_of(self, arn: str) -> dict[str, Any]:
        """RUNNING too where nobody answers: the execution goes on all the same."""
        try:
            found: dict[str, Any] = self._stepfunctions.describe_execution(executionArn=arn)
        except (BotoCoreError, ClientError):
            time.sleep(1)
            return {"status": "RUNNING"}
        return found
