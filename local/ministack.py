"""MiniStack: the AWS on this machine. It runs the deployed code, without Docker."""

from __future__ import annotations

import os
import shutil
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from local.paths import TOOLS_BIN
from local.processes import Child

REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


_UNPACKED_BYTES = 6 * 2**30


def _scratch_folder(folder: Path) -> Path:
    """Where each function's layers are unpacked: in memory where there is plenty, else beside the state.

    Eleven functions unpack 2 GB in 48,000 files; on a slow disk that takes a minute and more.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a name of our own in it, made anew at each start
    if memory.is_dir() and shutil.disk_usage(memory).free > _UNPACKED_BYTES:
        return memory / f"cryptocast-{sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"
    return folder / "tmp"


class MiniStack:
    """MiniStack on `port`, its state kept in `folder` between runs."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._child: Child | None = None
        self._scratch = _scratch_folder(self.folder)

    def start(self, timeout_s: float = 30) -> None:
        """Start and wait until it answers; raises RuntimeError with the log's end if it does not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTHON"))},
            **CREDENTIALS,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": "127.0.0.1",
            "LAMBDA_EXECUTOR": "local",
            "IOT_MTLS_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.folder / "s3"),
            "TMPDIR": str(self._scratch),
            # Workers end after five idle minutes otherwise, and a page opened then waits for new ones.
            "LAMBDA_WARM_TTL_SECONDS": "86400",
            # Training runs as a process of ours (local/training.py), with Docker or without.
            "DOCKER_HOST": "unix:///nonexistent",
        }
        self._empty_scratch()
        self._scratch.mkdir(parents=True)
        self._child = Child("ministack", [str(TOOLS_BIN / "ministack")], env, self.folder / "ministack.log")
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/_ministack/health", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
            if self._child.returncode is not None:
                break
        raise RuntimeError(f"MiniStack did not start on port {self.port}:\n{self._child.tail()}")

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(grace_s=20)
            self._empty_scratch()

    def _empty_scratch(self) -> None:
        """What it unpacked stays behind otherwise, some 2 GB."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def client(self, service: str) -> Any:
        """A boto3 client of `service` on this MiniStack."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(read_timeout=900, retries={"max_attempts": 2}),
        )
