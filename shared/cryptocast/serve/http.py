"""The REST API: one FastAPI application over what `Deps` brings."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cryptocast.record.heads import NewestHead
from cryptocast.serve import (
    problems,
    routes_card,
    routes_health,
    routes_market,
    routes_models,
    routes_outcomes,
    routes_record,
    schemas,
)
from cryptocast.serve.deps import Deps
from cryptocast.serve.kept import KeptReads
from cryptocast.serve.parameters import refuse_unknown

__all__ = ["Deps", "create_app"]

MAX_BODY_BYTES = 256 * 1024
_SWAGGER = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5"
_ABOUT = (
    "Calibrated forecasts of the direction of coins, every 15 minutes, with a record that cannot be "
    "rewritten. Every answer says where its data comes from (`data_label`: live, replay or simulated), "
    "the moment it speaks for (`as_of`), whether that is `stale`, and what was `missing`. Nothing here "
    "is advice."
)
# The addresses are relative, so that the page works behind any prefix: a stage, a gateway's path.
_DOCS = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Cryptocast API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{_SWAGGER}/swagger-ui.css"></head><body>
<div id="swagger-ui"><p>This page loads Swagger UI from a CDN. If it stays like this, there is no way to
the CDN: read <a href="openapi.json">openapi.json</a>, or docs/api.md in the repository.</p></div>
<script src="{_SWAGGER}/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({{url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true}})</script>
</body></html>"""


def create_app(deps: Deps) -> FastAPI:
    """The application. No link in it is absolute, so it runs behind any prefix unchanged."""
    app = FastAPI(
        title="Cryptocast",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,  # a redirect would name an absolute address, wrong behind a prefix
        dependencies=[Depends(refuse_unknown)],
        servers=[{"url": ".", "description": "Wherever this document was read from."}],
        responses={
            422: {"model": schemas.ErrorAnswer, "description": "The request cannot be understood."},
            503: {"model": schemas.ErrorAnswer, "description": "A store or a model is not there now."},
        },
    )
    app.state.deps = replace(deps, online=KeptReads(deps.online, deps.clock))
    app.state.newest_head = NewestHead(deps.bucket) if deps.bucket else None
    problems.add_handlers(app, deps.data_label)
    app.add_middleware(_BodyLimit)
    app.add_middleware(problems.Unexpected, label=deps.data_label)
    app.add_middleware(  # the outermost, so that a page elsewhere may read every answer, errors too
        CORSMiddleware, allow_origins=["*"], allow_methods=["GET"], allow_headers=["*"], max_age=3_600
    )
    for part in (routes_market, routes_models, routes_card, routes_outcomes, routes_record, routes_health):
        app.include_router(part.router)
    app.add_api_route("/docs", _docs, include_in_schema=False, response_class=HTMLResponse)
    return app


def _docs() -> str:
    return _DOCS


class _BodyLimit:
    """Ends a request whose body is larger than 256 KB, before anything is made of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise HTTPException(413)
            return message

        await self._app(scope, limited if scope["type"] == "http" else receive, send)
