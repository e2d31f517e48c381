"""The REST API behind API Gateway."""

from functools import cache
from typing import Any

from mangum import Mangum

from cryptocast import wiring


@cache
def _adapter() -> Mangum:
    return Mangum(wiring.http_app(), lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _adapter()(event, context)
