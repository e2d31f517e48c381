"""A shadow period ends once: cut off at any write, the next cycle does what was decided."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptocast.domain import CycleWindow, Horizon
from cryptocast.errors import CorruptArtifact, PromotionConflict, StoreUnavailable
from cryptocast.monitor import shadow
from cryptocast.monitor.shadow import Shadows, judge_candidates
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import Candidate, name_candidate, read_candidate
from cryptocast.registry.decision import decisions
from cryptocast.registry.load import read_champion
from cryptocast.registry.manifest import Manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
from cryptocast.store import shadow_forecasts
from cryptocast.store.database import Database
from cryptocast.store.shadow_forecasts import Progress
from tests.factories import AS_OF, INTERVAL
from tests.unit.registry.conftest import bucket, s3
from tests.unit.registry.cut_off import FailsAt
from tests.unit.train.test_shadow_gate import pairs

__all__ = ["bucket", "s3"]
NAME = layout.price_model(Horizon.M15)
DB = Database("postgresql://nobody@127.0.0.1:9/none")
NAMED = AS_OF - timedelta(days=2)


@pytest.fixture(autouse=True)
def served(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A champion, an older one, and a candidate whose day is over; it forecasts as well as the champion."""
    for version in ("v-older", "v-champion", "v-candidate"):
        manifest = Manifest(kind="prices", horizon=Horizon.M15, version=version, created_at=NAMED)
        publish(bucket, "prices", {"model.onnx": version.encode()}, manifest)
    promote(bucket, NAME, "v-older", None, "first", NAMED)
    promote(bucket, NAME, "v-champion", read_champion(bucket, NAME)[1], "second", NAMED)
    name_candidate(bucket, NAME, "v-candidate", "passed every check", NAMED)
    recorded(monkeypatch)


def recorded(monkeypatch: pytest.MonkeyPatch, worse_by: float = 0.0) -> None:
    progress = Progress(96, 96, AS_OF - timedelta(days=1), AS_OF)
    monkeypatch.setattr(shadow_forecasts, "progress", lambda *_: progress)
    monkeypatch.setattr(shadow_forecasts, "pairs", lambda *_: pairs(worse_by=worse_by))


def cycle(bucket: Bucket, number: int = 0) -> Shadows:
    """The `number`-th cycle after the shadow period."""
    as_of = AS_OF + number * INTERVAL
    return judge_candidates(DB, bucket, CycleWindow(as_of, as_of - INTERVAL, as_of), 96)


def on_trial(bucket: Bucket) -> Candidate:
    read = read_candidate(bucket, NAME)
    assert read is not None
    return read[0]


def decided(bucket: Bucket) -> list[tuple[str, str]]:
    return [(d.stage, d.verdict) for d in decisions(bucket, NAME, "v-candidate")]


def serving(bucket: Bucket) -> str:
    return read_champion(bucket, NAME)[0].version


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("worse_by", "write"), [
    (0.0, 0), (0.0, 1), (0.0, 2), (0.02, 0), (0.02, 1),
])  # fmt: skip
def test_cut_off_at_any_write_the_next_cycle_finishes_and_judges_once(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, worse_by: float, write: int, after: bool
) -> None:
    """The writes of a promotion are decision, champion.json, candidate.json; a refusal has no second."""
    recorded(monkeypatch, worse_by)
    cut = cycle(FailsAt(bucket, write, after=after))
    assert "cut off" in cut.missing[0]
    verdict, champion = ("refused", "v-champion") if worse_by else ("promoted", "v-candidate")
    if write or after:  # it is decided: what is recorded later must not be looked at
        recorded(monkeypatch, 0.0 if worse_by else 0.02)
    rest = cycle(bucket, 1)
    assert rest.missing == []
    assert decided(bucket) == [("shadow", verdict)]
    assert serving(bucket) == champion
    assert on_trial(bucket).state == verdict
    assert cycle(bucket, 2) == Shadows()
    assert decided(bucket) == [("shadow", verdict)]


def test_the_decision_names_its_period_and_the_reign_that_it_was_made_against(bucket: Bucket) -> None:
    cycle(bucket)
    (decision,) = decisions(bucket, NAME, "v-candidate")
    assert (decision.shadow_began, decision.champion, decision.champion_since) == (NAMED, "v-champion", NAMED)
    assert read_champion(bucket, NAME)[0].promoted_at == decision.decided_at == AS_OF
    assert on_trial(bucket).reason == decision.reason


