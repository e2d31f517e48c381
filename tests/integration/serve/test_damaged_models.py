"""A registry with a file spoilt or gone: what is damaged is named, and hides nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cryptocast.domain import Horizon
from cryptocast.errors import CorruptArtifact
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import name_candidate
from cryptocast.registry.load import load_champion, read_manifest
from cryptocast.registry.manifest import Manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
from cryptocast.registry.sentiment_model import publish_sentiment
from cryptocast.sentiment.default import FOLDER
from tests.factories import AS_OF
from tests.integration.serve.conftest import OWN

pytestmark = pytest.mark.integration
NAME = layout.price_model(Horizon.H1)
ASKED = {"horizon": "1h", "features": dict.fromkeys(OWN, 0.5)}
CARD = "/v1/models/1h/card"
BACK = "`cryptocast models rollback --horizon 1h --to VERSION`"


def lose(bucket: Bucket, key: str) -> None:
    bucket._client.delete_object(Bucket=bucket.name, Key=key)


def models(client: TestClient) -> tuple[list[str], list[str], list[str]]:
    """The versions that serve and that are tried, and what is said of 1h."""
    body = client.get("/v1/models").json()
    served, tried = ([m["version"] for m in body[role]] for role in ("champions", "candidates"))
    return served, tried, [word for word in body["missing"] if word.startswith("1h: ")]


@pytest.fixture
def candidate(bucket: Bucket, champion: str, model_files: dict[str, bytes]) -> str:
    manifest = read_manifest(bucket, NAME, champion).model_copy(update={"version": "v2", "sha256": {}})
    version = publish(bucket, "prices", model_files, manifest)
    name_candidate(bucket, NAME, version, "passed", AS_OF)
    return version


def test_a_spoilt_decision_hides_neither_champion_nor_candidate(
    client: TestClient, champion: str, candidate: str, bucket: Bucket
) -> None:
    assert models(client) == ([champion], [candidate], [])
    for version in (champion, candidate):
        bucket.put(layout.decision_key(NAME, version, 1), b"garbage")
    served, tried, (of_champion, of_candidate) = models(client)
    assert (served, tried) == ([champion], [candidate])
    assert f"{champion}/decision.json: not a decision" in of_champion
    assert f"{candidate}/decision.json: not a decision" in of_candidate


def test_a_candidate_that_is_gone_is_named_and_the_champion_is_not_called_absent(
    client: TestClient, champion: str, candidate: str, bucket: Bucket
) -> None:
    lose(bucket, layout.file_key(NAME, candidate, layout.MANIFEST))
    said = f"1h: {NAME}/{candidate}/manifest.json: the version is named and is not there"
    assert models(client) == ([champion], [], [said])


def test_a_champion_that_is_gone_is_named_and_its_candidate_stays(
    client: TestClient, champion: str, candidate: str, bucket: Bucket
) -> None:
    lose(bucket, layout.file_key(NAME, champion, layout.MANIFEST))
    said = f"1h: {NAME}/{champion}/manifest.json: the version is named and is not there"
    assert models(client) == ([], [candidate], [said])
    for answer in (client.post("/v1/predict", json=ASKED), client.get(CARD)):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (503, "corrupt_model")
        assert BACK in error["what_to_do"]
    with pytest.raises(CorruptArtifact, match="is not there"):
        load_champion(bucket, NAME)


@pytest.mark.parametrize("role", ["champion", "candidate"])
def test_a_manifest_with_better_figures_is_not_shown(
    client: TestClient, champion: str, candidate: str, bucket: Bucket, role: str
) -> None:
    key = layout.file_key(NAME, champion if role == "champion" else candidate, layout.MANIFEST)
    altered = json.loads(bucket.get(key).body) | {"metrics": {"accuracy": 0.99}}
    bucket.put(key, json.dumps(altered).encode())
    served, tried, (said,) = models(client)
    shown = ([], [candidate]) if role == "champion" else ([champion], [])
    assert (served, tried) == shown
    assert "manifest.json: SHA-256 is" in said


def test_a_champion_json_that_cannot_be_read_is_named_with_the_way_back(
    client: TestClient, candidate: str, bucket: Bucket
) -> None:
    bucket.put(layout.champion_key(NAME), b"garbage")
    served, tried, (said,) = models(client)
    assert (served, tried) == ([], [candidate])
    assert "champion.json: not a champion" in said
    error = client.post("/v1/predict", json=ASKED).json()["error"]
    assert BACK in error["what_to_do"]


def test_a_corrupt_manifest_of_a_version_that_is_asked_for_needs_no_rollback(
    client: TestClient, bucket: Bucket
) -> None:
    version = "20240101T000000Z-1a2b3c4d"
    bucket.put(layout.file_key(NAME, version, layout.MANIFEST), b"garbage")
    answer = client.get(CARD, params={"version": version})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "corrupt_model")
    assert "Restore the object's first version" in answer.json()["error"]["what_to_do"]


def test_the_texts_model_is_told_by_its_title_and_its_texts(client: TestClient, bucket: Bucket) -> None:
    version = publish_sentiment(bucket, FOLDER, AS_OF).version
    (model,) = client.get("/v1/models").json()["champions"]
    assert model["version"] == version
    assert model["title"].endswith("Not CryptoBERT.")
    assert "StockTwits messages on US equities, 2020: bearish, bullish; Finance" in model["trained_on"]
    assert "CryptoBERT" not in model["trained_on"]


def test_a_sentiment_model_that_says_little_is_told_too(
    client: TestClient, bucket: Bucket, model_files: dict[str, bytes]
) -> None:
    version = publish(bucket, "sentiment", model_files, Manifest(kind="sentiment", created_at=AS_OF))
    promote(bucket, layout.SENTIMENT, version, None, "the first", AS_OF)
    (model,) = client.get("/v1/models").json()["champions"]
    assert (model["title"], model["trained_on"]) == (version, "data that it does not name")


def test_a_corrupt_sentiment_model_is_told_with_its_own_way_back(make_client: Any) -> None:
    def corrupt() -> Any:
        raise CorruptArtifact("model.onnx: not it")

    answer = make_client(scorer=corrupt).post("/v1/sentiment", json={"texts": ["x"]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "corrupt_model")
    assert "rollback --sentiment --to VERSION" in answer.json()["error"]["what_to_do"]
