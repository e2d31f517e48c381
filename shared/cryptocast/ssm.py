"""Secrets, from SSM by their names."""

from __future__ import annotations

from collections.abc import Mapping
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
            raise SettingsError(said)
        get_logger().error("%s; the one before goes on", said)
        found[secret] = given[secret]
    return found
