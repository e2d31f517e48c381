"""Drives the deployed state machine: one execution a cycle, as EventBridge Scheduler does on AWS."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError


class CycleFailed(RuntimeError):
    """An execution did not succeed; the message has the state machine's error and cause."""


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
        """One execution for (since, as_of]; raises CycleFailed, also where a local server does not answer."""
        try:
            return self._run(as_of, since, now, timeout_s)
        except (httpx.HTTPError, BotoCoreError, ClientError) as error:
            raise CycleFailed(f"{type(error).__name__}: {error}") from error

    def _run(self, as_of: datetime, since: datetime, now: datetime, timeout_s: float) -> CycleResult:
        if self._replay_url:
            clock = f"{self._replay_url}/_clock"
            httpx.post(clock, json={"now": now.isoformat()}, timeout=30).raise_for_status()
        began = time.monotonic()
        event = {"as_of": as_of.isoformat(), "since": since.isoformat(), "now": now.isoformat()}
        arn = self._stepfunctions.start_execution(stateMachineArn=self._arn, input=json.dumps(event))[
            "executionArn"
        ]
        while time.monotonic() - began < timeout_s:
            found = self._stepfunctions.describe_execution(executionArn=arn)
            if found["status"] == "SUCCEEDED":
                return CycleResult(as_of, since, time.monotonic() - began, json.loads(found["output"]))
            if found["status"] != "RUNNING":
                raise CycleFailed(f"{found['status']}: {found.get('error')}: {found.get('cause')}")
            time.sleep(0.05)
        raise CycleFailed(f"no end within {timeout_s:.0f} s")
