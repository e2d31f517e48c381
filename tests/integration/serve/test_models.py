"""Champions, predictions, sentiment."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from cryptocast.domain import Horizon
from cryptocast.features.spec import FEATURE_NAMES
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import name_candidate
from cryptocast.registry.decision import Check, Decision, record_decision
from cryptocast.registry.explain import Explainer
from cryptocast.registry.layout import candidate_key, price_model
from cryptocast.registry.load import read_champion, read_manifest
from cryptocast.registry.manifest import Calibration
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
from cryptocast.store import feature_rows
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from tests.factories import AS_OF
from tests.integration.serve.conftest import OWN, ROW, show

pytestmark = pytest.mark.integration
Make = Callable[..., TestClient]
FEATURES = dict.fromkeys(OWN, 0.5)


def test_champions_say_what_they_were_trained_on(client: TestClient, champion: str) -> None:
    body = client.get("/v1/models").json()
    (model,) = body["champions"]
    assert (model["version"], model["horizon"], model["data_label"]) == (champion, "1h", "simulated")
    assert model["feature_names"] == list(OWN)
    assert model["title"] == "trees on noise"
    assert model["trained_on"] == "17,280 rows of BTC, ETH, simulated data"
    assert model["metrics"] == {"brier": 0.249, "baselines.reversal": 0.51}
    assert model["reason"] == "the first"
    assert "24h: no champion yet" in body["missing"]
    assert "sentiment: a small stand-in model scores meanwhile" in body["missing"]


def test_contributions_bias_and_calibration_add_up_to_what_is_said(
    client: TestClient, bucket: Bucket, model_files: dict[str, bytes], champion: str
) -> None:
    """How the page adds the reasons up: slope (bias + contributions) + intercept = log-odds of p_up."""
    name = price_model(Horizon.H1)
    calibration = Calibration(a=0.8, b=-0.05)
    bias = Explainer.from_json(model_files["trees.json"]).bias
    changes = {"version": "", "sha256": {}, "calibration": calibration, "bias": bias, "title": "calibrated"}
    manifest = read_manifest(bucket, name, champion).model_copy(update=changes)
    files = {**model_files, "note.txt": b"another version"}
    version = publish(bucket, "prices", files, manifest)
    promote(bucket, name, version, read_champion(bucket, name)[1], "calibrated", AS_OF)
    (model,) = client.get("/v1/models").json()["champions"]
    assert model["calibration"] == {"slope": 0.8, "intercept": -0.05}
    calls = set()
    for value in (-2.0, -0.4, 0.0, 0.3, 2.0):
        asked = {"horizon": "1h", "features": dict.fromkeys(OWN, value)}
        said = client.post("/v1/predict", json=asked).json()
        assert said["model_version"] == model["version"] == version
        lean = 0.8 * (model["bias"] + sum(said["contributions"].values())) - 0.05
        assert lean == pytest.approx(math.log(said["p_up"] / (1 - said["p_up"])), abs=1e-5)
        assert said["call"] == ("up" if lean > 0 else "down")
        calls.add(said["call"])
    assert calls == {"up", "down"}


def test_a_model_says_from_which_confidence_it_calls_and_how_that_was_fixed(
    client: TestClient, champion: str
) -> None:
    (model,) = client.get("/v1/models").json()["champions"]
    told = [model[f"abstain_{what}"] for what in ("below", "rule", "coverage", "tested")]
    assert told == [0.5, "none", None, None]


def test_a_candidate_and_the_last_decision_are_told(
    client: TestClient, champion: str, bucket: Bucket, model_files: dict[str, bytes]
) -> None:
    name = price_model(Horizon.H1)
    manifest = read_manifest(bucket, name, champion).model_copy(update={"version": "v2", "sha256": {}})
    version = publish(bucket, "prices", model_files, manifest)
    check = Check(name="lower Brier", passed=True, figure=0.02, allowed=0.1, said="p .02")
    for reason in ("first", "last"):
        decided = Decision(
            decided_at=AS_OF,
            challenger=version,
            champion=champion,
            verdict="candidate",
            reason=reason,
            checks=(check,),
        )
        record_decision(bucket, name, decided)
    name_candidate(bucket, name, version, "last", AS_OF)
    body = client.get("/v1/models").json()
    (served,), (tried,) = body["champions"], body["candidates"]
    assert (served["version"], served["decision"]) == (champion, None)
    assert (tried["version"], tried["promoted_at"], tried["reason"]) == (version, None, "last")
    assert (tried["decision"]["reason"], tried["decision"]["champion"]) == ("last", champion)
    assert tried["decision"]["checks"] == [check.model_dump()]
    bucket.put(candidate_key(name), b"garbage")
    body = client.get("/v1/models").json()
    assert [m["version"] for m in body["champions"]] == [champion]
    assert any("candidate.json" in word for word in body["missing"])


def test_without_a_registry_it_says_so(make_client: Make) -> None:
    client = make_client(bucket=None, champions=None)
    assert client.get("/v1/models").json()["error"]["code"] == "no_model"
    assert client.post("/v1/predict", json={"horizon": "1h", "symbol": "BTC"}).status_code == 503


def test_given_features_and_the_same_row_stored_say_the_same(
    client: TestClient, champion: str, db: Database, online: OnlineStore
) -> None:
    feature_rows.upsert(db, [ROW])
    show(online)
    asked = [
        {"horizon": "1h", "features": {name: ROW.values[name] for name in reversed(OWN)}},
        {"horizon": "1h", "symbol": "btc"},
        {"horizon": "1h", "symbol": "BTC", "as_of": AS_OF.isoformat()},
    ]
    given, newest, past = (client.post("/v1/predict", json=body).json() for body in asked)
    assert given["p_up"] == pytest.approx(newest["p_up"]) == pytest.approx(past["p_up"])
    assert given["call"] == ("up" if given["p_up"] > 0.5 else "down")
    assert set(given["contributions"]) == set(OWN)
    for said in (given, newest, past):
        assert said["features"] == pytest.approx({name: ROW.values[name] for name in OWN})
    assert given["model_version"] == champion
    assert (given["symbol"], newest["symbol"]) == (None, "BTC")
    assert newest["missing"] == ["posts: absent"]


def test_a_whole_row_may_be_sent_and_what_the_model_does_not_use_changes_nothing(
    client: TestClient, champion: str
) -> None:
    others = {name: 9.0 for name in FEATURE_NAMES if name not in OWN}
    own, all_of_them = (
        client.post("/v1/predict", json={"horizon": "1h", "features": features}).json()
        for features in (FEATURES, FEATURES | others)
    )
    assert len(FEATURES | others) == len(FEATURE_NAMES)
    assert own == all_of_them
    assert own["features"] == FEATURES


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"horizon": "1h"}, "either `features` or `symbol`"),
        ({"horizon": "1h", "symbol": "BTC", "features": FEATURES}, "either `features` or `symbol`"),
        ({"horizon": "1h", "features": FEATURES, "as_of": "2026-03-02T12:00:00Z"}, "`as_of` belongs to"),
        ({"horizon": "2h", "symbol": "BTC"}, "horizon"),
        ({"horizon": "1h", "features": {**FEATURES, "hour": None}}, "features.hour"),
        ({"horizon": "1h", "features": {**FEATURES, "moon": 1.0}}, "moon"),
        ({"horizon": "1h", "features": {"hour": 1.0}}, "features are absent"),
        ({"horizon": "1h", "symbol": "BTC", "as_of": "2026-03-02T12:01:00Z"}, "15-minute grid"),
        ({"horizon": "1h", "symbol": "BTC", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    client: TestClient, champion: str, body: dict[str, object], words: str
) -> None:
    answer = client.post("/v1/predict", json=body)
    assert answer.status_code == 422
    assert words in answer.json()["error"]["message"]


UNREADABLE = {
    "half a surrogate pair": json.dumps({"horizon": "1h", "features": {**FEATURES, "\ud800": 1}}),
    "one that is no field": json.dumps({"horizon": "1h", "symbol": "BTC", "\ud800": "x"}),
    "a name of 200 KB": json.dumps({"horizon": "1h", "features": {**FEATURES, "x" * 200_000: 1}}),
    "one that is no number": json.dumps({"horizon": "1h", "features": {"x" * 200_000: "x"}}),
    "nested too deep": "[" * 100_000,
    "a number of 5,000 digits": f"""{{"horizon": "1h", "features": {{"hour": {"9" * 5_000}}}}}""",
    "not UTF-8": b'{"horizon": "\xff"}',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_cannot_be_read_is_refused_in_few_words(
    client: TestClient, champion: str, body: str | bytes
) -> None:
    answer = client.post("/v1/predict", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_request")
    assert len(answer.content) < 1_000
    assert answer.json()["error"]["what_to_do"]


@pytest.mark.parametrize("text", ['{"horizon": "1h", "features": {"hour": NaN}}', "{broken", "[]", ""])
def test_what_is_not_a_request_is_refused(client: TestClient, champion: str, text: str) -> None:
    answer = client.post("/v1/predict", content=text, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["error"]["what_to_do"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{broken", "expecting property name enclosed in double quotes, at character 2."),
        ('{"horizon": "1h" "symbol"}', "expecting ',' delimiter, at character 18."),
        ('{"horizon', "unterminated string starting, at character 2."),
    ],
)
def test_a_body_that_is_not_json_is_told_where(client: TestClient, text: str, words: str) -> None:
    answer = client.post("/v1/predict", content=text, headers={"content-type": "application/json"})
    assert answer.json()["error"]["message"] == f"The body is not JSON: {words}"


def test_a_horizon_without_champion_and_a_coin_without_row(client: TestClient, champion: str) -> None:
    no_model = client.post("/v1/predict", json={"horizon": "24h", "features": FEATURES})
    assert (no_model.status_code, no_model.json()["error"]["code"]) == (503, "no_model")
    no_row = client.post("/v1/predict", json={"horizon": "1h", "symbol": "ETH"})
    assert (no_row.status_code, no_row.json()["error"]["code"]) == (404, "not_enough_data")
    assert no_row.json()["error"]["what_to_do"].endswith("Or send the features.")
    past = (AS_OF - timedelta(days=3)).isoformat()
    no_past = client.post("/v1/predict", json={"horizon": "1h", "symbol": "ETH", "as_of": past})
    assert no_past.status_code == 404
    assert "a backfill brings bars and builds none" in no_past.json()["error"]["what_to_do"]
    assert client.post("/v1/predict", json={"horizon": "1h", "symbol": "XYZ"}).status_code == 404


def test_a_corrupt_champion_is_named_not_served(client: TestClient, champion: str, bucket: Bucket) -> None:
    bucket.put(f"prices/1h/{champion}/model.onnx", b"not a model")
    answer = client.post("/v1/predict", json={"horizon": "1h", "features": FEATURES})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "corrupt_model")


def test_texts_are_scored_in_their_order(client: TestClient) -> None:
    texts = ["bullish breakout, strong buy, to the moon", "bearish crash, selling everything, dump"]
    body = client.post("/v1/sentiment", json={"texts": texts}).json()
    up, down = body["sentiments"]
    assert up["score"] > down["score"]
    assert up["p_bearish"] + up["p_neutral"] + up["p_bullish"] == pytest.approx(1)
    assert body["stand_in"]
    assert body["missing"] == ["sentiment: a small stand-in model answered"]
    assert body["data_label"] == "simulated"


@pytest.mark.parametrize("texts", [["x"] * 17, ["x" * 4_001], ["x" * 2_000, "x" * 2_001], [3] * 17])
def test_too_many_texts_are_refused_with_the_limits_and_another_way(
    client: TestClient, texts: object
) -> None:
    answer = client.post("/v1/sentiment", json={"texts": texts})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "bad_request")
    assert error["message"] == "texts: at most 16 texts and 4,000 characters together."
    assert (
        "`cryptocast sentiment score --in TEXTS.parquet --out SCORED.parquet` scores" in error["what_to_do"]
    )


def test_as_many_texts_as_are_allowed_are_scored(client: TestClient) -> None:
    for texts in (["x" * 250] * 16, ["x" * 4_000]):
        answer = client.post("/v1/sentiment", json={"texts": texts})
        assert (answer.status_code, len(answer.json()["sentiments"])) == (200, len(texts))


@pytest.mark.parametrize("texts", [[], [""], ["  "], [3], "one text"])
def test_texts_have_limits(client: TestClient, texts: object) -> None:
    answer = client.post("/v1/sentiment", json={"texts": texts})
    assert answer.status_code == 422
    assert "texts" in answer.json()["error"]["message"]


def test_a_body_over_the_limit_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/sentiment", json={"texts": ["x" * 300_000]})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


def test_no_sentiment_model(make_client: Make) -> None:
    answer = make_client(scorer=None).post("/v1/sentiment", json={"texts": ["x"]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_model")
