"""`sam build` and `sam deploy` of the unchanged template.yaml, onto MiniStack."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.commands import CommandRunner
from local.ministack import CREDENTIALS, MiniStack
from local.paths import BUILD, ROOT, TOOLS_BIN, VENV_BIN

STACK_NAME = "cryptocast-local"
_DEPLOYED_PATHS = ("template.yaml", "samconfig.toml", "statemachines", "functions", "layers", "shared")


@dataclass(frozen=True)
class Deployment:
    """What the deployed stack says of itself: its CloudFormation outputs."""

    outputs: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.outputs[key]


def fingerprint(parameters: Mapping[str, str]) -> str:
    """Changes when a deploy would change something: the deployed files and the parameters."""
    digest = hashlib.sha256(repr(sorted(parameters.items())).encode())
    for top in _DEPLOYED_PATHS:
        path = ROOT / top
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in files:
            if "__pycache__" in file.parts or any(part.endswith(".egg-info") for part in file.parts):
                continue
            digest.update(str(file.relative_to(ROOT)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def build(commands: CommandRunner, parameters: Mapping[str, str], log: Path) -> None:
    """Build, the layers for this machine. Raises RuntimeError with the end of the log when SAM cannot."""
    command = ["build", "--config-env", "local"]
    command += ["--parameter-overrides", f"PythonRuntime={parameters['PythonRuntime']}"]
    _sam(commands, command, {"LAYER_PLATFORM": "host"}, log)


def deploy(
    commands: CommandRunner, ministack: MiniStack, parameters: Mapping[str, str], log: Path
) -> Deployment:
    """Deploy the built template; raises RuntimeError when the stack is not complete or lacks its routes."""
    overrides = [f"{key}={value}" for key, value in parameters.items() if value]
    command = ["deploy", "--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"]
    command += ["--template-file", str(BUILD / "template.yaml")]
    command += ["--stack-name", STACK_NAME, "--parameter-overrides", *overrides]
    _sam(commands, command, {**CREDENTIALS, "AWS_ENDPOINT_URL": ministack.url}, log)
    deployment = describe(ministack)
    if deployment is None:
        raise RuntimeError(f"the stack {STACK_NAME} did not reach CREATE_COMPLETE; see {log}")
    _assert_routes(ministack, deployment)
    return deployment


def describe(ministack: MiniStack) -> Deployment | None:
    """The deployed stack, or None where there is none in a usable state."""
    cloudformation = ministack.client("cloudformation")
    try:
        stack = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    except cloudformation.exceptions.ClientError:
        return None
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return None
    return Deployment({o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])})


def _assert_routes(ministack: MiniStack, deployment: Deployment) -> None:
    """MiniStack deploys some API forms green and without routes: look, rather than trust."""
    apis = ministack.client("apigatewayv2")
    for key in ("HttpApiId", "StreamApiId"):
        if not apis.get_routes(ApiId=deployment[key])["Items"]:
            raise RuntimeError(f"the deployed API {key}={deployment[key]} has no routes")


def _sam(commands: CommandRunner, arguments: list[str], env: Mapping[str, str], log: Path) -> None:
    full_env: dict[str, Any] = {
        **os.environ,
        "PATH": f"{VENV_BIN}:{TOOLS_BIN}:{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": CREDENTIALS["AWS_DEFAULT_REGION"],
        **env,
    }
    commands.run([str(TOOLS_BIN / "sam"), *arguments], ROOT, log, full_env)


def python_runtime() -> str:
    """The Lambda runtime of this machine's interpreter: MiniStack runs functions under its own Python."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"
