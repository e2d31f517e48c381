"""A token that Upstash changed: what was read when the function started is of no use any more."""

from __future__ import annotations

import socket

import boto3
import pytest
from moto import mock_aws

from cryptocast import wiring
from cryptocast.errors import StoreUnavailable
from tests.unit.test_wiring import PREFIX, clean, cloud, put_secret

__all__ = ["clean", "cloud"]


def change_secret(name: str, value: str) -> None:
    boto3.client("ssm").put_parameter(
        Name=f"{PREFIX}/{name}", Value=value, Type="SecureString", Overwrite=True
    )


@pytest.fixture
def clock(cloud: None, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    put_secret("redis-token", "old")
    monkeypatch.setenv("REDIS_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("REDIS_TOKEN_PARAMETER", f"{PREFIX}/redis-token")
    clock = [1_000_000.0]
    monkeypatch.setattr(wiring, "time", lambda: clock[0])
    return clock


def token() -> str:
    value = wiring.settings().redis_token
    assert value is not None
    return value.get_secret_value()


def fail() -> None:
    with pytest.raises(StoreUnavailable):
        wiring.online_store().read_cycle()


def test_secrets_are_read_again_after_a_store_did_not_answer(clock: list[float]) -> None:
    before = wiring.online_store()
    change_secret("redis-token", "new")
    clock[0] += 61
    assert (token(), wiring.online_store() is before) == ("old", True)
    fail()
    assert (token(), wiring.online_store() is before) == ("new", False)


def test_secrets_are_not_read_at_every_failure(clock: list[float]) -> None:
    fail()
    change_secret("redis-token", "new")
    clock[0] += 59
    fail()
    assert token() == "old"
    clock[0] += 2
    fail()
    assert token() == "new"


def test_secrets_that_did_not_change_leave_every_client_in_use(clock: list[float]) -> None:
    before = wiring.online_store()
    clock[0] += 61
    fail()
    assert wiring.online_store() is before


def test_secrets_stay_while_ssm_does_not_answer(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    before = wiring.online_store()
    change_secret("redis-token", "new")
    clock[0] += 61
    fail()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    wiring.aws.cache_clear()
    assert (token(), wiring.online_store() is before) == ("old", True)


def test_a_silent_ssm_is_asked_once_and_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request waits for it: the client's usual patience is longer than a function lives."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("REDIS_TOKEN_PARAMETER", f"{PREFIX}/redis-token")
    with mock_aws():
        put_secret("redis-token", "old")
        assert token() == "old"
    wiring.settings.cache_clear()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert token() == "old"
        silent.setblocking(False)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_a_secret_that_was_taken_away_goes_on_and_is_told(
    clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    before = wiring.online_store()
    boto3.client("ssm").delete_parameter(Name="/cryptocast/test/redis-token")
    clock[0] += 61
    fail()
    assert (token(), wiring.online_store() is before) == ("old", True)
    assert "redis-token, which REDIS_TOKEN is read from; the one before goes on" in caplog.text
