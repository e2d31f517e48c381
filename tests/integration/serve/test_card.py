"""The model card of a registered version, and that nothing but the registered file is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cryptocast.domain import Horizon
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import read_champion
from cryptocast.registry.manifest import Manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
from tests.factories import AS_OF

pytestmark = pytest.mark.integration
Make = Callable[..., TestClient]
NAME = layout.price_model(Horizon.H1)
CARD = "/v1/models/1h/card"


def published(bucket: Bucket, mark: str, horizon: Horizon = Horizon.H1) -> str:
    """A version whose model is no model: the card must not need it."""
    files = {
        "model.onnx": f"no model {mark}".encode(),
        layout.CARD_PAGE: f"<!doctype html><h1>{mark} ≥ 65 %</h1>".encode(),
        layout.CARD_DATA: b'{"title": "%s"}\n' % mark.encode(),
    }
    manifest = Manifest(kind="prices", horizon=horizon, created_at=AS_OF)
    return publish(bucket, "prices", files, manifest)


@pytest.fixture
def served(bucket: Bucket) -> str:
    """The version of 1h's champion."""
    version = published(bucket, "champion")
    promote(bucket, NAME, version, None, "the first", AS_OF)
    return version


def spoil(bucket: Bucket, version: str, file: str, body: bytes | None) -> None:
    key = layout.file_key(NAME, version, file)
    if body is None:
        bucket._client.delete_object(Bucket=bucket.name, Key=key)
    else:
        bucket.put(key, body)


def refusal(answer: Any) -> tuple[int, str]:
    body = answer.json()
    assert body["error"]["what_to_do"]
    assert body["data_label"] == "simulated"
    return answer.status_code, body["error"]["code"]


def test_the_champions_card_is_a_page_that_can_run_nothing(client: TestClient, served: str) -> None:
    answer = client.get(CARD)
    assert answer.status_code == 200
    assert answer.text == "<!doctype html><h1>champion ≥ 65 %</h1>"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'unsafe-inline'"
    assert not {name for name in policy if name.startswith("script")}


