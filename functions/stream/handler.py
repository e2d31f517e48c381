"""Connections of the stream: $connect, $disconnect, and every message a client sends."""

from datetime import UTC, datetime
from typing import Any

from cryptocast import wiring
from cryptocast.stream.connections import connect, disconnect, receive


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answers go out as pushes; what is returned tells API Gateway only whether to accept."""
    connection_id = event["requestContext"]["connectionId"]
    online = wiring.online_store()
    match event["requestContext"]["routeKey"]:
        case "$connect":
            if connect(online, connection_id).rows_rejected:
                return {"statusCode": 503}
        case "$disconnect":
            disconnect(online, connection_id)
        case _:
            now, symbols = datetime.now(UTC), wiring.settings().symbol_list
            receive(online, wiring.push_client(), connection_id, event.get("body"), now, symbols)
    return {"statusCode": 200}
