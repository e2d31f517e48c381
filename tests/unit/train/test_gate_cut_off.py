"""Cut off at either write of the gate, the next run does the rest and decides nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptocast.errors import ModelNotFound
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import read_candidate
from cryptocast.registry.decision import Decision, decisions
from cryptocast.registry.load import read_champion
from cryptocast.registry.promote import promote
from cryptocast.train.gate import carry_out, pass_gate, read_incumbent
from tests.unit.registry.cut_off import CutOff, FailsAt
from tests.unit.train.markets import UNTIL
from tests.unit.train.test_gate import HELD_OUT, NAME, register, ticking, useless

VERSION = "v-new"


def gate(bucket: Bucket, minutes: int = 0, version: str = VERSION) -> Decision:
    now = UNTIL + timedelta(minutes=minutes)
    return pass_gate(bucket, NAME, version, HELD_OUT, now, 96, ticking())


def in_force(bucket: Bucket) -> str:
    """What `VERSION` is now."""
    read = read_candidate(bucket, NAME)
    if read is not None and (read[0].version, read[0].state) == (VERSION, "shadow"):
        return "candidate"
    try:
        return "promoted" if read_champion(bucket, NAME)[0].version == VERSION else "refused"
    except ModelNotFound:
        return "refused"


def before(bucket: Bucket, verdict: str) -> None:
    """A registry in which the gate gives `verdict` on `VERSION`."""
    if verdict != "promoted":
        gate(bucket, version=register(bucket, useless(), version="v-old"))
    if verdict == "refused":
        register(bucket, useless(10), version=VERSION)
    else:
        register(bucket, version=VERSION)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("verdict", "write"), [
    ("promoted", 0), ("promoted", 1), ("candidate", 0), ("candidate", 1), ("refused", 0),
])  # fmt: skip
def test_cut_off_at_any_write_the_next_run_finishes_and_records_once(
    bucket: Bucket, verdict: str, write: int, after: bool
) -> None:
    before(bucket, verdict)
    with pytest.raises(CutOff):
        gate(FailsAt(bucket, write, after=after))
    recorded = decisions(bucket, NAME, VERSION)
    assert [d.verdict for d in recorded] == ([verdict] if write or after else [])
    assert in_force(bucket) == (verdict if write and after else "refused")
    rest = gate(bucket, 20)
    assert (rest.verdict, in_force(bucket)) == (verdict, verdict)
    assert decisions(bucket, NAME, VERSION) == (recorded or [rest])
    assert gate(bucket, 40) == rest
    assert decisions(bucket, NAME, VERSION) == [rest]


def test_none_goes_on_trial_beside_a_champion_that_it_was_not_compared_with(bucket: Bucket) -> None:
    before(bucket, "candidate")
    promote(bucket, NAME, "v-old", read_champion(bucket, NAME)[1], "again", UNTIL)
    seen = read_incumbent(bucket, NAME)
    passed = Decision(
        decided_at=UNTIL, challenger=VERSION, champion="v-old", verdict="candidate", reason="lower"
    )
    register(bucket, useless(3), version="v-chosen")
    promote(bucket, NAME, "v-chosen", seen.etag, "by the operator: I know why", UNTIL)
    decision = carry_out(bucket, NAME, passed, seen, UNTIL)
    assert decision.verdict == "refused"
    assert "another version was promoted meanwhile" in decision.reason
    assert read_candidate(bucket, NAME) is None


def test_one_that_serves_without_a_record_gets_it(bucket: Bucket) -> None:
    register(bucket, version=VERSION)
    promote(bucket, NAME, VERSION, None, "there is no champion yet", UNTIL)
    decision = gate(bucket, 20)
    assert (decision.verdict, decision.decided_at, decision.champion) == ("promoted", UNTIL, None)
    assert decision.reason == "there is no champion yet"
    assert gate(bucket, 40) == decision
    assert decisions(bucket, NAME, VERSION) == [decision]


def test_a_recorded_promotion_counts_only_beside_the_same_champion(bucket: Bucket) -> None:
    """Cut off before it was the first one; now another serves and it is compared."""
    before(bucket, "promoted")
    with pytest.raises(CutOff):
        gate(FailsAt(bucket, 1))
    promote(bucket, NAME, register(bucket, useless(), version="v-old"), None, "was faster", UNTIL)
    assert gate(bucket, 20).verdict == "candidate"
    kept = decisions(bucket, NAME, VERSION)
    assert [d.verdict for d in kept] == ["promoted", "candidate"]
    assert (kept[1].champion, kept[1].champion_since) == ("v-old", UNTIL)
