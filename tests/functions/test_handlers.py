"""The handlers over real Postgres and Redis, AWS from moto: one event in, one answer out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest

from cryptocast import wiring
from cryptocast.errors import BadInput, SettingsError, StoreUnavailable
from cryptocast.retrain.launcher import STATE_KEY
from cryptocast.store import cycles, documents
from tests.factories import AS_OF, make_document
from tests.fixtures_aws import SECRETS, put_secret
from tests.functions.conftest import Load

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("stores")]

EVENT = {"as_of": AS_OF.isoformat(), "now": (AS_OF + timedelta(seconds=20)).isoformat()}
CYCLE_STEPS = ["build_features", "forecast", "monitor", "score_sentiment"]


@pytest.mark.parametrize("name", CYCLE_STEPS)
def test_a_step_over_empty_stores_reports_and_does_not_fail(load: Load, name: str) -> None:
    answer = load(name).handler(EVENT, None)
    assert answer["rows_stored"] == 0
    assert answer == json.loads(json.dumps(answer))


@pytest.mark.parametrize("name", [*CYCLE_STEPS, "collect_prices", "publish"])
def test_a_step_without_as_of_is_refused(load: Load, name: str) -> None:
    with pytest.raises(BadInput, match="as_of"):
        load(name).handler({}, None)


class NothingHere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("content-length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@pytest.mark.parametrize("name", ["collect_prices", "collect_news", "collect_social"])
def test_dead_vendors_are_named_and_the_step_ends_well(
    load: Load, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), NothingHere)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SOURCE_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    try:
        answer = load(name).handler(EVENT, None)
    finally:
        server.shutdown()
        server.server_close()
    assert answer["step"] == name
    assert answer["missing"]
    assert answer["rows_stored"] == 0


def test_documents_are_scored_by_the_stand_in(load: Load) -> None:
    documents.upsert(wiring.database(), [make_document(title="Bitcoin soars to a record")])
    answer = load("score_sentiment").handler(EVENT, None)
    assert (answer["rows_in"], answer["rows_stored"]) == (1, 1)
    assert answer["detail"]["model_version"].startswith("standin")
    assert load("score_sentiment").handler(EVENT, None)["rows_in"] == 0


def test_forecast_names_what_earlier_steps_lacked_and_which_champions_are_absent(load: Load) -> None:
    answer = load("forecast").handler(EVENT | {"collected": [{"missing": ["news: down"]}]}, None)
    assert any("prices/24h has no champion" in word for word in answer["missing"])
    assert any("BTC" in word for word in answer["missing"])


def test_monitor_puts_metrics_for_its_stage_and_records_the_cycle(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", "test")
    monkeypatch.setenv("METRICS_NAMESPACE", "Cryptocast/test")
    event = EVENT | {"collected": [{"step": "collect_prices", "missing": ["coingecko: HTTP 500"]}]}
    load("monitor").handler(event, None)
    metrics = boto3.client("cloudwatch").list_metrics(Namespace="Cryptocast/test")["Metrics"]
    assert {"QuarantinedRows", "MissingBars"} <= {m["MetricName"] for m in metrics}
    assert all({"Name": "Stage", "Value": "test"} in m["Dimensions"] for m in metrics)
    assert "coingecko: HTTP 500" in str(cycles.latest(wiring.database(), 1))


def test_a_redis_that_is_gone_is_worth_a_retry(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("STREAM_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreUnavailable):
        load("publish").handler(EVENT, None)


def socket_event(route: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    context = {"routeKey": route, "connectionId": "abc=", "eventType": "MESSAGE"}
    return {"requestContext": context, "body": None if body is None else json.dumps(body)}


def test_a_connection_lives_from_connect_to_disconnect(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAM_ENDPOINT_URL", "https://api.execute-api.us-east-1.amazonaws.com/v1")
    handler = load("stream").handler
    assert handler(socket_event("$connect"), None) == {"statusCode": 200}
    message = {"action": "subscribe", "symbols": ["BTC"], "horizons": ["1h"]}
    assert handler(socket_event("subscribe", message), None) == {"statusCode": 200}
    assert wiring.online_store().subscriptions()["abc="]["symbols"] == ["BTC"]
    handler(socket_event("$disconnect"), None)
    assert "abc=" not in wiring.online_store().subscriptions()


def test_one_connection_too_many_is_refused(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cryptocast.stream.connections.MOST_CONNECTIONS", 0)
    assert load("stream").handler(socket_event("$connect"), None) == {"statusCode": 503}


def http_event(method: str, path: str) -> dict[str, Any]:
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "1.2.3.4", "userAgent": "t"}
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "api.example"},
        "requestContext": {"http": http, "stage": "$default", "domainName": "api.example"},
        "isBase64Encoded": False,
    }


@pytest.mark.usefixtures("readonly_stores")
def test_the_api_answers_api_gateway(load: Load) -> None:
    handler = load("api").handler
    answer = handler(http_event("GET", "/openapi.json"), None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["info"]["title"] == "Cryptocast"
    health = handler(http_event("GET", "/v1/health"), None)
    assert json.loads(health["body"])["data_label"] == "simulated"


@pytest.mark.usefixtures("readonly_stores")
@pytest.mark.parametrize("name", ["readonly-database-url", "readonly-redis-token"])
def test_an_api_that_was_given_no_secret_of_its_own_takes_no_other(load: Load, name: str) -> None:
    """After an update, say; the writers' are there."""
    boto3.client("ssm").delete_parameter(Name=f"{SECRETS}/{name}")
    with pytest.raises(SettingsError, match=f"SSM has no parameter {SECRETS}/{name}.*README"):
        load("api").handler(http_event("GET", "/v1/health"), None)


