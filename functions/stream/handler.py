"""Connections of the stream: $connect, $disconnect, subscribe and the other messages."""

from typing import Any


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    return {"statusCode": 200, "body": event["requestContext"]["routeKey"]}
