"""The API's OpenAPI document, from which the page's client is generated.

The messages of the WebSocket are not part of HTTP, so they are added as components: the page's
types for them come from the same place.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from cryptocast.domain import DEFAULT_SYMBOLS, DataLabel
from cryptocast.serve.http import Deps, create_app
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore, make_redis
from cryptocast.stream.messages import SERVER_MESSAGE


def document(app: FastAPI) -> dict[str, Any]:
    """The document of `app`, with `ServerMessage` and its parts among the components."""
    found: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    messages = SERVER_MESSAGE.json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}", by_alias=True
    )
    components = found.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in {**messages.pop("$defs"), "ServerMessage": messages}.items():
        held = components.setdefault(name, schema)
        if held.get("properties", {}).keys() != schema.get("properties", {}).keys():
            raise ValueError(f"two different bodies are called {name}: rename one")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", type=Path, metavar="FILE", help="exit non-zero where FILE is out of date")
    args = parser.parse_args()
    text = json.dumps(document(_app()), indent=1, sort_keys=True) + "\n"
    if args.check is None:
        sys.stdout.write(text)
    elif not args.check.exists() or args.check.read_text() != text:
        sys.exit(f"{args.check} is not the document of the API: run `make openapi` and commit it")


def _app() -> FastAPI:
    """The application over addresses where nobody answers: a document needs none of them."""
    deps = Deps(
        online=OnlineStore(make_redis("http://127.0.0.1:9", "none")),
        db=Database("postgresql://127.0.0.1:9/none"),
        symbols=DEFAULT_SYMBOLS,
        data_label=DataLabel.LIVE,
        clock=lambda: datetime.now(UTC),
    )
    return create_app(deps)


if __name__ == "__main__":
    main()
