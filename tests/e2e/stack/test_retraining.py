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
MOST_DAYS = 8
SETTLE_S = 60


def champions(deployed: Deployed) -> dict[str, str]:
    names = {h.value: layout.price_model(h) for h in Horizon}
    return {h: read_champion(deployed.bucket(), name)[0].version for h, name in names.items()}


def test_drifted_data_leads_to_another_model_that_serves(deployed: Deployed) -> None:
    before = champions(deployed)
    shift = {"from": deployed.last.isoformat()}
    httpx.post(f"{deployed.stack.replay_url}/_shift", json=shift).raise_for_status()
    for _ in range(MOST_DAYS):
        deployed.cycle(timedelta(days=1))
        if _another_within(deployed, before, SETTLE_S if deployed.stack.training.running else 15):
            break
    after = champions(deployed)
    changed = {h for h in before if after[h] != before[h]}
    assert changed, f"no champion changed; training ended with {deployed.stack.training.finished}"
    deployed.cycle()
    served = dict(
        deployed.rows("SELECT horizon, model_version FROM forecasts WHERE as_of = %s", deployed.last)
    )
    assert {h: served[h] for h in changed} == {h: after[h] for h in changed}


def _another_within(deployed: Deployed, before: dict[str, str], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if champions(deployed) != before:
            return True
        time.sleep(1)
    return False
