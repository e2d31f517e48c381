"""A registry bucket in moto: one server a module, one bucket a test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cryptocast.registry.bucket import Bucket

_numbers = itertools.count()


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        yield boto3.client("s3", region_name="us-east-1")


@pytest.fixture
def bucket(s3: Any) -> Bucket:
    name = f"registry-{next(_numbers)}"
    s3.create_bucket(Bucket=name)
    return Bucket(s3, name)
