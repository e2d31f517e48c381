"""The REST API behind API Gateway."""

from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from mangum import Mangum

from cryptocast import wiring


@lru_cache(maxsize=1)
def _adapter(app: FastAPI) -> Mangum:
    return Mangum(app, lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _adapter(wiring.http_app())(event, context)
