"""The rules of the house for template.yaml: what SAM and cfn-lint let through and we do not."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from datetime import UTC, datetime
from typing import Any

import pytest

from cryptocast.domain import BAR_INTERVAL_S, DataLabel, Horizon
from cryptocast.record.heads import FOLDER
from cryptocast.retrain.policy import NEEDS_A_PERSON, TRAINS, decide
from cryptocast.serve.http import Deps, create_app
from cryptocast.settings import Settings
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore, make_redis
from cryptocast.stream import messages
from tests.template import ROOT, as_list, functions, layers_of, load_template, of_type, statements

TEMPLATE = load_template()
FUNCTIONS = functions(TEMPLATE)
CYCLE = json.loads((ROOT / "statemachines" / "cycle.asl.json").read_text())
KNOWS_NO_RESOURCE = {"cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"}
"""Actions for which IAM knows no resource: the only ones that may have a wildcard."""


def environment(function: dict[str, Any]) -> dict[str, Any]:
    shared = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    return shared | function.get("Environment", {}).get("Variables", {})


def folder(function: dict[str, Any]) -> str:
    return function["CodeUri"].removeprefix("functions/").rstrip("/")


def tasks(states: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every Task state by name, those of parallel branches included."""
    found = {}
    for name, state in states.items():
        if state["Type"] == "Task":
            found[name] = state
        for branch in state.get("Branches", []):
            found |= tasks(branch["States"])
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
class TestEveryFunction:
    def test_has_the_name_of_its_folder(self, name: str) -> None:
        words = re.findall("[A-Z][a-z]+", name.removesuffix("Function"))
        assert "_".join(words).lower() == folder(FUNCTIONS[name])

    def test_has_a_short_handler(self, name: str) -> None:
        file = ROOT / "functions" / folder(FUNCTIONS[name]) / "handler.py"
        source = file.read_text()
        assert len(source.splitlines()) <= 40
        defined = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
        assert "handler" in defined

    def test_has_at_most_five_layers_each_once(self, name: str) -> None:
        layers = layers_of(TEMPLATE, FUNCTIONS[name])
        assert len(layers) == len(set(layers)) <= 5
        assert set(layers) <= set(of_type(TEMPLATE, "AWS::Serverless::LayerVersion"))

    def test_is_told_only_what_settings_know(self, name: str) -> None:
        told = {key for key in environment(FUNCTIONS[name]) if not key.startswith("POWERTOOLS_")}
        assert {key.lower() for key in told} <= set(Settings.model_fields)

    def test_gets_names_of_secrets_and_never_secrets(self, name: str) -> None:
        secrets = {
            field.removesuffix("_parameter") for field in Settings.model_fields if "_parameter" in field
        }
        assert not {key.lower() for key in environment(FUNCTIONS[name])} & secrets

    def test_may_read_exactly_the_secrets_it_is_told_of(self, name: str) -> None:
        told = {
            value["Fn::Sub"].removeprefix("${ParameterPrefix}")
            for key, value in environment(FUNCTIONS[name]).items()
            if key.endswith("_PARAMETER")
        }
        allowed = {
            resource["Fn::Sub"].split("parameter${ParameterPrefix}")[1]
            for owner, statement in statements(TEMPLATE)
            if owner == name and statement["Action"] == "ssm:GetParameters"
            for resource in as_list(statement["Resource"])
        }
        assert told == allowed

    def test_may_list_the_registry_where_it_reads_it(self, name: str) -> None:
        """Without ListBucket S3 says 403 of an absent key, and an absent champion looks like an outage."""
        actions = {a for owner, s in statements(TEMPLATE) if owner == name for a in as_list(s["Action"])}
        assert ("s3:GetObject" in actions) == ("s3:ListBucket" in actions)
        assert ("s3:GetObject" in actions) == ("REGISTRY_BUCKET" in environment(FUNCTIONS[name]))

    def test_has_a_dead_letter_target_where_it_is_called_asynchronously(self, name: str) -> None:
        for event in FUNCTIONS[name].get("Events", {}).values():
            assert event["Type"] == "SNS"
            assert "deadLetterTargetArn" in event["Properties"]["RedrivePolicy"]
            assert FUNCTIONS[name]["DeadLetterQueue"]["Type"] == "SQS"


def test_every_folder_of_functions_is_deployed() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert folders == {folder(function) for function in FUNCTIONS.values()}


def test_no_statement_allows_more_than_it_names() -> None:
    allowing = [(owner, s) for owner, s in statements(TEMPLATE) if s["Effect"] == "Allow"]
    assert len(allowing) > len(FUNCTIONS)
    for owner, statement in allowing:
        actions = as_list(statement["Action"])
        assert not [action for action in actions if "*" in action], owner
        if "*" in as_list(statement["Resource"]):
            assert set(actions) <= KNOWS_NO_RESOURCE, owner


def test_no_managed_policies() -> None:
    for name, resource in TEMPLATE["Resources"].items():
        assert "ManagedPolicyArns" not in resource.get("Properties", {}), name
        for policy in resource.get("Properties", {}).get("Policies", []):
            assert isinstance(policy, dict), f"{name}: {policy}"


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


