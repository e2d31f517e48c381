"""The secrets of a stack on a laptop, in a real SSM of moto's."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from local.stack_secrets import kept_token, put_secrets
from tests.fixtures_aws import REGION


def test_a_token_is_made_once_and_its_owner_alone_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "redis-token"
    token = kept_token(file)
    assert len(token) >= 32
    assert kept_token(file) == token
    assert file.stat().st_mode & 0o077 == 0
    assert kept_token(tmp_path / "readonly-redis-token") != token


def test_what_the_environment_has_of_the_vendors_goes_with_what_the_stores_take(
    moto_aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COINGECKO_API_KEY", "a key")
    monkeypatch.delenv("REDDIT_CLIENT_ID", raising=False)
    ssm = boto3.client("ssm", region_name=REGION)
    for _ in range(2):
        put_secrets(ssm, {"redis-token": "t"})
    names = [f"/cryptocast/local/{name}" for name in ("redis-token", "coingecko-api-key", "reddit-client-id")]
    found = ssm.get_parameters(Names=names, WithDecryption=True)
    assert {p["Name"]: p["Value"] for p in found["Parameters"]} == {names[0]: "t", names[1]: "a key"}
    assert {p["Type"] for p in found["Parameters"]} == {"SecureString"}
