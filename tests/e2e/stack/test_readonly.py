"""The deployed API has what may only read, and works with it; the cycle writes."""

from __future__ import annotations

from typing import Any

import httpx
import psycopg
import pytest

from local.stack_secrets import READONLY_LOGIN
from tests.e2e.stack.conftest import SYMBOLS, Deployed

pytestmark = pytest.mark.e2e


def given_to_the_api(deployed: Deployed) -> dict[str, str]:
    """The values of the SSM parameters that the API is told of, by the variable that names each."""
    found: list[Any] = deployed.stack.ministack.client("lambda").list_functions(MaxItems=50)["Functions"]
    [api] = [f["Environment"]["Variables"] for f in found if "ApiFunction" in f["FunctionName"]]
    ssm = deployed.stack.ministack.client("ssm")
    return {
        variable: ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        for variable, name in api.items()
        if variable.endswith("_PARAMETER")
    }


def test_the_api_reads_history_by_its_own_login_and_the_cycle_writes_by_the_owners(
    deployed: Deployed,
) -> None:
    deployed.cycle()
    for path in (
        f"/v1/bars/{SYMBOLS[0]}",
        "/v1/documents",
        "/v1/outcomes",
        f"/v1/forecasts/{SYMBOLS[0]}?history=5",
    ):
        assert deployed.get(path).status_code == 200, path
    health = deployed.get("/v1/health?deep=true").json()
    parts = {part["name"]: part["status"] for part in health["parts"]}
    assert (parts["redis"], parts["postgres"]) == ("ok", "ok")
    users = {user for (user,) in deployed.rows("SELECT DISTINCT usename FROM pg_stat_activity")}
    assert {READONLY_LOGIN, "postgres"} <= users


def test_what_the_api_is_given_writes_to_neither_store(deployed: Deployed) -> None:
    given = given_to_the_api(deployed)
    assert set(given) == {"DATABASE_URL_PARAMETER", "REDIS_URL_PARAMETER", "REDIS_TOKEN_PARAMETER"}
    with psycopg.connect(given["DATABASE_URL_PARAMETER"], autocommit=True) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (READONLY_LOGIN,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("DELETE FROM cycles")
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM cycles")
    answer = httpx.post(
        given["REDIS_URL_PARAMETER"],
        json=["SET", "cycle", "{}"],
        headers={"Authorization": f"Bearer {given['REDIS_TOKEN_PARAMETER']}"},
    )
    assert answer.status_code == 400
    assert answer.json()["error"] == "NOPERM this user has no permissions to run the 'set' command"
