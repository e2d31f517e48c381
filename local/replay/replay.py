"""What every vendor's module is given: the world, the clock, the counts."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from starlette.requests import Request

from local.replay.clock import Clock
from local.replay.faults import Fault
from local.replay.world import World


@dataclass(slots=True)
class Replay:
    """The state of one server."""

    world: World
    clock: Clock
    feed_items: int = 25
    """Items in a feed, or in one page of it."""
    reddit_limit: int = 1_000
    """Calls that Reddit allows in one window of its clock."""
    faults: deque[Fault] = field(default_factory=deque)
    requests: Counter[str] = field(default_factory=Counter)
    deleted_posts: set[str] = field(default_factory=set)
    reddit_window: tuple[int, int] = (0, 0)
    """(number of the window, calls in it)."""


def replay_of(request: Request) -> Replay:
    state: Replay = request.app.state.replay
    return state


def number(request: Request, name: str, default: float | None = None) -> float | None:
    """A numeric query parameter; raises ValueError where it is no number."""
    text = request.query_params.get(name)
    return default if text is None or text == "" else float(text)
