"""`cryptocast models …` over a registry in moto."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from cryptocast import models_commands
from cryptocast.cli import app
from cryptocast.domain import Horizon
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import name_candidate
from cryptocast.registry.decision import Check, Decision, record_decision
from cryptocast.registry.load import read_champion
from cryptocast.store import shadow_forecasts
from cryptocast.store.shadow_forecasts import Progress
from tests.unit.retrain.test_by_hand import FAILED, register
from tests.unit.train.markets import UNTIL

NAME = layout.price_model(Horizon.M15)


@pytest.fixture
def bucket(fresh_wiring: None, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    monkeypatch.setenv("REGISTRY_BUCKET", bucket.name)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    monkeypatch.setattr(models_commands.console, "_width", 400)
    return bucket


def run(*words: str) -> tuple[int, str]:
    with models_commands.console.capture() as said:
        code = CliRunner().invoke(app, ["models", *words], catch_exceptions=False).exit_code
    return code, said.get()


def decided(bucket: Bucket, version: str) -> None:
    check = Check(name="lower Brier", passed=True, figure=0.01, allowed=0.1, said="Brier .24 against .25")
    decision = Decision(
        decided_at=UNTIL,
        challenger=version,
        champion="v1",
        verdict="candidate",
        reason="passed",
        checks=(check,),
    )
    record_decision(bucket, NAME, decision)


def test_an_empty_registry_is_said(bucket: Bucket) -> None:
    code, said = run("list")
    assert code == 0
    assert said.count("none") == len(Horizon) + 1


def test_versions_have_their_role_and_decision(bucket: Bucket) -> None:
    for version in ("v1", "v2", "v3"):
        register(bucket, version)
    assert run("promote", "v1", "--horizon", "15m", "--reason", "first")[0] == 0
    name_candidate(bucket, NAME, "v2", "passed", UNTIL)
    decided(bucket, "v2")
    bucket.put(layout.file_key(NAME, "v3", layout.MANIFEST), b"garbage")
    code, said = run("list", "--horizon", "15m")
    lines = {version: next(line for line in said.splitlines() if version in line) for version in ("v1", "v2")}
    assert code == 0
    assert "champion" in lines["v1"]
    assert "promoted (operator)" in lines["v1"]
    assert "candidate" in lines["v2"]
    assert "not a manifest" in said
    assert "    by the operator: first" in said.splitlines()


def test_show_tells_manifest_checks_and_progress(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("v1", "v2"):
        register(bucket, version)
    run("promote", "v1", "--horizon", "15m", "--reason", "first")
    name_candidate(bucket, NAME, "v2", "passed", UNTIL)
    decided(bucket, "v2")
    monkeypatch.setattr(shadow_forecasts, "progress", lambda *_: Progress(40, 39, UNTIL, UNTIL))
    code, said = run("show", "v2")
    assert code == 0
    assert '"version": "v2"' in said
    assert "lower Brier" in said
    assert "held-out: candidate" in said
    assert "40 moments recorded, 39 of 96 judged" in said


def test_a_version_is_found_by_the_end_of_it_that_the_page_shows(bucket: Bucket) -> None:
    for version in ("20260301T000000Z-1a2b", "20260302T000000Z-3c4d", "20260303T000000Z-3c4d"):
        register(bucket, version)
    assert "20260301T000000Z-1a2b: -" in run("show", "1a2b")[1]
    assert "20260302T000000Z-3c4d: -" in run("show", "20260302T000000Z-3c4d")[1]
    code, said = run("show", "3c4d")
    assert code == 1
    assert "20260302T000000Z-3c4d, 20260303T000000Z-3c4d end with 3c4d: give the whole version" in said


def test_an_unreadable_candidate_does_not_hide_who_serves(bucket: Bucket) -> None:
    register(bucket, "v1")
    run("promote", "v1", "--horizon", "15m", "--reason", "first")
    bucket.put(layout.candidate_key(NAME), b"garbage")
    said = run("list", "--horizon", "15m")[1]
    assert "candidate.json: not a candidate" in said
    assert "v1  champion" in said


def test_promote_and_rollback_change_who_serves(bucket: Bucket) -> None:
    for version in ("v1", "v2"):
        register(bucket, version)
        assert run("promote", version, "--horizon", "15m", "--reason", "next")[0] == 0
    assert read_champion(bucket, NAME)[0].version == "v2"
    code, said = run("rollback", "--horizon", "15m", "--reason", "regret")
    assert (code, "v1 serves, in place of v2" in said) == (0, True)
    assert run("rollback", "--horizon", "15m", "--to", "v2")[0] == 0
    assert read_champion(bucket, NAME)[0].version == "v2"


@pytest.mark.parametrize(("words", "said"), [
    (("show", "v404"), "the registry has no version v404"),
    (("show", "404"), "the registry has no version 404"),
    (("promote", "v404", "--horizon", "15m", "--reason", "x"), "no version v404"),
    (("promote", "bad", "--horizon", "15m", "--reason", "x"), "self-tests failed"),
    (("rollback", "--horizon", "15m"), "has no champion to go back to"),
    (("rollback",), "say which model"),
])  # fmt: skip
def test_what_cannot_be_done_is_one_line(bucket: Bucket, words: tuple[str, ...], said: str) -> None:
    register(bucket, "bad", FAILED)
    code, out = run(*words)
    assert code == 1
    assert said in out
    assert "Traceback" not in out


def test_what_promote_says_of_an_unreadable_champion_can_be_typed(bucket: Bucket) -> None:
    register(bucket, "v1")
    bucket.put(layout.champion_key(NAME), b"garbage")
    promote = ("promote", "v1", "--horizon", "15m", "--reason", "it broke")
    code, said = run(*promote)
    assert code == 1
    (typed,) = re.findall(r"`cryptocast models (rollback [^`]*)`", said)
    code, said = run(*typed.replace("VERSION", "v1").split())
    assert (code, read_champion(bucket, NAME)[0].version) == (0, "v1"), said
