"""Handlers as Lambda runs them: the function's folder on the path, its environment set, real stores."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import ModuleType

import pytest
from upstash_redis import Redis

from cryptocast import wiring
from cryptocast.errors import SettingsError
from cryptocast.registry.bucket import Bucket
from local.upstash import Upstash
from tests.fixtures_aws import SECRETS, put_secret
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
def cloud(fresh_wiring: None, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty AWS account with a registry bucket, and the environment that every function has."""
    for name, value in {
        "REGISTRY_BUCKET": bucket.name,
        "SYMBOLS": "BTC,ETH",
        "DATA_LABEL": "simulated",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def stores(
    cloud: None, database_url: str, upstash_server: Upstash, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The embedded Postgres and Redis, given to the functions as SSM parameters."""
    for name, value in {
        "database-url": database_url,
        "redis-url": upstash_server.url,
        "redis-token": upstash_server.token,
    }.items():
        put_secret(name, value)
        monkeypatch.setenv(f"{name.upper().replace('-', '_')}_PARAMETER", f"{SECRETS}/{name}")
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
    for name, value in given.items():
        put_secret(name, value)
        variable = name.removeprefix("readonly-").upper().replace("-", "_")
        monkeypatch.setenv(f"{variable}_PARAMETER", f"{SECRETS}/{name}")
