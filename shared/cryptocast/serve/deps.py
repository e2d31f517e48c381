"""What the REST API needs, and how its routes get it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Path, Request

from cryptocast.domain import DataLabel
from cryptocast.serve.kept import OnlineReads
from cryptocast.serve.problems import ApiError
from cryptocast.store.database import Database

if TYPE_CHECKING:
    from cryptocast.registry.bucket import Bucket
    from cryptocast.sentiment.scorer import Scorer
    from cryptocast.serve.champions import Champions


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything that `create_app` is given. Models are asked for when a request needs them, not before.

    `clock` gives the wall clock's now, UTC. None for the last three: this deployment has no registry
    or no sentiment model, and the routes that need one say so.
    """

    online: OnlineReads
    db: Database
    symbols: tuple[str, ...]
    data_label: DataLabel
    clock: Callable[[], datetime]
    data_since: str | None = None
    bucket: Bucket | None = None
    champions: Callable[[], Champions] | None = None
    scorer: Callable[[], Scorer] | None = None


def _deps(request: Request) -> Deps:
    deps: Deps = request.app.state.deps
    return deps


DepsOf = Annotated[Deps, Depends(_deps)]


def checked_symbol(symbol: str, deps: Deps) -> str:
    """The coin in upper case. Raises `ApiError` 404 that lists the known ones."""
    upper = symbol.strip().upper()
    if upper not in deps.symbols:
        raise ApiError(
            404,
            "unknown_coin",
            f"{symbol[:32]!r} is not a coin that is followed here.",
            f"Use one of: {', '.join(deps.symbols)}.",
        )
    return upper


def _known_symbol(
    deps: DepsOf, symbol: Annotated[str, Path(max_length=16, description="A coin: `BTC`.", examples=["BTC"])]
) -> str:
    return checked_symbol(symbol, deps)


KnownSymbol = Annotated[str, Depends(_known_symbol)]
