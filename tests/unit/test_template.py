"""The rules of the house for template.yaml: what SAM and cfn-lint let through and we do not."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime

import pytest

from cryptocast.domain import DataLabel
from cryptocast.record.heads import FOLDER
from cryptocast.serve.http import Deps, create_app
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore, make_redis
from cryptocast.stream import messages
from tests.template import ROOT, as_list, load_template, of_type, statements

TEMPLATE = load_template()


@pytest.mark.parametrize("kind", ["AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Integration"])
def test_every_route_leads_to_an_integration_of_its_own_api(kind: str) -> None:
    integrations = of_type(TEMPLATE, "AWS::ApiGatewayV2::Integration")
    apis = of_type(TEMPLATE, "AWS::ApiGatewayV2::Api")
    for name, properties in of_type(TEMPLATE, kind).items():
        assert properties["ApiId"]["Ref"] in apis, name
        if "Target" in properties:
            target = re.fullmatch(r"integrations/\$\{(\w+)\}", properties["Target"]["Fn::Sub"])
            assert target and integrations[target[1]]["ApiId"] == properties["ApiId"], name


def test_api_gateway_may_call_the_functions_of_its_apis() -> None:
    permitted = {p["FunctionName"]["Ref"] for p in of_type(TEMPLATE, "AWS::Lambda::Permission").values()}
    assert permitted == {"ApiFunction", "StreamFunction"}
    for permission in of_type(TEMPLATE, "AWS::Lambda::Permission").values():
        assert "SourceArn" in permission


def route_keys(api: str) -> set[str]:
    routes = of_type(TEMPLATE, "AWS::ApiGatewayV2::Route").values()
    return {route["RouteKey"] for route in routes if route["ApiId"] == {"Ref": api}}


def test_the_http_api_has_the_routes_of_the_application_which_refuses_all_others() -> None:
    deps = Deps(
        online=OnlineStore(make_redis("http://127.0.0.1:9", "token")),
        db=Database("postgresql://127.0.0.1:9/none"),
        symbols=("BTC",),
        data_label=DataLabel.SIMULATED,
        clock=lambda: datetime(2024, 1, 1, tzinfo=UTC),
    )
    paths = create_app(deps).openapi()["paths"]
    served = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert route_keys("HttpApi") == served | {"GET /docs", "GET /openapi.json", "$default"}


def test_the_stream_has_a_route_for_every_message() -> None:
    mapping = messages.CLIENT_MESSAGE.json_schema()["discriminator"]["mapping"]
    assert route_keys("StreamApi") == {"$connect", "$disconnect", "$default", *mapping}


def test_the_registry_is_private_versioned_encrypted_and_kept() -> None:
    bucket = TEMPLATE["Resources"]["RegistryBucket"]
    properties = bucket["Properties"]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert properties["VersioningConfiguration"]["Status"] == "Enabled"
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["BucketEncryption"]


def test_heads_of_the_record_are_created_once_and_never_deleted() -> None:
    policy = of_type(TEMPLATE, "AWS::S3::BucketPolicy")["RegistryBucketPolicy"]["PolicyDocument"]["Statement"]
    kept = TEMPLATE["Resources"]["RegistryBucketPolicy"]
    assert kept["DeletionPolicy"] == kept["UpdateReplacePolicy"] == "Retain", "the bucket outlives the stack"
    denied = {s["Sid"]: s for s in policy if s["Effect"] == "Deny"}
    for sid in ("HeadsAreCreatedOnce", "HeadsAreNeverDeleted"):
        assert denied[sid]["Resource"]["Fn::Sub"] == f"${{RegistryBucket.Arn}}/{FOLDER}*"
        assert denied[sid]["Principal"] == "*"
    once = denied["HeadsAreCreatedOnce"]
    assert (once["Action"], once["Condition"]["Null"]) == ("s3:PutObject", {"s3:if-none-match": "true"})
    assert set(denied["HeadsAreNeverDeleted"]["Action"]) == {"s3:DeleteObject", "s3:DeleteObjectVersion"}


def test_only_the_monitor_writes_heads_and_only_the_api_else_reads_them() -> None:
    allowed: dict[str, set[str]] = {}
    for owner, statement in statements(TEMPLATE):
        if statement["Effect"] != "Allow":
            continue
        for resource in as_list(statement.get("Resource", [])):
            if isinstance(resource, dict) and FOLDER in str(resource.get("Fn::Sub", "")):
                allowed.setdefault(owner, set()).update(as_list(statement["Action"]))
    assert allowed == {
        "MonitorFunction": {"s3:GetObject", "s3:PutObject"},
        "ApiFunction": {"s3:GetObject"},
    }


def test_every_stage_has_its_own_secrets_metrics_and_build_folder() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert {"local", "dev", "prod"} <= set(config)
    assert config["local"]["build"]["parameters"]["build_dir"] == ".aws-sam/build"
    for stage in ("dev", "prod"):
        deploy = config[stage]["deploy"]["parameters"]
        assert config[stage]["build"]["parameters"]["build_dir"] in deploy["template_file"]
        assert config[stage]["build"]["parameters"]["build_dir"] != ".aws-sam/build"
        assert f"Stage={stage}" in deploy["parameter_overrides"].split()
    text = (ROOT / "template.yaml").read_text()
    names = re.findall(r"_PARAMETER: (.+)", text) + re.findall(r"parameter(/\S+)", text)
    assert [name for name in names if "/cryptocast/${Stage}/" not in name] == []
    assert [name for name in re.findall(r"Cryptocast/\S+", text) if "Cryptocast/${Stage}" not in name] == [
        "Cryptocast/STAGE."
    ]


def test_readme_puts_the_secrets_where_the_stack_reads_them() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    region = config["dev"]["deploy"]["parameters"]["region"]
    assert f"export STAGE=dev AWS_DEFAULT_REGION={region} " in (ROOT / "README.md").read_text()


def test_every_route_that_reads_postgres_by_request_has_a_limit_of_its_own() -> None:
    stage = TEMPLATE["Resources"]["HttpStage"]
    settings = stage["Properties"]["RouteSettings"]
    paths = "forecasts/{symbol} bars/{symbol} closes documents outcomes features/{symbol} health"
    for path in paths.split():
        assert settings[f"GET /v1/{path}"] == {"ThrottlingBurstLimit": 40, "ThrottlingRateLimit": 5}
    routes = of_type(TEMPLATE, "AWS::ApiGatewayV2::Route")
    # A stage with a setting for a route that is not there yet cannot be deployed.
    assert set(stage["DependsOn"]) == {
        name for name, route in routes.items() if route["RouteKey"] in settings
    }
