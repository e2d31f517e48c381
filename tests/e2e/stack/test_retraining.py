"""The monitoring loop, closed: drifted data, an alarm, a training task, another champion, other forecasts."""

from __future__ import annotations

import time
from datetime import timedelta

import httpx
import pytest

from cryptocast.domain import Horizon
from cryptocast.registry import layout
from cryptocast.registry.load import read_champion
from tests.e2e.stack.conftest import Deployed

pytestmark = pytest.mark.e2e
DRIFTED_FOR = timedelta(days=16)
"""A challenger is judged on the newest 15 % of the time; what it learned has to be older than that."""
SETTLE_S = 150


def champions(deployed: Deployed) -> dict[str, str]:
    names = {h.value: layout.price_model(h) for h in Horizon}
    return {h: read_champion(deployed.bucket(), name)[0].version for h, name in names.items()}


def test_drifted_data_leads_to_another_model_that_serves(deployed: Deployed) -> None:
    before = champions(deployed)
    shift = {"from": deployed.last.isoformat()}
    httpx.post(f"{deployed.stack.replay_url}/_shift", json=shift).raise_for_status()
    deployed.cycle(DRIFTED_FOR)
    _wait_for_another(deployed, before)
    after = champions(deployed)
    changed = {h for h in before if after[h] != before[h]}
    assert changed, "no champion changed"
    deployed.cycle()
    served = dict(
        deployed.rows("SELECT horizon, model_version FROM forecasts WHERE as_of = %s", deployed.last)
    )
    assert {h: served[h] for h in changed} == {h: after[h] for h in changed}


def _wait_for_another(deployed: Deployed, before: dict[str, str]) -> None:
    """Until a champion changed and the training that changed it has ended, or the time is up."""
    deadline = time.monotonic() + SETTLE_S
    training = deployed.stack.training
    assert training
    while time.monotonic() < deadline:
        if champions(deployed) != before and not training.running:
            return
        time.sleep(1)
