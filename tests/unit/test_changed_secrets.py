"""A token or a key that was changed: what was read when the function started is of no use any more."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest

from cryptocast import wiring
from cryptocast.errors import SourceUnavailable, StoreUnavailable
from tests.fixtures_aws import SECRETS, put_secret


@pytest.fixture
def clock(fresh_wiring: None, moto_aws: None, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    put_secret("redis-token", "old")
    monkeypatch.setenv("REDIS_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("REDIS_TOKEN_PARAMETER", f"{SECRETS}/redis-token")
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
    put_secret("redis-token", "new")
    clock[0] += 61
    assert (token(), wiring.online_store() is before) == ("old", True)
    fail()
    assert (token(), wiring.online_store() is before) == ("new", False)


def test_secrets_are_not_read_at_every_failure(clock: list[float]) -> None:
    fail()
    put_secret("redis-token", "new")
    clock[0] += 59
    fail()
    assert token() == "old"
    clock[0] += 2
    assert token() == "new"


def test_secrets_that_nobody_doubts_are_not_read_again(clock: list[float]) -> None:
    assert token() == "old"
    put_secret("redis-token", "new")
    clock[0] += 86_400
    assert token() == "old"


def test_a_doubt_is_gone_once_the_secrets_were_read(clock: list[float]) -> None:
    fail()
    clock[0] += 61
    assert token() == "old"
    put_secret("redis-token", "new")
    clock[0] += 61
    assert token() == "old"


def test_secrets_that_did_not_change_leave_every_client_in_use(clock: list[float]) -> None:
    before = wiring.online_store()
    clock[0] += 61
    fail()
    assert wiring.online_store() is before


def test_secrets_stay_while_ssm_does_not_answer(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    before = wiring.online_store()
    put_secret("redis-token", "new")
    clock[0] += 61
    fail()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    wiring.aws.cache_clear()
    assert (token(), wiring.online_store() is before) == ("old", True)


def test_a_silent_ssm_is_asked_once_and_not_for_long(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request waits for it: the client's usual patience is longer than a function lives."""
    assert token() == "old"
    wiring.doubt_secrets()
    clock[0] += 61
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
    boto3.client("ssm").delete_parameter(Name=f"{SECRETS}/redis-token")
    clock[0] += 61
    fail()
    assert (token(), wiring.online_store() is before) == ("old", True)
    assert "redis-token, which REDIS_TOKEN is read from; the one before goes on" in caplog.text


@pytest.fixture
def coingecko(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A vendor that takes the key `new` alone, and answers without one; SSM has the key `old`."""

    class Vendor(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key = self.headers.get("x-cg-demo-api-key")
            body = json.dumps([{"id": "bitcoin", "current_price": 5, "last_updated": "2026-01-01T00:00:00Z"}])
            self.send_response(200 if key in (None, "new") else 401)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    put_secret("coingecko-api-key", "old")
    monkeypatch.setenv("SOURCE_BASE_URL", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setenv("COINGECKO_API_KEY_PARAMETER", f"{SECRETS}/coingecko-api-key")
    yield
    server.shutdown()
    server.server_close()


def prices() -> list[float]:
    """What a collector does: a vendor that refuses has the keys doubted."""
    try:
        return [quote.price for quote in wiring.sources().quotes.quotes(["BTC"]).records]
    except SourceUnavailable as error:
        assert error.refused
        wiring.sources().doubt_keys()
        return []


def test_a_vendors_key_is_read_again_after_it_was_refused(clock: list[float], coingecko: None) -> None:
    before = wiring.sources()
    assert prices() == []
    put_secret("coingecko-api-key", "new")
    clock[0] += 59
    assert (prices(), prices()) == ([], [])
    clock[0] += 2
    assert (prices(), wiring.sources() is before) == ([5.0], False)


def test_a_vendors_key_is_used_in_the_cycle_after_the_one_that_was_refused(
    clock: list[float], coingecko: None
) -> None:
    """A cycle reads the settings at its start and is refused seconds later, once in 15 minutes."""
    for _ in range(3):
        assert prices() == []
        clock[0] += 900
    put_secret("coingecko-api-key", "new")
    assert prices() == [5.0]


def test_reddits_keys_are_looked_for_in_each_cycle(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("reddit-client-id", "reddit-client-secret")
    for name in names:
        monkeypatch.setenv(f"{name.upper().replace('-', '_')}_PARAMETER", f"{SECRETS}/{name}")
    for _ in range(3):
        sources = wiring.sources()
        clock[0] += 5
        assert sources.reddit is None
        sources.doubt_keys()  # as collect_social does
        clock[0] += 895
    for name in names:
        put_secret(name, "new")
    assert wiring.sources().reddit is not None


def test_a_vendors_key_that_was_taken_away_is_used_no_more(clock: list[float], coingecko: None) -> None:
    assert prices() == []
    boto3.client("ssm").delete_parameter(Name=f"{SECRETS}/coingecko-api-key")
    clock[0] += 61
    assert prices() == [5.0]
    assert token() == "old"
