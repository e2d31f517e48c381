"""The API's login put into SSM: what is said where SSM, or AWS's client, will not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from cryptocast.errors import CryptocastError, SettingsError, StoreUnavailable
from cryptocast.ssm import make_readonly_parameter
from tests.fixtures_aws import REGION

MADE = "postgresql://reader:SECRET@host/name"
CHANGED = "password is changed at Postgres already: the API has the old one, or none, and cannot connect anew"
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=1)


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> list[bytes]:
        return [self._content]


def refusing(call: str, code: str, status: int) -> Any:
    """A client whose `call` SSM answers with `code`, and words that quote the value as AWS's do."""
    body = b'{"__type": "%s", "message": "Value at \'%s\' failed"}' % (code.encode(), MADE.encode())

    def answer(request: Any, **_: object) -> AWSResponse:
        return AWSResponse(request.url, status, {}, _Body(body))

    client = boto3.client("ssm", region_name=REGION, config=ONCE)
    client.meta.events.register_first(f"before-send.ssm.{call}", answer)
    return client


def told(make_client: Callable[[], Any], kind: type[CryptocastError]) -> str:
    with pytest.raises(kind) as caught:
        make_readonly_parameter(make_client, "dev", lambda _: MADE)
    assert "SECRET" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def owners(moto_aws: None) -> None:
    ssm = boto3.client("ssm", region_name=REGION)
    ssm.put_parameter(Name="/cryptocast/dev/database-url", Value="postgresql://o@h/n", Type="SecureString")


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException", "ExpiredTokenException"])
def test_what_will_not_go_away_says_what_to_put_right(owners: None, code: str) -> None:
    said = told(lambda: refusing("GetParameters", code, 400), SettingsError)
    assert said.startswith(
        f"SSM refuses: {code}; first put right the AWS credentials, what they may do (ssm:Get"
    )
    assert "again" not in said
    said = told(lambda: refusing("PutParameter", code, 400), SettingsError)
    assert CHANGED in said and "until this command succeeds; first put right" in said
    assert "ssm:PutParameter" in said and "run this again" not in said


@pytest.mark.parametrize(("code", "status"), [("ThrottlingException", 400), ("InternalServerError", 500)])
def test_what_passes_says_run_this_again(owners: None, code: str, status: int) -> None:
    said = told(lambda: refusing("GetParameters", code, status), StoreUnavailable)
    assert said == f"SSM has no time: {code}; run this again"
    said = told(lambda: refusing("PutParameter", code, status), StoreUnavailable)
    assert CHANGED in said and said.endswith("; run this again")


def test_an_ssm_that_is_not_there_says_run_this_again(moto_aws: None) -> None:
    said = told(lambda: boto3.client("ssm", endpoint_url="http://127.0.0.1:9", config=ONCE), StoreUnavailable)
    assert re.fullmatch(r"SSM does not answer: Could not connect .*; run this again", said)


def test_aws_without_credentials_or_region_says_which_to_set(
    moto_aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    said = told(lambda: boto3.session.Session(region_name=REGION).client("ssm"), SettingsError)
    assert said.startswith(
        "SSM was not asked: Unable to locate credentials; first set AWS_DEFAULT_REGION and"
    )
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    said = told(lambda: boto3.session.Session().client("ssm"), SettingsError)
    assert said.startswith("SSM was not asked: You must specify a region")
