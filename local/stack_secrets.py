"""What a stack keeps secret, put where its functions find it: into SSM, by the names that it has on AWS."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.processes import write_whole

READONLY_LOGIN = "cryptocast_api_local"
"""The API's role at Postgres."""
_VENDOR_KEYS = ("coingecko-api-key", "cryptocompare-api-key", "reddit-client-id", "reddit-client-secret")


def kept_token(file: Path) -> str:
    """The token in `file`, made on the first call."""
    if not file.exists():
        write_whole(file, secrets.token_urlsafe(24), 0o600)
    return file.read_text()


def put_secrets(ssm: Any, stores: Mapping[str, str]) -> None:
    """Put what the stores take, and the vendors' keys that the environment has, into `ssm`."""
    given = {name: os.environ.get(name.upper().replace("-", "_"), "") for name in _VENDOR_KEYS}
    for name, value in {**stores, **given}.items():
        if value:
            ssm.put_parameter(
                Name=f"/cryptocast/local/{name}", Value=value, Type="SecureString", Overwrite=True
            )
