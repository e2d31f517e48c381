"""The application itself: documents, errors, prefixes. Nothing here reaches a store."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from mangum import Mangum

from cryptocast.domain import DataLabel
from cryptocast.errors import SettingsError, StoreUnavailable
from cryptocast.serve import bar_schemas, examples, model_schemas, schemas, text_schemas
from cryptocast.serve.http import Deps, create_app
from cryptocast.serve.routes_outcomes import OutcomesAnswer
from cryptocast.serve.routes_record import HeadAnswer
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore, make_redis

ANSWERS = {
    "FORECASTS": schemas.ForecastsAnswer,
    "COIN_FORECASTS": schemas.CoinForecastsAnswer,
    "BARS": bar_schemas.BarsAnswer,
    "CLOSES": bar_schemas.ClosesAnswer,
    "DOCUMENTS": schemas.DocumentsAnswer,
    "FEATURES": schemas.FeaturesAnswer,
    "MODELS": model_schemas.ModelsAnswer,
    "HEAD": HeadAnswer,
    "OUTCOMES": OutcomesAnswer,
    "PREDICT": schemas.PredictAnswer,
    "SENTIMENT": text_schemas.SentimentAnswer,
    "HEALTH": schemas.HealthAnswer,
}


ELSEWHERE = {"Origin": "https://page.example"}


@pytest.fixture
def deps() -> Deps:
    """Stores that nobody listens behind."""
    return Deps(
        online=OnlineStore(make_redis("http://127.0.0.1:9", "t", timeout_s=0.2)),
        db=Database("postgresql://nobody@127.0.0.1:9/none", connect_attempts=1),
        symbols=("BTC",),
        data_label=DataLabel.REPLAY,
        clock=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC),
        data_since="2021-10-12",
    )


@pytest.fixture
def client(deps: Deps) -> TestClient:
    return TestClient(create_app(deps), raise_server_exceptions=False)


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_every_example_is_a_valid_answer(name: str) -> None:
    for status, response in getattr(examples, name).items():
        model = ANSWERS[name] if status == 200 else schemas.ErrorAnswer
        model.model_validate(response["content"]["application/json"]["example"])


@pytest.mark.parametrize(
    ("requests", "model"),
    [
        (examples.PREDICT_REQUESTS, schemas.PredictRequest),
        (examples.SENTIMENT_REQUESTS, text_schemas.SentimentRequest),
    ],
)
def test_every_example_is_a_valid_request(requests: dict[str, Any], model: type[schemas.Body]) -> None:
    for example in requests.values():
        model.model_validate(example["value"])


def test_the_document_has_every_route_with_an_example_and_our_errors(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    paths = document["paths"]
    assert set(paths) == {
        "/v1/forecasts",
        "/v1/forecasts/{symbol}",
        "/v1/bars/{symbol}",
        "/v1/closes",
        "/v1/documents",
        "/v1/features/{symbol}",
        "/v1/models",
        "/v1/models/{horizon}/card",
        "/v1/models/sentiment/card",
        "/v1/outcomes",
        "/v1/record/head",
        "/v1/predict",
        "/v1/sentiment",
        "/v1/health",
    }
    for path, operations in paths.items():
        for operation in operations.values():
            answers = operation["responses"]
            assert "example" in answers["200"]["content"]["application/json"], path
            for status in set(answers) - {"200"}:
                schema = answers[status]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}, (path, status)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_answer_is_labelled() -> None:
    for model in ANSWERS.values():
        assert {"data_label", "as_of", "stale", "missing"} <= set(model.model_fields)
    assert "data_label" in schemas.ErrorAnswer.model_fields


def test_the_docs_use_relative_addresses(client: TestClient) -> None:
    page = client.get("/docs").text
    assert 'url: "openapi.json"' in page
    assert client.get("/openapi.json").json()["servers"][0]["url"] == "."


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/openapi.json/", 404, "not_found"),  # no redirect: it would name an absolute address
        ("DELETE", "/v1/forecasts", 405, "method_not_allowed"),
        ("GET", "/v1/bars/XYZ", 404, "unknown_coin"),
        ("GET", "/v1/outcomes?symbol=", 404, "unknown_coin"),
        ("GET", "/v1/documents?symbol=", 404, "unknown_coin"),
        ("GET", "/v1/bars/" + "X" * 17, 422, "bad_request"),
        ("GET", "/v1/bars/BTC?limt=5", 422, "bad_request"),
        ("GET", "/v1/features/BTC?as_of=0001-01-01T00:00:00%2B14:00", 422, "bad_request"),
        ("GET", "/v1/documents?before=9999-12-31T23:45:00-14:00", 422, "bad_request"),
        ("GET", "/v1/bars/BTC", 503, "history_unavailable"),
        ("GET", "/v1/closes", 503, "history_unavailable"),
        ("GET", "/v1/forecasts", 503, "store_unavailable"),
        ("GET", "/v1/models", 503, "no_model"),
        ("GET", "/v1/models/1h/card", 503, "no_model"),
    ],
)
def test_every_error_has_the_same_body(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path, headers=ELSEWHERE)
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == "*"
    body = schemas.ErrorAnswer.model_validate(answer.json())
    assert body.error.code == code
    assert body.error.what_to_do
    assert body.data_label is DataLabel.REPLAY


@pytest.mark.parametrize(
    ("path", "named", "taken"),
    [
        ("/v1/documents?coin=BTC", "coin", "before, before_id, kind, limit, symbol"),
        ("/v1/bars/BTC?limt=5&limit=5&" + "x" * 99 + "=1", "limt, " + "x" * 32, "limit"),
        ("/v1/models/1h/card?form=json", "form", "format, version"),
        ("/v1/forecasts?symbol=BTC", "symbol", "none"),
    ],
)
def test_a_query_parameter_that_is_none_is_named_and_the_others_listed(
    client: TestClient, path: str, named: str, taken: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["message"] == f"{named}: no such query parameter."
    assert error["what_to_do"].startswith(f"This address takes {taken}.")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StoreUnavailable("postgres: failed to resolve host 'neon-host': user owner"), 503),
        (SettingsError("DATABASE_URL of neon-host is no URL"), 500),
    ],
)
def test_what_a_store_says_of_itself_is_for_the_log(deps: Deps, error: Exception, status: int) -> None:
    app = create_app(deps)

    @app.get("/broken")
    def broken() -> None:
        raise error

    answer = TestClient(app).get("/broken")
    assert answer.status_code == status
    assert "neon-host" not in answer.text
    assert answer.json()["error"]["what_to_do"]


def test_what_nobody_foresaw_is_a_500_without_details(deps: Deps) -> None:
    app = create_app(deps)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("postgresql://user:secret@host")

    answer = TestClient(app).get("/broken", headers=ELSEWHERE)
    assert answer.status_code == 500
    assert schemas.ErrorAnswer.model_validate(answer.json()).error.code == "internal_error"
    assert "secret" not in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"


def test_pages_elsewhere_may_read_but_not_write(client: TestClient) -> None:
    origin = {**ELSEWHERE, "Access-Control-Request-Method": "GET"}
    assert client.options("/v1/forecasts", headers=origin).headers["access-control-allow-methods"] == "GET"
    refused = client.options("/v1/predict", headers={**origin, "Access-Control-Request-Method": "DELETE"})
    assert refused.status_code == 400


@pytest.mark.filterwarnings("ignore:There is no current event loop")  # Mangum's own
@pytest.mark.parametrize("prefix", ["", "/dev"])
def test_behind_a_gateway_with_and_without_a_stage_in_the_path(deps: Deps, prefix: str) -> None:
    handler = Mangum(create_app(deps), lifespan="off", api_gateway_base_path=prefix or "/")
    path = f"{prefix}/openapi.json"
    event = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "localhost"},
        "requestContext": {"http": {"method": "GET", "path": path, "sourceIp": "127.0.0.1"}},
        "isBase64Encoded": False,
    }
    answer = handler(event, None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["servers"][0]["url"] == "."