def test_the_http_api_has_exactly_the_routes_of_the_application() -> None:
    deps = Deps(
        online=OnlineStore(make_redis("http://127.0.0.1:9", "token")),
        db=Database("postgresql://127.0.0.1:9/none"),
        symbols=("BTC",),
        data_label=DataLabel.SIMULATED,
        clock=lambda: datetime(2024, 1, 1, tzinfo=UTC),
    )
    paths = create_app(deps).openapi()["paths"]
    served = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert route_keys("HttpApi") == served | {"GET /docs", "GET /openapi.json"}


def test_the_stream_has_a_route_for_every_message() -> None:
    mapping = messages.CLIENT_MESSAGE.json_schema()["discriminator"]["mapping"]
    assert route_keys("StreamApi") == {"$connect", "$disconnect", "$default", *mapping}


def test_every_task_of_the_cycle_is_retried_caught_and_may_be_invoked() -> None:
    machine = of_type(TEMPLATE, "AWS::Serverless::StateMachine")["CycleStateMachine"]
    arns = machine["DefinitionSubstitutions"]
    found = tasks(CYCLE["States"])
    assert {state["Resource"] for state in found.values()} == {f"${{{name}}}" for name in arns}
    for name, state in found.items():
        assert folder(FUNCTIONS[arns[state["Resource"][2:-1]]["Fn::GetAtt"].split(".")[0]]) == name
        errors = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
        # Step Functions knows no inheritance: each error that may be tried again is named.
        assert {"StoreUnavailable", "SourceUnavailable", "MetricsNotPut"} <= errors, name
        assert "Lambda.TooManyRequestsException" in errors, name
        assert state["Catch"][0]["ErrorEquals"] == ["States.ALL"], name
        timeout = FUNCTIONS[arns[state["Resource"][2:-1]]["Fn::GetAtt"].split(".")[0]].get("Timeout", 60)
        assert state["TimeoutSeconds"] > timeout, name
    allowed = next(s for owner, s in statements(TEMPLATE) if owner == "CycleStateMachine")
    assert allowed["Action"] == "lambda:InvokeFunction"
    assert allowed["Resource"] == list(arns.values())


def test_a_collector_that_fails_names_what_is_missing_and_the_cycle_goes_on() -> None:
    collect = CYCLE["States"]["collect"]
    assert collect["Type"] == "Parallel"
    assert len(collect["Branches"]) == 3
    for branch in collect["Branches"]:
        start = branch["States"][branch["StartAt"]]
        instead = branch["States"][start["Catch"][0]["Next"]]
        assert instead["Type"] == "Pass"
        assert instead["Parameters"]["missing"]


def test_after_a_failed_step_the_next_one_runs_and_the_execution_fails_at_the_end() -> None:
    states = CYCLE["States"]
    name = collect_next = states["collect"]["Next"]
    order = []
    while states[name]["Type"] == "Task":
        order.append(name)
        assert states[name]["Catch"][0]["Next"] == states[name]["Next"]
        assert states[name]["Catch"][0]["ResultPath"] == f"$.failures.{name}"
        name = states[name]["Next"]
    assert collect_next == "score_sentiment"
    assert order == ["score_sentiment", "build_features", "forecast", "publish", "monitor"]
    assert states[states[name]["Choices"][0]["Next"]]["Type"] == "Fail"
    assert states[states[name]["Default"]]["Type"] == "Succeed"


def test_the_schedule_lies_on_the_grid_and_keeps_what_it_could_not_start() -> None:
    schedule = of_type(TEMPLATE, "AWS::Scheduler::Schedule")["CycleSchedule"]
    assert schedule["ScheduleExpression"] == "cron(0/15 * * * ? *)"
    assert schedule["State"] == {"Ref": "ScheduleState"}
    assert json.loads(schedule["Target"]["Input"]) == {"as_of": "<aws.scheduler.scheduled-time>"}
    assert "DeadLetterConfig" in schedule["Target"]


def test_once_a_week_the_calendar_asks_for_a_training() -> None:
    schedule = of_type(TEMPLATE, "AWS::Scheduler::Schedule")["TrainingSchedule"]
    assert schedule["Target"]["Arn"] == {"Ref": "RetrainTopic"}
    decision = decide(schedule["Target"]["Input"])
    assert (decision.train, decision.horizons) == (True, tuple(Horizon))
    assert "twice a month, by the calendar" in decision.reason
    assert schedule["ScheduleExpression"] == "cron(10 3 1,16 * ? *)"
    # Without subnets a task cannot start, and on a laptop nothing is scheduled.
    assert schedule["State"] == {"Fn::If": ["HasTrainingSubnets", {"Ref": "ScheduleState"}, "DISABLED"]}


