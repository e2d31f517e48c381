"""AWS in memory: moto's, for tests that need no more of it than single calls; and wiring without a past."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import botocore.session
import pytest
from moto import mock_aws

from cryptocast import wiring
from cryptocast.registry.bucket import Bucket

REGION = "us-east-1"
SECRETS = "/cryptocast/test"
"""Where `put_secret` keeps secrets in SSM."""


def put_secret(name: str, value: str) -> None:
    """Create the secret, or change it."""
    boto3.client("ssm").put_parameter(
        Name=f"{SECRETS}/{name}", Value=value, Type="SecureString", Overwrite=True
    )


@pytest.fixture
def fresh_wiring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting in the environment, and nothing built before or left behind."""
    for name in (*wiring.Settings.model_fields, "aws_profile"):
        monkeypatch.delenv(name.upper(), raising=False)
    wiring.forget()
    yield
    wiring.forget()


@pytest.fixture(scope="session")
def services_read_once() -> Iterator[None]:
    """What boto3 knows of each service is megabytes of JSON, which moto lets every test read anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield


@pytest.fixture
def moto_aws(monkeypatch: pytest.MonkeyPatch, services_read_once: None) -> Iterator[None]:
    """Every client that boto3 makes speaks to moto."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def bucket(moto_aws: None) -> Bucket:
    """The registry's bucket, empty."""
    client = boto3.client("s3", region_name=REGION)
    client.create_bucket(Bucket="registry")
    return Bucket(client, "registry")


@pytest.fixture
def cloudwatch(moto_aws: None) -> Any:
    return boto3.client("cloudwatch", region_name=REGION)
