"""Who is on trial keeps the place beside the champion until it is judged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptocast.domain import Horizon
from cryptocast.errors import PromotionConflict
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import Candidate, name_candidate, read_candidate
from cryptocast.registry.decision import Decision, decisions
from cryptocast.registry.load import read_manifest
from cryptocast.registry.manifest import DataWindow
from cryptocast.train.gate import pass_gate
from cryptocast.train.place import NOBODY, place_beside_champion
from tests.unit.train.markets import UNTIL
from tests.unit.train.test_gate import HELD_OUT, NAME, register, served, ticking

__all__ = ["served"]
CYCLES = 96
PERIOD = timedelta(days=1, minutes=15)


def on_trial(bucket: Bucket) -> Candidate:
    read = read_candidate(bucket, NAME)
    assert read is not None
    return read[0]


def tried(bucket: Bucket) -> str:
    """A candidate that passed the gate."""
    version = register(bucket, version="v-older")
    assert pass_gate(bucket, NAME, version, HELD_OUT, UNTIL, CYCLES, ticking()).verdict == "candidate"
    return version


def newcomer(bucket: Bucket, later: timedelta = timedelta(), **changes: object) -> Decision:
    since = HELD_OUT.as_of[0]
    window = DataWindow(since=since, fit_until=since, until=UNTIL + later)
    version = register(bucket, version="v-newer", data_window=window, **changes)
    return pass_gate(bucket, NAME, version, HELD_OUT, UNTIL + later, CYCLES, ticking())


def test_a_newcomer_is_refused_while_another_is_on_trial(bucket: Bucket, served: str) -> None:
    older = tried(bucket)
    before = on_trial(bucket)
    decision = newcomer(bucket, 3 * PERIOD)
    assert decision.verdict == "refused"
    until = f"{UNTIL + PERIOD:%Y-%m-%d %H:%M}"
    assert decision.reason.startswith(f"candidate {older} is on trial until {until} or later;")
    assert "this one passed every check" in decision.reason
    assert decisions(bucket, NAME, "v-newer") == [decision]
    assert on_trial(bucket) == before
    assert len(decisions(bucket, NAME, older)) == 1


def test_one_that_is_overdue_makes_room_and_its_decision_says_so(bucket: Bucket, served: str) -> None:
    older = tried(bucket)
    period = on_trial(bucket).named_at
    assert newcomer(bucket, 4 * PERIOD + timedelta(minutes=15)).verdict == "candidate"
    assert (on_trial(bucket).version, on_trial(bucket).replaced) == ("v-newer", older)
    last = decisions(bucket, NAME, older)[-1]
    assert (last.verdict, last.stage, last.shadow_began) == ("refused", "shadow", period)
    assert "replaced by the newer candidate v-newer: it had 4 times its shadow period" in last.reason


@pytest.mark.parametrize(
    "file", ["model.onnx", "trees.json", layout.MANIFEST, layout.DECISION, layout.CANDIDATE]
)
def test_one_that_cannot_be_used_makes_room(bucket: Bucket, served: str, file: str) -> None:
    older = tried(bucket)
    at = layout.candidate_key(NAME) if file == layout.CANDIDATE else layout.file_key(NAME, older, file)
    bucket.put(at, b"garbage")
    assert newcomer(bucket).verdict == "candidate"
    assert on_trial(bucket).version == "v-newer"


def test_one_whose_features_rows_no_longer_have_makes_room(bucket: Bucket, served: str) -> None:
    other = register(bucket, version="v-older", feature_version="1")
    name_candidate(bucket, NAME, other, "of an older program", UNTIL)
    assert newcomer(bucket).verdict == "candidate"
    assert "it reads feature version 1, rows now have 2" in decisions(bucket, NAME, other)[-1].reason


def test_who_was_judged_and_the_same_version_again_hold_nobody_back(bucket: Bucket, served: str) -> None:
    older = tried(bucket)
    assert place_beside_champion(bucket, NAME, read_manifest(bucket, NAME, older), CYCLES) == NOBODY
    settled = on_trial(bucket).model_copy(update={"state": "refused"})
    bucket.put(layout.candidate_key(NAME), settled.model_dump_json().encode())
    assert newcomer(bucket).verdict == "candidate"


def test_the_longest_trial_ends_between_two_trainings_of_the_calendar(bucket: Bucket) -> None:
    """The 24 h horizon's: named on the 1st, judged before the 16th."""
    name = layout.price_model(Horizon.H24)
    changes = {"horizon": Horizon.H24}
    older, newer = (register(bucket, version=version, **changes) for version in ("v-older", "v-newer"))
    name_candidate(bucket, name, older, "passed", UNTIL)
    taken = place_beside_champion(bucket, name, read_manifest(bucket, name, newer), CYCLES).taken
    assert f"until {UNTIL + timedelta(days=11):%Y-%m-%d %H:%M}" in taken


def test_two_jobs_cannot_both_name_their_candidate(bucket: Bucket, served: str) -> None:
    first, second = register(bucket), register(bucket, version="v-second")
    name_candidate(bucket, NAME, first, "first", UNTIL)
    assert name_candidate(bucket, NAME, first, "again", UNTIL).reason == "first"
    with pytest.raises(PromotionConflict, match=f"{first} is on trial"):
        name_candidate(bucket, NAME, second, "saw nobody", UNTIL)
    bucket.put(layout.candidate_key(NAME), b"garbage")
    assert name_candidate(bucket, NAME, second, "repairs it", UNTIL).replaced is None
