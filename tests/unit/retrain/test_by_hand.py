from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cryptocast.domain import Horizon
from cryptocast.errors import BadInput, CorruptArtifact, ModelNotFound, PromotionConflict
from cryptocast.features.spec import FEATURE_VERSION
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import name_candidate, read_candidate
from cryptocast.registry.decision import Decision, decisions, record_decision
from cryptocast.registry.load import read_champion
from cryptocast.registry.manifest import Abstain, Calibration, Manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
from cryptocast.retrain import by_hand
from cryptocast.retrain.by_hand import promote_by_hand, rollback_by_hand
from tests.unit.registry.conftest import bucket, s3
from tests.unit.registry.cut_off import CutOff, FailsAt
from tests.unit.train.markets import UNTIL
from tests.unit.train.test_gate import FITTED, files_of

__all__ = ["bucket", "s3"]
NAME = layout.price_model(Horizon.M15)
PASSED = [{"name": "shuffled labels", "passed": True, "said": "noise"}]
FAILED = [{"name": "shuffled labels", "passed": False, "said": "0.61"}]


def register(
    bucket: Bucket, version: str, tests: object = PASSED, feature_version: str = FEATURE_VERSION
) -> str:
    card = {} if tests is None else {"self_tests": tests}
    manifest = Manifest(
        kind="prices",
        horizon=Horizon.M15,
        version=version,
        created_at=UNTIL,
        feature_names=FITTED.features,
        feature_version=feature_version,
        calibration=Calibration(),
        abstain=Abstain(threshold=0.6, rule="test"),
    )
    return publish(bucket, "prices", {**files_of(FITTED), "card.json": json.dumps(card).encode()}, manifest)


def three_of_which_the_first_serves(bucket: Bucket) -> None:
    for version in ("v1", "v2", "v3"):
        register(bucket, version)
    promote_by_hand(bucket, NAME, "v1", "first", UNTIL)


def test_the_operators_word_promotes_and_is_kept(bucket: Bucket) -> None:
    first, second = register(bucket, "v1"), register(bucket, "v2")
    promote_by_hand(bucket, NAME, first, "to begin with", UNTIL)
    champion = promote_by_hand(bucket, NAME, second, "I trust it", UNTIL)
    assert (champion.version, champion.previous) == (second, first)
    assert champion.reason == "by the operator: I trust it"
    (decision,) = decisions(bucket, NAME, second)
    assert (decision.stage, decision.verdict, decision.champion) == ("operator", "promoted", first)
    assert decision.checks[0].name == "shuffled labels"


