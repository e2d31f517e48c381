"""S3 and CloudWatch of the monitor's tests are moto's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cryptocast.registry.bucket import Bucket


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def bucket(aws: None) -> Bucket:
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="registry")
    return Bucket(client, "registry")


@pytest.fixture
def cloudwatch(aws: None) -> Any:
    return boto3.client("cloudwatch", region_name="us-east-1")