@pytest.mark.usefixtures("readonly_stores")
def test_the_api_goes_on_with_secrets_that_were_changed(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both stores refuse what the function read when it started; then SSM has what they take."""
    ssm, clock = boto3.client("ssm"), [0.0]
    monkeypatch.setattr(wiring, "time", lambda: clock[0])
    nowhere = "postgresql://nobody@127.0.0.1:9/none"
    wrong = {"readonly-database-url": nowhere, "readonly-redis-token": "of yesterday"}
    right = {}
    for name, value in wrong.items():
        kept = ssm.get_parameter(Name=f"{SECRETS}/{name}", WithDecryption=True)
        right[name] = kept["Parameter"]["Value"]
        put_secret(name, value)
    handler = load("api").handler
    assert handler(http_event("GET", "/v1/forecasts"), None)["statusCode"] == 503
    for name, value in right.items():
        put_secret(name, value)
    clock[0] += 61
    assert handler(http_event("GET", "/v1/forecasts"), None)["statusCode"] == 200
    answer = handler(http_event("GET", "/v1/health"), None)
    parts = {part["name"]: part["status"] for part in json.loads(answer["body"])["parts"]}
    assert (parts["redis"], parts["postgres"]) == ("ok", "ok")


class TestStartTraining:
    @pytest.fixture(autouse=True)
    def cluster(self, stores: None, monkeypatch: pytest.MonkeyPatch) -> None:
        ec2, ecs = boto3.client("ec2"), boto3.client("ecs")
        ecs.create_cluster(clusterName="cryptocast-test")
        task = ecs.register_task_definition(
            family="train",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "train", "image": "train:1", "memory": 512}],
        )
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        monkeypatch.setenv("TRAINING_CLUSTER", "cryptocast-test")
        monkeypatch.setenv("TRAINING_TASK_DEFINITION", task["taskDefinition"]["taskDefinitionArn"])
        monkeypatch.setenv("TRAINING_SUBNETS", subnet)

    def alarm(self, metric: str) -> dict[str, Any]:
        message = {
            "AlarmName": "an-alarm",
            "NewStateValue": "ALARM",
            "NewStateReason": "Threshold Crossed",
            "StateChangeTime": datetime.now(UTC).isoformat(),
            "Trigger": {"MetricName": metric, "Dimensions": [{"name": "Horizon", "value": "1h"}]},
        }
        return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(message)}}]}

    def test_an_alarm_on_the_forecasts_starts_one_task(self, load: Load) -> None:
        handler = load("start_training").handler
        answer = handler(self.alarm("ForecastBrierLower95"), None)
        assert (answer["started"], answer["horizons"]) == (True, ["1h"])
        again = handler(self.alarm("ForecastBrierLower95"), None)
        assert (again["started"], "cooling down" in again["reason"]) == (False, True)
        assert boto3.client("ecs").list_tasks(cluster="cryptocast-test")["taskArns"] == [answer["task_arn"]]

    def test_an_alarm_on_the_data_starts_none(self, load: Load) -> None:
        answer = load("start_training").handler(self.alarm("QuarantinedRows"), None)
        assert answer["started"] is False
        assert boto3.client("ecs").list_tasks(cluster="cryptocast-test")["taskArns"] == []

    def test_a_retry_of_a_message_is_known_by_its_id(self, load: Load) -> None:
        handler, bucket = load("start_training").handler, wiring.bucket()
        event = {"Records": [{"Sns": {"Message": '{"reason": "by the calendar"}', "MessageId": "m-1"}}]}
        first = handler(event, None)
        claimed = json.loads(bucket.get(STATE_KEY).body) | {"state": "claimed"}
        bucket.put(STATE_KEY, json.dumps(claimed).encode())
        again = handler(event, None)
        assert (first["started"], again["started"]) == (True, True)
        assert json.loads(bucket.get(STATE_KEY).body)["token"] == claimed["token"]
