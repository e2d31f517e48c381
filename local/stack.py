"""The whole of Cryptocast on one machine: servers, the deployed template, the vendors' stand-in."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

import httpx

from cryptocast.domain import DataLabel
from cryptocast.store.migrate import migrate
from cryptocast.store.readonly import make_login
from local import deploy as sam
from local.clock import Clock
from local.commands import CommandRunner
from local.cycles import CycleDriver
from local.down import hold
from local.ministack import CREDENTIALS, MiniStack
from local.paths import DIST, ROOT, STATE, VENV_BIN
from local.postgres import Postgres
from local.processes import Child, free_port, is_free, write_whole
from local.sources import Choice
from local.stack_secrets import READONLY_LOGIN, kept_token, put_secrets
from local.training import TrainingAgent
from local.upstash import Upstash
from local.valkey import Valkey

Announce = Callable[[str], None]
SHADOW_CYCLES = 8
"""Two hours: on a laptop one wants to see it happen."""


class _Server(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


ServerT = TypeVar("ServerT", bound=_Server)


class Stack:
    """Start with `start()`, then `finish_deploy()`; everything that was started ends at `close()`.

    All data lies in `folder`. Ports are chosen once and kept there, because the deployed functions
    know the replay server by its port; a port that was taken meanwhile leads to a new deploy.
    """

    def __init__(
        self, choice: Choice, folder: Path | None = None, parameters: Mapping[str, str] | None = None
    ) -> None:
        self.choice = choice
        self._overrides = dict(parameters or {})
        self.folder = folder or STATE / choice.profile
        self.logs = self.folder / "logs"
        self._ends = ExitStack()
        self.commands = CommandRunner()
        self._ports: dict[str, int] = {}
        self.replay_url: str | None = None
        self.deployment: sam.Deployment | None = None
        self.training: TrainingAgent | None = None
        self.clock = Clock(self._kept_moment() or choice.start, choice.speed)

    def _kept_moment(self) -> datetime | None:
        """Where a replay goes on: at the last cycle of the run before."""
        kept = self.folder / "last-cycle"
        hurried = self.choice.start is not None or self.choice.speed != 1
        return datetime.fromisoformat(kept.read_text()) if hurried and kept.exists() else None

    def remember(self, as_of: datetime) -> None:
        """The last cycle that was done, for the next run."""
        write_whole(self.folder / "last-cycle", as_of.isoformat())

    # ---- servers ---------------------------------------------------------------------------

    def start(self, announce: Announce = lambda _: None) -> None:
        """Start every server and migrate; raises RuntimeError naming the one that failed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._hold_folder()
        self._ends.callback(self.commands.stop)
        self._choose_ports()
        announce("Postgres")
        self.postgres = self._own(Postgres(self.folder / "postgres", self._ports["postgres"]))
        announce("Valkey, behind Upstash's protocol")
        self.valkey = self._own(Valkey(self.folder / "valkey", self._ports["valkey"]))
        tokens = [kept_token(self.folder / name) for name in ("redis-token", "readonly-redis-token")]
        log, port = self.logs / "upstash.log", self._ports["upstash"]
        self.upstash = self._own(Upstash(self.valkey.url, tokens[0], log, port, readonly_token=tokens[1]))
        announce("MiniStack")
        self.ministack = self._own(MiniStack(self.folder / "ministack", self._ports["ministack"]))
        announce("migrations")
        migrate(self.postgres.url())
        self.readonly_database_url = make_login(self.postgres.url(), READONLY_LOGIN)
        if self.choice.label is not DataLabel.LIVE:
            announce("the vendors' stand-in")
            self._start_replay()

    def _hold_folder(self) -> None:
        """Two stacks on the same data would spoil it."""
        self._ends.enter_context(hold(self.folder))

    def _own(self, server: ServerT) -> ServerT:
        self._ends.callback(server.stop)
        server.start()
        return server

    def _choose_ports(self) -> None:
        kept = self.folder / "ports.json"
        known = json.loads(kept.read_text()) if kept.exists() else {}
        for name in ("postgres", "valkey", "upstash", "ministack", "replay", "dashboard"):
            port = known.get(name)
            self._ports[name] = port if port and is_free(port) else free_port()
        write_whole(kept, json.dumps(self._ports))

    def _start_replay(self) -> None:
        port = self._ports["replay"]
        command = [str(VENV_BIN / "python"), "-m", "local.replay", "--port", str(port)]
        command += ["--source", str(self.choice.label), "--now", self.clock.now().isoformat()]
        if self.choice.data:
            command += ["--data", str(self.choice.data)]
        child = Child("replay", command, {**os.environ, "PYTHONPATH": str(ROOT)}, self.logs / "replay.log")
        self._ends.callback(child.stop)
        self.replay_url = f"http://127.0.0.1:{port}"
        wait_for(f"{self.replay_url}/_clock", child)

    # ---- the deployed template -------------------------------------------------------------

    @property
    def parameters(self) -> dict[str, str]:
        """What the template is deployed with."""
        return {
            "Stage": "local",
            "PythonRuntime": sam.python_runtime(),
            "Symbols": ",".join(self.choice.symbols),
            "DataLabel": str(self.choice.label),
            "DataSince": self.choice.start.date().isoformat() if self.choice.start else "",
            "SourceBaseUrl": self.replay_url or "",
            "CoingeckoPlan": os.environ.get("COINGECKO_PLAN", ""),
            "EndpointUrl": self.ministack.url,
            "ScheduleState": "DISABLED",
            "AlarmPeriodSeconds": "10",
            "AlarmPeriods": "1",
            # A hurried clock passes a cool-down of hours in seconds.
            "TrainingCooldownSeconds": str(max(60, round(21_600 / self.choice.speed))),
            "ShadowCycles": str(SHADOW_CYCLES),
            **self._overrides,
        }

    @property
    def env(self) -> dict[str, str]:
        """The environment of the operator's command and of training on this stack."""
        values = {
            "STAGE": "local",
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.upstash.url,
            "REDIS_TOKEN": self.upstash.token,
            "SYMBOLS": ",".join(self.choice.symbols),
            "DATA_LABEL": str(self.choice.label),
            "AWS_ENDPOINT_URL": self.ministack.url,
            "SHADOW_CYCLES": self.parameters["ShadowCycles"],
            **CREDENTIALS,
        }
        if self.replay_url:
            values["SOURCE_BASE_URL"] = self.replay_url
        if self.choice.start:
            values["DATA_SINCE"] = self.choice.start.date().isoformat()
        if self.deployment:
            values["REGISTRY_BUCKET"] = self.deployment["RegistryBucketName"]
            values["TRAINING_CLUSTER"] = self.deployment["TrainingClusterName"]
            values["TRAINING_TASK_DEFINITION"] = self.deployment["TrainingTaskDefinitionArn"]
        return values

    def deploy(self) -> None:
        """Build and deploy, unless exactly this is deployed already. Needs no store to be filled."""
        self._put_secrets()
        mark = sam.fingerprint(self.parameters)
        kept = self.folder / "deployed.json"
        if kept.exists() and json.loads(kept.read_text())["fingerprint"] == mark:
            self.deployment = sam.describe(self.ministack)
        if self.deployment is None:
            sam.build(self.commands, self.parameters, self.logs / "sam-build.log")
            log = self.logs / "sam-deploy.log"
            self.deployment = sam.deploy(self.commands, self.ministack, self.parameters, log)
            write_whole(kept, json.dumps({"fingerprint": mark}))

    def _put_secrets(self) -> None:
        stores = {
            "database-url": self.postgres.url(),
            "readonly-database-url": self.readonly_database_url,
            "redis-url": self.upstash.url,
            "redis-token": self.upstash.token,
            "readonly-redis-token": self.upstash.readonly_token,
        }
        put_secrets(self.ministack.client("ssm"), stores)

    def start_training_agent(self) -> None:
        assert self.deployment
        self.training = TrainingAgent(
            self.ministack.client("ecs"),
            self.deployment["TrainingClusterName"],
            {**os.environ, **self.env},
            self.logs,
        )
        self.training.start()
        self._ends.callback(self.training.stop)

    def serve_dashboard(self) -> None:
        port = self._ports["dashboard"]
        command = [
            str(VENV_BIN / "python"),
            "-m",
            "local.dashboard",
            "--folder",
            str(DIST),
            "--port",
            str(port),
        ]
        command += ["--api-url", self.api_url, "--stream-url", self.stream_url]
        child = Child(
            "dashboard", command, {**os.environ, "PYTHONPATH": str(ROOT)}, self.logs / "dashboard.log"
        )
        self._ends.callback(child.stop)
        wait_for(f"{self.dashboard_url}/config.json", child)

    # ---- addresses -------------------------------------------------------------------------

    @property
    def api_url(self) -> str:
        assert self.deployment
        return f"{self.ministack.url}/_aws/execute-api/{self.deployment['HttpApiId']}/$default"

    @property
    def stream_url(self) -> str:
        assert self.deployment
        api, stage = self.deployment["StreamApiId"], self.deployment["StreamStage"]
        return f"ws://127.0.0.1:{self._ports['ministack']}/_aws/execute-api/{api}/{stage}"

    @property
    def dashboard_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['dashboard']}"

    def cycles(self) -> CycleDriver:
        assert self.deployment
        return CycleDriver(
            self.ministack.client("stepfunctions"), self.deployment["CycleStateMachineArn"], self.replay_url
        )

    def close(self) -> None:
        """Stop every process this stack started, the last one first."""
        self._ends.close()


def wait_for(url: str, child: Child, timeout_s: float = 30) -> None:
    """Wait until `url` answers; raises RuntimeError with the end of the child's log."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and child.returncode is None:
        try:
            if httpx.get(url, timeout=2).status_code < 500:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError(f"{child.name} does not answer at {url}:\n{child.tail()}")


@contextmanager
def running(choice: Choice, folder: Path | None = None) -> Iterator[Stack]:
    """A stack that is closed whatever happens."""
    stack = Stack(choice, folder)
    try:
        yield stack
    finally:
        stack.close()
