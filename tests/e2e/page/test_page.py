"""What a reader sees, in a real browser. The stories are in browse.mjs; PAGE_SHOTS keeps their pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from cryptocast.domain import DataLabel
from cryptocast.store.online import OnlineStore, make_redis
from tests.e2e.page.conftest import Stack

pytestmark = pytest.mark.e2e
Make = Callable[..., Stack]
Browse = Callable[..., None]


def test_a_live_day_follows_the_stream_and_survives_its_loss(make_stack: Make, browse: Browse) -> None:
    stack = make_stack()
    stack.past_cycles = 120
    stack.cycle()
    browse("live", stack)


def test_simulated_data_and_missing_sources_are_said(make_stack: Make, browse: Browse) -> None:
    stack = make_stack(DataLabel.SIMULATED)
    stack.missing = ["reddit: no credentials", "cryptoslate: the feed answered 503"]
    stack.cycle()
    browse("simulated", stack)


def test_a_replay_says_when_it_is(make_stack: Make, browse: Browse) -> None:
    stack = make_stack(DataLabel.REPLAY)
    stack.as_of = datetime(2022, 1, 5, 10, 30, tzinfo=UTC)
    stack.cycle()
    browse("replay", stack)


def test_old_figures_are_called_old(make_stack: Make, browse: Browse) -> None:
    stack = make_stack()
    stack.cycle()
    stack.now += timedelta(minutes=52)
    browse("stale", stack)


def test_prices_without_a_model(make_stack: Make, browse: Browse) -> None:
    stack = make_stack()
    stack.trained = False
    stack.cycle()
    browse("no_model", stack)


def test_before_the_first_cycle(make_stack: Make, browse: Browse) -> None:
    browse("empty", make_stack())


def test_without_an_api(make_stack: Make, browse: Browse) -> None:
    browse("no_api", make_stack(), api_address="127.0.0.1:9")


def test_without_redis_figures_come_from_postgres(make_stack: Make, browse: Browse) -> None:
    stack = make_stack()
    stack.cycle()
    gone = OnlineStore(make_redis("http://127.0.0.1:9", "none", timeout_s=0.3))
    without = Stack(stack.db, gone, stack.bucket, stack.label)
    browse("no_redis", without)