def test_every_schedule_keeps_what_it_could_not_deliver_and_may_do_only_that() -> None:
    for name, schedule in of_type(TEMPLATE, "AWS::Scheduler::Schedule").items():
        target = schedule["Target"]
        queue = target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"]
        role = target["RoleArn"]["Fn::GetAtt"].split(".")[0]
        allowed = {s["Action"]: s["Resource"] for owner, s in statements(TEMPLATE) if owner == role}
        allowed.pop("sts:AssumeRole", None)
        assert allowed.pop("sqs:SendMessage") == {"Fn::GetAtt": queue}, name
        assert list(allowed.values()) == [target["Arn"]], name


def test_alarms_on_our_metrics_go_where_the_retraining_policy_expects_them() -> None:
    ours = {
        name: alarm
        for name, alarm in of_type(TEMPLATE, "AWS::CloudWatch::Alarm").items()
        if alarm["Namespace"] == {"Ref": "MetricsNamespace"}
    }
    for name, alarm in ours.items():
        assert alarm["MetricName"] in TRAINS | NEEDS_A_PERSON, name
        topic = "RetrainTopic" if alarm["MetricName"] in TRAINS else "AlertsTopic"
        assert alarm["AlarmActions"] == [{"Ref": topic}], name
        assert alarm["Dimensions"] == [{"Name": "Stage", "Value": {"Ref": "Stage"}}], name
    watched = {"QuarantinedRows", "MissingBars", "CycleAgeSeconds"}
    assert TRAINS | watched <= {alarm["MetricName"] for alarm in ours.values()}


def test_cycles_that_are_late_and_cycles_that_do_not_run_are_an_alarm() -> None:
    alarm = of_type(TEMPLATE, "AWS::CloudWatch::Alarm")["CycleLateAlarm"]
    assert (alarm["MetricName"], alarm["ComparisonOperator"]) == ("CycleAgeSeconds", "GreaterThanThreshold")
    schedule = of_type(TEMPLATE, "AWS::Scheduler::Schedule")["CycleSchedule"]
    most = schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"]
    assert most <= alarm["Threshold"] < BAR_INTERVAL_S
    assert alarm["TreatMissingData"] == "breaching"


def test_every_dead_letter_queue_has_an_alarm() -> None:
    watched = {
        dimension["Value"]["Fn::GetAtt"].split(".")[0]
        for alarm in of_type(TEMPLATE, "AWS::CloudWatch::Alarm").values()
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "QueueName"
    }
    assert watched == set(of_type(TEMPLATE, "AWS::SQS::Queue"))


def test_the_registry_is_private_versioned_encrypted_and_kept() -> None:
    bucket = TEMPLATE["Resources"]["RegistryBucket"]
    properties = bucket["Properties"]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert properties["VersioningConfiguration"]["Status"] == "Enabled"
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["BucketEncryption"]


def test_heads_of_the_record_are_created_once_and_never_deleted() -> None:
    policy = of_type(TEMPLATE, "AWS::S3::BucketPolicy")["RegistryBucketPolicy"]["PolicyDocument"]["Statement"]
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


def test_every_log_group_forgets() -> None:
    groups = of_type(TEMPLATE, "AWS::Logs::LogGroup")
    assert groups
    assert all(0 < group["RetentionInDays"] <= 90 for group in groups.values())


def test_the_dashboard_is_json() -> None:
    body = of_type(TEMPLATE, "AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(re.sub(r"\$\{[\w.]+\}", "x", body))["widgets"]
    shown = {m[1] for w in widgets if w["type"] == "metric" for m in w["properties"]["metrics"] if len(m) > 1}
    assert shown >= TRAINS


def test_every_stage_has_its_own_secrets_metrics_and_build_folder() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert {"local", "dev", "prod"} <= set(config)
    assert config["local"]["build"]["parameters"]["build_dir"] == ".aws-sam/build"
    for stage in ("dev", "prod"):
        deploy = config[stage]["deploy"]["parameters"]
        assert config[stage]["build"]["parameters"]["build_dir"] in deploy["template_file"]
        assert config[stage]["build"]["parameters"]["build_dir"] != ".aws-sam/build"
        assert f"ParameterPrefix=/cryptocast/{stage}" in deploy["parameter_overrides"]
        assert f"MetricsNamespace=Cryptocast/{stage}" in deploy["parameter_overrides"]


def test_layers_bring_no_package_twice_and_agree_with_the_workspace() -> None:
    pinned = re.compile(r"^([a-z0-9._-]+)==(\S+)(.*)$", re.MULTILINE)
    workspace = {
        (name, version) for name, version, _ in pinned.findall((ROOT / "requirements/dev.txt").read_text())
    }
    seen: dict[str, str] = {}
    for layer in ("core", "collect", "numeric", "inference"):
        text = (ROOT / "layers" / layer / "requirements.txt").read_text()
        assert "--hash=sha256:" in text
        for name, version, marker in pinned.findall(text):
            if "sys_platform == 'win32'" in marker or "sys_platform == 'emscripten'" in marker:
                continue
            assert (name, version) in workspace, f"{layer}: {name}=={version}"
            assert seen.setdefault(name, layer) == layer, f"{name} is in {seen[name]} and in {layer}"