@pytest.mark.parametrize("there_and_back", [False, True])
def test_a_champion_that_changed_before_the_promotion_ends_in_a_refusal(
    bucket: Bucket, there_and_back: bool
) -> None:
    """Also where the same version came back: the operator has looked at it since."""
    cycle(FailsAt(bucket, 1))
    for version in ("v-older", *(["v-champion"] if there_and_back else [])):
        promote(bucket, NAME, version, read_champion(bucket, NAME)[1], "rolled back", AS_OF)
    said = cycle(bucket, 1)
    chosen = "v-champion" if there_and_back else "v-older"
    assert f"beside v-champion, and {chosen} serves since" in said.by_horizon[Horizon.M15]
    assert serving(bucket) == chosen
    assert on_trial(bucket).state == "refused"
    assert decided(bucket) == [("shadow", "promoted"), ("shadow", "refused")]
    assert cycle(bucket, 2) == Shadows()


def test_a_rollback_after_the_promotion_is_not_undone(bucket: Bucket) -> None:
    cycle(FailsAt(bucket, 2))
    assert serving(bucket) == "v-candidate"
    promote(bucket, NAME, "v-champion", read_champion(bucket, NAME)[1], "rolled back", AS_OF)
    cycle(bucket, 1)
    assert serving(bucket) == "v-champion"
    assert on_trial(bucket).state == "refused"
    assert cycle(bucket, 2) == Shadows()


@pytest.mark.parametrize("write", [0, 1])
def test_a_refusal_in_place_of_a_promotion_may_be_cut_off_too(bucket: Bucket, write: int) -> None:
    cycle(FailsAt(bucket, 1))
    promote(bucket, NAME, "v-older", read_champion(bucket, NAME)[1], "rolled back", AS_OF)
    assert cycle(FailsAt(bucket, write), 1).missing
    cycle(bucket, 2)
    assert decided(bucket)[-1] == ("shadow", "refused")
    assert (serving(bucket), on_trial(bucket).state) == ("v-older", "refused")
    assert cycle(bucket, 3) == Shadows()


def test_a_promotion_that_loses_the_race_is_refused_by_the_next_cycle(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_: object) -> None:
        raise PromotionConflict("another was faster")

    with monkeypatch.context() as patch:
        patch.setattr(shadow, "promote", overtaken)
        assert "another was faster" in cycle(bucket).missing[0]
    promote(bucket, NAME, "v-older", read_champion(bucket, NAME)[1], "was faster", AS_OF)
    cycle(bucket, 1)
    assert (serving(bucket), on_trial(bucket).state) == ("v-older", "refused")


def test_one_that_broke_after_its_period_is_refused_and_not_tried_for_ever(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise CorruptArtifact("manifest.json: not a manifest")

    monkeypatch.setattr(shadow, "promote", broken)
    said = cycle(bucket)
    assert "passed its shadow period and cannot serve: manifest.json" in said.by_horizon[Horizon.M15]
    assert decided(bucket) == [("shadow", "promoted"), ("shadow", "refused")]
    assert (serving(bucket), on_trial(bucket).state) == ("v-champion", "refused")


def test_a_decision_of_an_earlier_period_does_not_count(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same version named again has a period of its own."""
    recorded(monkeypatch, worse_by=0.02)
    cycle(bucket)
    name_candidate(bucket, NAME, "v-candidate", "again", AS_OF)
    recorded(monkeypatch)
    cycle(bucket, 1)
    assert decided(bucket) == [("shadow", "refused"), ("shadow", "promoted")]
    assert serving(bucket) == "v-candidate"


def test_who_was_replaced_before_candidate_json_was_written_is_settled(bucket: Bucket) -> None:
    manifest = Manifest(kind="prices", horizon=Horizon.M15, version="v-newer", created_at=NAMED)
    publish(bucket, "prices", {"model.onnx": b"newer"}, manifest)
    with pytest.raises(StoreUnavailable, match="cut off"):
        name_candidate(
            FailsAt(bucket, 1), NAME, "v-newer", "passed", AS_OF, instead_of="v-candidate", why="overdue"
        )
    said = cycle(bucket)
    assert "refused: replaced by the newer candidate v-newer: overdue" in said.by_horizon[Horizon.M15]
    assert (serving(bucket), on_trial(bucket).state) == ("v-champion", "refused")
