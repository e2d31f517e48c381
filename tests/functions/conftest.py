"""Handlers as Lambda runs them: the function's folder on the path, its environment set, real stores."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import ModuleType

import boto3
import pytest
from moto import mock_aws
from upstash_redis import Redis

from cryptocast import wiring
from cryptocast.errors import SettingsError
from local.upstash import Upstash
from tests.template import ROOT

Load = Callable[[str], ModuleType]


@pytest.fixture
def load() -> Load:
    """`load("publish").handler` is the handler of functions/publish."""

    def load_function(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(
            f"functions_{name}", ROOT / "functions" / name / "handler.py"
        )
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load_function


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty AWS account with a registry bucket, and the environment that every function has."""
    for name in wiring.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "REGISTRY_BUCKET": "registry",
        "SYMBOLS": "BTC,ETH",
        "DATA_LABEL": "simulated",
    }.items():
        monkeypatch.setenv(name, value)
    wiring.forget()
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="registry")
        yield
    wiring.forget()


@pytest.fixture
def stores(
    cloud: None, database_url: str, upstash_server: Upstash, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The embedded Postgres and Redis, given to the functions as SSM parameters."""
    put_parameters({"database-url": database_url, "redis-url": upstash_server.url})
    put_parameters({"redis-token": upstash_server.token})
    for name in ("database-url", "redis-url", "redis-token"):
        monkeypatch.setenv(f"{name.upper().replace('-', '_')}_PARAMETER", f"/cryptocast/test/{name}")
    yield
    with suppress(SettingsError):  # a test that took the secret away opened nothing
        wiring.database().close()


@pytest.fixture
def readonly_stores(
    stores: None, readonly_database_url: str, upstash_server: Upstash, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, as the API is given them: by the login and the token that may only read."""
    given = {
        "readonly-database-url": readonly_database_url,
        "readonly-redis-token": upstash_server.readonly_token,
    }
    put_parameters(given)
    for name in given:
        variable = name.removeprefix("readonly-").upper().replace("-", "_")
        monkeypatch.setenv(f"{variable}_PARAMETER", f"/cryptocast/test/{name}")


def put_parameters(given: dict[str, str]) -> None:
    for name, value in given.items():
        boto3.client("ssm").put_parameter(
            Name=f"/cryptocast/test/{name}", Value=value, Type="SecureString", Overwrite=True
        )
