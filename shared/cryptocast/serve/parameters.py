"""What is asked beside a path. A query parameter that an address does not take is a fault: left out, it would
answer another question."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from cryptocast.domain import BAR_INTERVAL_S, floor_to_grid
from cryptocast.serve.problems import ApiError


def refuse_unknown(request: Request) -> None:
    """Raises `ApiError` 422 that names what is unknown and lists what there is; never a value."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = sorted(_names(route.dependant))
    unknown = [name[:32] for name in request.query_params if name not in known]
    if unknown:
        takes = f"This address takes {', '.join(known)}." if known else "This address takes none."
        named = ", ".join(unknown[:5])
        raise ApiError(
            422, "bad_request", f"{named}: no such query parameter.", f"{takes} /docs has an example."
        )


def on_grid(as_of: datetime) -> None:
    """Raises `ApiError` 422 where no cycle can have that `as_of`."""
    if as_of.tzinfo is None or floor_to_grid(as_of) != as_of:
        raise ApiError(
            422,
            "bad_request",
            f"as_of: it has no time zone, or is not on the {BAR_INTERVAL_S // 60}-minute grid.",
            "Send for example 2024-01-01T00:15:00Z.",
        )


def _names(dependant: Dependant) -> Iterator[str]:
    """The query parameters of a route and of all that it depends on."""
    yield from (parameter.alias for parameter in dependant.query_params)
    for dependency in dependant.dependencies:
        yield from _names(dependency)
