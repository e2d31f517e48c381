"""Secrets, from SSM by their names and back to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import SecretStr

from cryptocast.errors import SettingsError, StoreUnavailable
from cryptocast.observability import get_logger

_REQUIRED = frozenset({"database_url", "redis_url", "redis_token"})
"""Secrets without which a function that names them cannot work; the others are optional."""


def read_secrets(
    client: Any, names: Mapping[str, str], given: Mapping[str, SecretStr]
) -> dict[str, SecretStr]:
    """The secret of each field of `names`, `{field: parameter}`; an absent optional one is left out.

    Where SSM does not answer, all that was `given` before goes on; where it has a required one no more, that
    one. The log says so. Where nothing was given: raises `StoreUnavailable`, or `SettingsError`.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = client.get_parameters(Names=sorted(set(names.values())), WithDecryption=True)
    except (BotoCoreError, ClientError) as error:
        if not given:
            raise StoreUnavailable(f"SSM did not give the secrets: {type(error).__name__}") from None
        get_logger().warning("SSM does not answer, the secrets that it gave before go on: %s", error)
        return dict(given)
    values = {p["Name"]: SecretStr(p["Value"].strip()) for p in answer["Parameters"]}
    found = {secret: values[name] for secret, name in names.items() if name in values}
    for secret in sorted(_REQUIRED & (names.keys() - found.keys())):
        said = f"SSM has no parameter {names[secret]}, which {secret.upper()} is read from"
        if secret not in given:
            raise SettingsError(f"{said}; README.md, Deploy, step 3, says how it gets there")
        get_logger().error("%s; the one before goes on", said)
        found[secret] = given[secret]
    return found


def make_readonly_parameter(make_client: Callable[[], Any], stage: str, make: Callable[[str], str]) -> str:
    """Put what `make` makes of `stage`'s database-url beside it, as readonly-database-url; returns its name.

    Raises `SettingsError` where database-url is not there, `StoreUnavailable` where SSM refuses or does not
    answer, and what `make` raises.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    name = f"/cryptocast/{stage}/readonly-database-url"
    try:
        client = make_client()
        answer = client.get_parameters(Names=[f"/cryptocast/{stage}/database-url"], WithDecryption=True)
        if not answer["Parameters"]:
            raise SettingsError(
                f"SSM has no parameter /cryptocast/{stage}/database-url in {client.meta.region_name}: put it "
                "there first, or name another --stage or AWS_DEFAULT_REGION"
            )
        value = make(answer["Parameters"][0]["Value"].strip())
        client.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
    except ClientError as error:
        raise StoreUnavailable(f"SSM refuses: {error.response['Error']['Code']}; run this again") from None
    except BotoCoreError as error:
        raise StoreUnavailable(f"SSM does not answer: {error}") from None
    return name
