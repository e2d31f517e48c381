"""A trial that is settled while another would refuse it: its last decision says what became of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cryptocast.domain import Horizon
from cryptocast.errors import PromotionConflict
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import State, end_trial, name_candidate, read_candidate, settle
from cryptocast.registry.decision import decisions
from cryptocast.registry.manifest import Manifest
from cryptocast.registry.publish import publish

NAME = layout.price_model(Horizon.M15)
NAMED = datetime(2026, 1, 1, tzinfo=UTC)
NOW = NAMED + timedelta(days=2)


class Overtaken(Bucket):
    """The same bucket; another settles the candidate just before candidate.json is replaced here."""

    def __init__(self, bucket: Bucket, state: State) -> None:
        super().__init__(bucket._client, bucket.name)
        self._state: State = state

    def replace(self, key: str, body: bytes, etag: str) -> str:
        other = Bucket(self._client, self.name)
        read = read_candidate(other, NAME)
        assert read is not None
        settle(other, NAME, *read, self._state, "the shadow period is over", NOW)
        return super().replace(key, body, etag)


@pytest.mark.parametrize("state", ["promoted", "refused"])
@pytest.mark.parametrize("by", ["newcomer", "operator"])
def test_a_refusal_that_came_too_late_is_not_the_last_word(bucket: Bucket, by: str, state: State) -> None:
    for version in ("v-old", "v-new"):
        manifest = Manifest(kind="prices", horizon=Horizon.M15, version=version, created_at=NAMED)
        publish(bucket, "prices", {"model.onnx": version.encode()}, manifest)
    name_candidate(bucket, NAME, "v-old", "passed", NAMED)
    late = Overtaken(bucket, state)
    with pytest.raises(PromotionConflict):
        if by == "newcomer":
            name_candidate(late, NAME, "v-new", "passed", NOW, instead_of="v-old", why="overdue")
        else:
            end_trial(late, NAME, "v-new", NOW)
    kept = decisions(bucket, NAME, "v-old")
    assert [d.verdict for d in kept] == ["refused", state]
    assert kept[-1].reason.startswith("the shadow period is over; settled before the refusal")
    assert kept[-1].shadow_began == NAMED