@pytest.mark.parametrize(("tests", "words"), [
    (FAILED, "self-tests failed: shuffled labels: 0.61"),
    ([], "names no self-test"),
    (None, "names no self-test"),
])  # fmt: skip
def test_without_passed_self_tests_it_is_refused(bucket: Bucket, tests: object, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        promote_by_hand(bucket, NAME, register(bucket, "v1", tests), "wish", UNTIL)
    with pytest.raises(ModelNotFound):
        read_champion(bucket, NAME)


@pytest.mark.parametrize("file", ["model.onnx", "trees.json", "card.json"])
def test_what_cannot_be_loaded_is_refused(bucket: Bucket, file: str) -> None:
    version = register(bucket, "v1")
    bucket.put(layout.file_key(NAME, version, file), b"hostile")
    with pytest.raises(CorruptArtifact):
        promote_by_hand(bucket, NAME, version, "wish", UNTIL)
    with pytest.raises(CorruptArtifact):
        rollback_by_hand(bucket, NAME, "regret", UNTIL, version)


def test_what_makes_no_sense_is_said(bucket: Bucket) -> None:
    version = register(bucket, "v1")
    with pytest.raises(BadInput, match="say why"):
        promote_by_hand(bucket, NAME, version, " ", UNTIL)
    with pytest.raises(ModelNotFound, match="v404"):
        promote_by_hand(bucket, NAME, "v404", "wish", UNTIL)
    with pytest.raises(ModelNotFound, match="has no champion to go back to; name one with --to"):
        rollback_by_hand(bucket, NAME, "regret", UNTIL)
    promote_by_hand(bucket, NAME, version, "to begin with", UNTIL)
    with pytest.raises(ModelNotFound, match="no previous champion"):
        rollback_by_hand(bucket, NAME, "regret", UNTIL)
    with pytest.raises(BadInput, match="serves already"):
        promote_by_hand(bucket, NAME, version, "again", UNTIL)
    with pytest.raises(BadInput, match="serves already"):
        rollback_by_hand(bucket, NAME, "again", UNTIL, version)


def test_a_rollback_again_does_not_bring_back_what_was_sent_away(bucket: Bucket) -> None:
    for version in ("v1", "v2", "v3"):
        promote_by_hand(bucket, NAME, register(bucket, version), "next", UNTIL)
    assert rollback_by_hand(bucket, NAME, "regret", UNTIL).version == "v2"
    with pytest.raises(BadInput, match="v3, which was sent away; name the one to go back to with --to"):
        rollback_by_hand(bucket, NAME, "regret", UNTIL)
    assert read_champion(bucket, NAME)[0].version == "v2"
    assert [d.stage for d in decisions(bucket, NAME, "v3")] == ["operator"]
    assert rollback_by_hand(bucket, NAME, "regret", UNTIL, "v1").version == "v1"
    promote_by_hand(bucket, NAME, "v3", "better after all", UNTIL)
    assert rollback_by_hand(bucket, NAME, "regret", UNTIL).version == "v1"


def test_rollback_goes_to_the_previous_or_to_the_one_that_is_named(bucket: Bucket) -> None:
    for version in ("v1", "v2", "v3"):
        promote_by_hand(bucket, NAME, register(bucket, version), "next", UNTIL)
    later = UNTIL + timedelta(hours=1)
    assert rollback_by_hand(bucket, NAME, "regret", later).version == "v2"
    assert rollback_by_hand(bucket, NAME, "regret", later, "v1").version == "v1"
    assert [d.reason for d in decisions(bucket, NAME, "v2")] == [
        "by the operator: next",
        "rolled back by the operator: regret",
    ]


@pytest.mark.parametrize("by", ["promote", "rollback"])
def test_the_operators_word_ends_a_trial_and_the_record_says_so(bucket: Bucket, by: str) -> None:
    for version in ("v1", "v2", "v3", "v4"):
        register(bucket, version)
    for version in ("v1", "v2"):
        promote_by_hand(bucket, NAME, version, "next", UNTIL)
    tried = name_candidate(bucket, NAME, "v3", "passed", UNTIL)
    if by == "promote":
        chosen = promote_by_hand(bucket, NAME, "v4", "better", UNTIL).version
    else:
        chosen = rollback_by_hand(bucket, NAME, "regret", UNTIL).version
    read = read_candidate(bucket, NAME)
    assert read is not None
    assert (read[0].state, read[0].settled_at) == ("refused", UNTIL)
    assert f"the operator chose {chosen}" in read[0].reason
    (last,) = decisions(bucket, NAME, "v3")
    assert (last.stage, last.verdict, last.shadow_began) == ("operator", "refused", tried.named_at)


def test_the_candidate_itself_may_be_promoted_by_hand(bucket: Bucket) -> None:
    for version in ("v1", "v2"):
        register(bucket, version)
    promote_by_hand(bucket, NAME, "v1", "first", UNTIL)
    name_candidate(bucket, NAME, "v2", "passed", UNTIL)
    promote_by_hand(bucket, NAME, "v2", "no need to wait", UNTIL)
    assert read_champion(bucket, NAME)[0].version == "v2"
    assert [d.verdict for d in decisions(bucket, NAME, "v2")] == ["promoted"]


def test_an_unreadable_champion_is_replaced_by_the_one_that_is_named(bucket: Bucket) -> None:
    for version in ("v1", "v2"):
        promote_by_hand(bucket, NAME, register(bucket, version), "next", UNTIL)
    bucket.put(layout.champion_key(NAME), b"garbage")
    with pytest.raises(
        CorruptArtifact, match=f"`cryptocast models rollback {layout.option(NAME)} --to VERSION` replaces it"
    ):
        rollback_by_hand(bucket, NAME, "it broke", UNTIL)
    champion = rollback_by_hand(bucket, NAME, "it broke", UNTIL, "v1")
    assert (champion.version, champion.previous) == ("v1", None)
    assert read_champion(bucket, NAME)[0] == champion
    assert decisions(bucket, NAME, "v1")[-1].champion is None


def test_a_champion_that_is_gone_is_rolled_back_from(bucket: Bucket) -> None:
    for version in ("v1", "v2"):
        promote_by_hand(bucket, NAME, register(bucket, version), "next", UNTIL)
    bucket._client.delete_object(Bucket=bucket.name, Key=layout.file_key(NAME, "v2", layout.MANIFEST))
    assert rollback_by_hand(bucket, NAME, "it is gone", UNTIL).version == "v1"


def test_an_unreadable_candidate_holds_the_operator_not_up(bucket: Bucket) -> None:
    bucket.put(layout.candidate_key(NAME), b"garbage")
    promote_by_hand(bucket, NAME, register(bucket, "v1"), "first", UNTIL)
    assert read_champion(bucket, NAME)[0].version == "v1"


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("write", range(4))
def test_cut_off_at_any_write_the_same_command_again_does_the_rest(
    bucket: Bucket, write: int, after: bool
) -> None:
    """The writes: the decision, the refusal of who is on trial, candidate.json, champion.json."""
    three_of_which_the_first_serves(bucket)
    name_candidate(bucket, NAME, "v3", "passed", UNTIL)
    with pytest.raises(CutOff):
        promote_by_hand(FailsAt(bucket, write, after=after), NAME, "v2", "better", UNTIL)
    if after and write == 3:  # nothing is left to do
        with pytest.raises(BadInput, match="serves already"):
            promote_by_hand(bucket, NAME, "v2", "better", UNTIL + timedelta(seconds=20))
    else:
        promote_by_hand(bucket, NAME, "v2", "better", UNTIL + timedelta(seconds=20))
    assert read_champion(bucket, NAME)[0].version == "v2"
    read = read_candidate(bucket, NAME)
    assert read is not None
    assert read[0].state == "refused"
    assert [d.verdict for d in decisions(bucket, NAME, "v2")] == ["promoted"]
    assert [d.verdict for d in decisions(bucket, NAME, "v3")] == ["refused"]


def test_who_was_overtaken_leaves_a_decision_that_says_so(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_of_which_the_first_serves(bucket)

    def overtaken(*_: object) -> None:
        promote(bucket, NAME, "v3", read_champion(bucket, NAME)[1], "was faster", UNTIL)

    monkeypatch.setattr(by_hand, "end_trial", overtaken)
    with pytest.raises(PromotionConflict):
        promote_by_hand(bucket, NAME, "v2", "better", UNTIL)
    assert [d.verdict for d in decisions(bucket, NAME, "v2")] == ["promoted", "refused"]
    assert "not carried out" in decisions(bucket, NAME, "v2")[-1].reason
    assert read_champion(bucket, NAME)[0].version == "v3"


def test_a_candidate_that_has_just_been_promoted_is_not_refused(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator has read champion.json; then the monitor promotes who was on trial, and settles it."""
    three_of_which_the_first_serves(bucket)
    name_candidate(bucket, NAME, "v3", "passed", UNTIL)

    def record_late(bucket: Bucket, name: str, decision: Decision) -> None:
        monkeypatch.setattr(by_hand, "record_decision", record_decision)
        promote(bucket, NAME, "v3", read_champion(bucket, NAME)[1], "better in the shadow", UNTIL)
        record_decision(bucket, name, decision)

    monkeypatch.setattr(by_hand, "record_decision", record_late)
    with pytest.raises(PromotionConflict):
        promote_by_hand(bucket, NAME, "v2", "better", UNTIL)
    assert read_champion(bucket, NAME)[0].version == "v3"
    assert decisions(bucket, NAME, "v3") == []
    read = read_candidate(bucket, NAME)
    assert read is not None
    assert read[0].state == "shadow"


def test_a_version_that_reads_other_features_is_not_gone_back_to(bucket: Bucket) -> None:
    old, new = register(bucket, "v1", feature_version="1"), register(bucket, "v2")
    promote_by_hand(bucket, NAME, new, "to begin with", UNTIL)
    with pytest.raises(BadInput, match=f"v1 reads features 1, rows have {FEATURE_VERSION}: train anew"):
        rollback_by_hand(bucket, NAME, "regret", UNTIL, old)
    with pytest.raises(BadInput, match="train anew"):
        promote_by_hand(bucket, NAME, old, "regret", UNTIL)
    assert read_champion(bucket, NAME)[0].version == "v2"
