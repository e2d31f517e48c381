"""The rules of the house for the functions of template.yaml: handlers, layers, secrets, permissions."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest

from cryptocast.settings import Settings
from tests.template import ROOT, as_list, folder, functions, layers_of, load_template, of_type, statements

TEMPLATE = load_template()
FUNCTIONS = functions(TEMPLATE)
KNOWS_NO_RESOURCE = {"cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"}
"""Actions for which IAM knows no resource: the only ones that may have a wildcard."""


def environment(function: dict[str, Any]) -> dict[str, Any]:
    shared = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    return shared | function.get("Environment", {}).get("Variables", {})


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
            value["Fn::Sub"].removeprefix("/cryptocast/${Stage}")
            for key, value in environment(FUNCTIONS[name]).items()
            if key.endswith("_PARAMETER")
        }
        allowed = {
            resource["Fn::Sub"].split("parameter/cryptocast/${Stage}")[1]
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


def parameters_of(name: str) -> set[str]:
    """The SSM parameters that a function may read, without the stage's prefix."""
    return {
        resource["Fn::Sub"].rpartition("/")[2]
        for owner, statement in statements(TEMPLATE)
        if owner == name and statement["Action"] == "ssm:GetParameters"
        for resource in as_list(statement["Resource"])
    }


def test_the_api_can_write_nothing() -> None:
    """Anybody may call it. The stream writes connections to Redis, and is given no Postgres."""
    assert parameters_of("ApiFunction") == {"readonly-database-url", "redis-url", "readonly-redis-token"}
    assert parameters_of("StreamFunction") == {"redis-url", "redis-token"}
    actions = {a for owner, s in statements(TEMPLATE) if owner == "ApiFunction" for a in as_list(s["Action"])}
    assert actions == {"ssm:GetParameters", "s3:GetObject", "s3:ListBucket"}


def test_readme_puts_every_required_secret_and_template_names_each() -> None:
    required = {name for function in FUNCTIONS for name in parameters_of(function)}
    assert {"readonly-database-url", "readonly-redis-token"} < required
    readme = (ROOT / "README.md").read_text()
    described = str(TEMPLATE["Parameters"]["Stage"]["Description"])
    for name in required:
        assert name in described, name
        assert name in readme, name


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
