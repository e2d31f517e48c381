"""Secrets, from SSM by their names and back to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr

from cryptocast.errors import SettingsError, StoreUnavailable
from cryptocast.observability import get_logger

_REQUIRED = frozenset({"database_url", "redis_url", "redis_token"})
"""Secrets without which a function that names them cannot work; the others are optional."""
_BUSY = frozenset({"ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyUpdates"})
"""What SSM answers to who asks too much at once; it passes."""


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

    Raises `SettingsError` where database-url is not there, AWS has no credentials or region, or SSM refuses;
    `StoreUnavailable` where SSM does not answer or wants fewer calls; and what `make` raises.
    """
    given, name = (f"/cryptocast/{stage}/{secret}" for secret in ("database-url", "readonly-database-url"))
    with _told("ssm:GetParameters"):
        client = make_client()
        answer = client.get_parameters(Names=[given], WithDecryption=True)
    if not answer["Parameters"]:
        raise SettingsError(
            f"SSM has no parameter {given} in {client.meta.region_name}: put it there first, or name another "
            "--stage or AWS_DEFAULT_REGION"
        )
    value = make(answer["Parameters"][0]["Value"].strip())
    changed = (
        "the login's password is changed at Postgres already: the API has the old one, or none, and cannot "
        "connect anew until this command succeeds; "
    )
    with _told("ssm:PutParameter", changed):
        client.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
    return name


@contextmanager
def _told(permission: str, changed: str = "") -> Iterator[None]:
    """Tells an error of SSM by its code, as its words may quote a secret, and what helps."""
    from botocore import exceptions

    try:
        yield
    except exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise StoreUnavailable(f"SSM has no time: {code}; {changed}run this again") from None
        raise SettingsError(
            f"SSM refuses: {code}; {changed}first put right the AWS credentials, what they may do "
            f"({permission}, and the use of SSM's key) or --stage"
        ) from None
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        raise StoreUnavailable(f"SSM does not answer: {error}; {changed}run this again") from None
    except exceptions.BotoCoreError as error:
        raise SettingsError(
            f"SSM was not asked: {error}; {changed}first set AWS_DEFAULT_REGION and the AWS credentials "
            "(AWS_PROFILE, or `aws configure`)"
        ) from None