def test_the_same_as_json(client: TestClient, served: str) -> None:
    answer = client.get(CARD, params={"format": "json"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == {"title": "champion"}


def test_a_new_champions_card_follows_and_the_old_ones_can_be_asked_for(
    client: TestClient, served: str, bucket: Bucket
) -> None:
    newer = published(bucket, "newer")
    assert "champion" in client.get(CARD).text
    assert "newer" in client.get(CARD, params={"version": newer}).text
    promote(bucket, NAME, newer, read_champion(bucket, NAME)[1], "better", AS_OF + timedelta(days=1))
    assert "newer" in client.get(CARD).text
    old = client.get(CARD, params={"version": served, "format": "json"})
    assert old.json() == {"title": "champion"}


def test_a_version_needs_no_champion_to_be_looked_at(client: TestClient, bucket: Bucket) -> None:
    version = published(bucket, "candidate")
    assert refusal(client.get(CARD)) == (503, "no_model")
    assert client.get(CARD, params={"version": version}).status_code == 200


def test_only_the_card_of_a_named_version_may_be_kept(client: TestClient, served: str) -> None:
    kept = [client.get(CARD, params=params).headers["cache-control"] for params in ({}, {"version": served})]
    assert kept == ["no-cache", "public, max-age=300"]


def test_what_is_not_there_is_named(client: TestClient, served: str, bucket: Bucket) -> None:
    horizon = client.get("/v1/models/2h/card")
    assert refusal(horizon) == (404, "unknown_horizon")
    assert "15m, 1h, 4h, 24h" in horizon.json()["error"]["what_to_do"]
    unknown = "20240101T000000Z-1a2b3c4d"
    version = client.get(CARD, params={"version": unknown})
    assert refusal(version) == (404, "unknown_version")
    assert unknown in version.json()["error"]["message"]
    elsewhere = published(bucket, "of 4h", Horizon.H4)
    assert refusal(client.get(CARD, params={"version": elsewhere})) == (404, "unknown_version")


def test_a_version_without_a_card_says_so(client: TestClient, champion: str) -> None:
    for form in ("html", "json"):
        answer = client.get(CARD, params={"format": form})
        assert refusal(answer) == (404, "no_card")
        assert champion in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "params", [{"version": "../15m"}, {"version": ""}, {"version": "x" * 99}, {"format": "pdf"}]
)
def test_a_wrong_request_is_told_what_is_wrong(client: TestClient, served: str, params: Any) -> None:
    answer = client.get(CARD, params=params)
    assert refusal(answer) == (422, "bad_request")
    assert next(iter(params)) in answer.json()["error"]["message"]


def test_a_wrong_version_is_told_what_one_looks_like(client: TestClient) -> None:
    error = client.get(CARD, params={"version": "newest"}).json()["error"]
    assert error["message"] == "query.version: not of the form of a version."
    assert "such as 20240101T000000Z-1a2b3c4d" in error["what_to_do"]


@pytest.mark.parametrize("body", [b"<h1>100 % right</h1>", b"", None], ids=["tampered", "empty", "gone"])
@pytest.mark.parametrize(("form", "file"), [("html", layout.CARD_PAGE), ("json", layout.CARD_DATA)])
def test_a_card_that_is_not_the_registered_one_is_refused(
    client: TestClient, served: str, bucket: Bucket, form: str, file: str, body: bytes | None
) -> None:
    spoil(bucket, served, file, body)
    for params in ({"format": form}, {"format": form, "version": served}):
        answer = client.get(CARD, params=params)
        assert refusal(answer) == (503, "corrupt_card")
        assert f"{served}/{file}" in answer.json()["error"]["message"]
        assert "100 % right" not in answer.text
        assert "content-security-policy" not in answer.headers


def test_a_manifest_that_is_not_the_promoted_one_is_refused(
    client: TestClient, served: str, bucket: Bucket
) -> None:
    key = layout.file_key(NAME, served, layout.MANIFEST)
    bucket.put(key, bucket.get(key).body + b"\n")
    assert refusal(client.get(CARD)) == (503, "corrupt_model")


def test_a_spoilt_model_does_not_hide_its_card(client: TestClient, served: str, bucket: Bucket) -> None:
    spoil(bucket, served, "model.onnx", None)
    assert client.get(CARD).status_code == 200


def test_without_a_registry_and_with_a_silent_one_it_says_so(make_client: Make, bucket: Bucket) -> None:
    assert refusal(make_client(bucket=None).get(CARD)) == (503, "no_model")
    silent: Any = Bucket(bucket._client, "no-such-bucket")
    assert refusal(make_client(bucket=silent).get(CARD)) == (503, "store_unavailable")


def test_the_sentiment_champions_card_is_served_as_a_price_models_is(
    client: TestClient, bucket: Bucket
) -> None:
    url = "/v1/models/sentiment/card"
    assert refusal(client.get(url)) == (503, "no_model")
    files = {layout.CARD_PAGE: b"<!doctype html><h1>of texts</h1>", layout.CARD_DATA: b'{"title": "texts"}'}
    manifest = Manifest(kind="sentiment", version="minilm-finance-1a2b3c4d", created_at=AS_OF)
    version = publish(bucket, "sentiment", files, manifest)
    promote(bucket, layout.SENTIMENT, version, None, "the first", AS_OF)
    page = client.get(url)
    assert (page.status_code, page.text) == (200, files[layout.CARD_PAGE].decode())
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert client.get(url, params={"version": version, "format": "json"}).json() == {"title": "texts"}
    unknown = client.get(url, params={"version": "minilm-finance-00000000"})
    assert refusal(unknown) == (404, "unknown_version")
    assert "sentiment has no version minilm" in unknown.json()["error"]["message"]
    assert refusal(client.get(url, params={"version": "../prices"})) == (422, "bad_request")
    bucket.put(layout.file_key(layout.SENTIMENT, version, layout.CARD_PAGE), b"100 % right")
    assert refusal(client.get(url)) == (503, "corrupt_card")
