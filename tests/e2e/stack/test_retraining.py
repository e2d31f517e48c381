"""The monitoring loop, closed: drifted data, an alarm, a training task, a candidate, another champion."""

from __future__ import annotations

import time
from datetime import timedelta

import httpx
import pytest

from cryptocast.domain import Horizon
from cryptocast.registry import layout
from cryptocast.registry.candidate import Candidate, read_candidate
from cryptocast.registry.decision import decisions
from cryptocast.registry.load import read_champion
from local.up import steps_of
from tests.e2e.stack.conftest import SYMBOLS, Deployed

pytestmark = pytest.mark.e2e
DRIFTED_FOR = timedelta(days=22)
"""A challenger is judged on the newest 15 % of the time and chooses its features before the fold before it:
what it learned has to be older than both."""
SETTLE_S = 150
SHADOW = timedelta(days=1)
"""Longer than eight cycles of every horizon but 24h, which waits for two outcomes."""


def champions(deployed: Deployed) -> dict[str, str]:
    names = {h.value: layout.price_model(h) for h in Horizon}
    return {h: read_champion(deployed.bucket(), name)[0].version for h, name in names.items()}


def candidates(deployed: Deployed) -> dict[str, Candidate]:
    read = {h.value: read_candidate(deployed.bucket(), layout.price_model(h)) for h in Horizon}
    return {h: found[0] for h, found in read.items() if found is not None}


def test_drifted_data_leads_to_a_candidate_and_then_to_another_model_that_serves(deployed: Deployed) -> None:
    before = champions(deployed)
    shift = {"from": deployed.last.isoformat()}
    httpx.post(f"{deployed.stack.replay_url}/_shift", json=shift).raise_for_status()
    deployed.cycle(DRIFTED_FOR)
    _wait_for_candidates(deployed)
    tried = {h: c.version for h, c in candidates(deployed).items() if c.state == "shadow" and h != "24h"}
    assert tried, "no challenger became a candidate"
    assert champions(deployed) == before

    since = deployed.last
    result = deployed.cycle(SHADOW)
    recorded = deployed.rows(
        "SELECT horizon, model_version, count(*) FROM shadow_forecasts WHERE as_of > %s GROUP BY 1, 2", since
    )
    assert {(h, v, 96 * len(SYMBOLS)) for h, v in tried.items()} <= set(recorded)
    shadow_only = "SELECT count(*) FROM forecasts WHERE model_version = ANY(%s)"
    assert deployed.rows(shadow_only, list(tried.values())) == [(0,)]
    said = steps_of(result.output)["monitor"]["detail"]["candidates"]
    assert set(tried) <= set(said)
    after = champions(deployed)
    promoted = {h: v for h, v in tried.items() if after[h] == v}
    assert promoted, f"no candidate was promoted: {said}"
    for horizon, version in promoted.items():
        last = decisions(deployed.bucket(), layout.price_model(Horizon(horizon)), version)[-1]
        assert (last.stage, last.verdict, last.champion) == ("shadow", "promoted", before[horizon])

    deployed.cycle()
    served = dict(
        deployed.rows("SELECT horizon, model_version FROM forecasts WHERE as_of = %s", deployed.last)
    )
    assert {h: served[h] for h in promoted} == promoted


def _wait_for_candidates(deployed: Deployed) -> None:
    """Until there is a candidate and the training that made it has ended, or the time is up."""
    deadline = time.monotonic() + SETTLE_S
    training = deployed.stack.training
    assert training
    while time.monotonic() < deadline:
        if candidates(deployed) and not training.running:
            return
        time.sleep(1)
