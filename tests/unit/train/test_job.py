from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from cryptocast.domain import DataLabel, Horizon
from cryptocast.features.rows import FEATURE_NAMES, FEATURE_VERSION
from cryptocast.features.spec import MODEL_FEATURES
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.decision import Decision, decisions
from cryptocast.registry.load import load, load_champion, read_champion, versions
from cryptocast.registry.price_model import PriceModel
from cryptocast.registry.publish import publish
from cryptocast.train import job, recipe, selftest
from cryptocast.train.dataset import Examples, build_examples, build_table, no_documents
from cryptocast.train.evaluate import brier
from cryptocast.train.gate import Incumbent, carry_out, compare, read_incumbent
from cryptocast.train.job import TrainingReport, train_from_series
from cryptocast.train.revision import code_revision
from cryptocast.train.splits import make_plan
from tests.unit.train.markets import FAST, RULES, UNTIL, make_market

NAME = layout.price_model(Horizon.M15)
NONE = no_documents(("BTC", "ETH"))


def run(bucket: Bucket, bars=None, rules=RULES, horizons=(Horizon.M15,)) -> list[TrainingReport]:
    return train_from_series(bucket, bars or make_market(25), NONE, horizons, rules)


First = Callable[..., TrainingReport]


@pytest.fixture(scope="module")
def trained() -> dict[tuple[float, int], tuple[TrainingReport, dict[str, bytes]]]:
    """By market: the report of its first training and all that it left in the bucket."""
    return {}


@pytest.fixture
def first(bucket: Bucket, trained) -> First:
    """`first(reversal, seed)`: the bucket as a first training on a market leaves it, made once a module.

    Trainings that are the same are the same to the last bit: a test below holds it.
    """

    def make(reversal: float = 0.3, seed: int = 0) -> TrainingReport:
        if (reversal, seed) not in trained:
            (report,) = run(bucket, make_market(25, reversal=reversal, seed=seed))
            trained[reversal, seed] = report, {key: bucket.get(key).body for key in bucket.names("")}
            return report
        report, files = trained[reversal, seed]
        for key, body in files.items():
            bucket.put(key, body)
        return report

    return make


def held_out(bars, rules=RULES) -> Examples:
    table = build_table(bars, NONE, int(bars["BTC"].opened_s[0]), int(UNTIL.timestamp()))
    examples = build_examples(bars, table, Horizon.M15, int(UNTIL.timestamp()))
    return examples.take(make_plan(examples.as_of, 900, rules.split).held_out)


def test_a_first_model_is_registered_promoted_and_says_all_about_itself(bucket: Bucket) -> None:
    bars = make_market(25)
    (report,) = run(bucket, bars, replace(RULES, trigger="a test"))
    artifact = load_champion(bucket, NAME)
    manifest = artifact.manifest
    assert report.promoted
    assert report.version == manifest.version
    assert "there is no champion yet" in read_champion(bucket, NAME)[0].reason
    assert len(set(manifest.feature_names)) == MODEL_FEATURES == 15
    assert manifest.feature_names == tuple(n for n in FEATURE_NAMES if n in manifest.feature_names)
    selection = manifest.params["selection"]
    assert selection["kept"] == list(manifest.feature_names)
    assert {row["name"] for row in selection["candidates"] if row["kept"]} == set(manifest.feature_names)
    assert set(selection["absent"]) == {"sentiment", "social"}
    assert "no document" in selection["absent"]["sentiment"]
    assert manifest.feature_version == FEATURE_VERSION
    assert manifest.data_label is DataLabel.SIMULATED
    assert manifest.code_revision == "rev-1"
    assert manifest.trigger == "a test"
    assert manifest.params["rounds"] == FAST.rounds
    assert set(manifest.sha256) == {"model.onnx", "trees.json", "card.json", "card.html"}
    assert manifest.data_window is not None
    assert manifest.data_window.until == UNTIL
    assert manifest.data_window.fit_until < UNTIL - timedelta(days=3)
    figures = {"n", "accuracy", "brier", "log_loss", "ece", "coverage", "baseline_reversal"}
    assert figures <= set(manifest.metrics)
    assert manifest.metrics["onnx_parity"] <= 1e-5
    card = json.loads(artifact.files["card.json"])
    assert [t["passed"] for t in card["self_tests"]] == [True] * 6
    assert report.version in report.line


def test_the_metrics_are_those_of_the_registered_files(bucket: Bucket, first: First) -> None:
    first()
    artifact = load_champion(bucket, NAME)
    rows = held_out(make_market(25))
    own = rows.only(artifact.manifest.feature_names)
    p_up = PriceModel(artifact).p_up(own.x.astype(float))
    assert artifact.manifest.metrics["brier"] == pytest.approx(brier(p_up, rows.up), abs=1e-6)
    assert artifact.manifest.metrics["accuracy"] == pytest.approx(((p_up > 0.5) == rows.up).mean(), abs=1e-3)


def test_a_reverting_market_is_learnt_and_a_random_walk_is_not(bucket: Bucket) -> None:
    (reverting,) = run(bucket, make_market(40, reversal=0.4))
    (walk,) = run(bucket, make_market(40, reversal=0.0), replace(RULES, now=UNTIL + timedelta(days=1)))
    assert reverting.metrics["accuracy"] > 0.58
    assert reverting.metrics["brier"] < 0.245
    noise = 4 * 0.5 / np.sqrt(walk.metrics["n"])
    assert walk.metrics["accuracy"] == pytest.approx(0.5, abs=noise)


def test_an_equal_challenger_is_refused_and_the_decision_kept(bucket: Bucket, first: First) -> None:
    champion = first()
    (second,) = run(bucket, rules=replace(RULES, now=UNTIL + timedelta(hours=1)))
    assert not second.promoted
    assert "below 0.1 is needed" in second.reason
    assert read_champion(bucket, NAME)[0].version == champion.version
    assert second.version is not None
    kept = json.loads(bucket.get(layout.file_key(NAME, second.version, layout.DECISION)).body)
    assert kept["verdict"] == "refused"
    assert kept["champion"] == champion.version
    assert kept["challenger_brier"] == kept["champion_brier"]


def test_a_better_challenger_replaces_the_champion(bucket: Bucket, first: First) -> None:
    wrong = first(reversal=-0.4)
    (right,) = run(bucket, make_market(25, reversal=0.4), replace(RULES, now=UNTIL + timedelta(hours=1)))
    champion, _ = read_champion(bucket, NAME)
    assert (champion.version, champion.previous) == (right.version, wrong.version)
    assert "passed every check; lower Brier" in champion.reason


def test_training_the_same_again_is_the_same_version(bucket: Bucket) -> None:
    (once,) = run(bucket)
    (again,) = run(bucket)
    assert again.version == once.version
    assert versions(bucket, NAME) == [once.version]
    assert read_champion(bucket, NAME)[0].previous is None


def test_rows_that_the_champion_was_fitted_on_do_not_count(bucket: Bucket, first: First) -> None:
    report = first()
    assert report.version is not None
    artifact = load(bucket, NAME, report.version)
    window = artifact.manifest.data_window.model_copy(update={"fit_until": UNTIL})
    seen_all = replace(artifact, manifest=artifact.manifest.model_copy(update={"data_window": window}))
    champion, etag = read_champion(bucket, NAME)
    incumbent = Incumbent(etag=etag, champion=champion, artifact=seen_all)
    decision = compare(artifact, incumbent, held_out(make_market(25)), UNTIL)
    assert not decision.promoted
    assert "0 rows are new to both" in decision.reason


@pytest.mark.parametrize("file", ["model.onnx", "manifest.json", "champion.json"])
def test_a_champion_that_cannot_be_loaded_is_replaced(bucket: Bucket, first: First, file: str) -> None:
    champion = first(seed=1)
    assert champion.version is not None
    at_version = layout.file_key(NAME, champion.version, file)
    bucket.put(layout.champion_key(NAME) if file == layout.CHAMPION else at_version, b"garbage")
    assert read_incumbent(bucket, NAME).artifact is None
    (second,) = run(bucket, rules=replace(RULES, now=UNTIL + timedelta(hours=1)))
    assert second.promoted
    assert load_champion(bucket, NAME).manifest.version == second.version


def test_who_was_overtaken_while_comparing_changes_nothing(bucket: Bucket, first: First) -> None:
    overtaken = first(reversal=-0.4)
    seen = read_incumbent(bucket, NAME)
    (second,) = run(bucket, make_market(25), replace(RULES, now=UNTIL + timedelta(hours=1)))
    assert seen.artifact is not None
    third = seen.artifact.manifest.model_copy(update={"version": "late"})
    late = publish(bucket, "prices", {"model.onnx": b"late"}, third)
    wins = Decision(
        decided_at=UNTIL, challenger=late, champion=overtaken.version, verdict="promoted", reason="lower"
    )
    decision = carry_out(bucket, NAME, wins, seen, UNTIL)
    assert not decision.promoted
    assert decisions(bucket, NAME, late) == [wins, decision]
    assert "lost the promotion" in decision.reason
    assert read_champion(bucket, NAME)[0].version == second.version


def test_a_failed_self_test_registers_nothing(bucket: Bucket) -> None:
    (report,) = run(bucket, make_market(25, reversal=0.97))
    assert report.version is None
    assert "self-test failed" in report.reason
    assert versions(bucket, NAME) == []
    assert "nothing registered" in report.line


def leak_bulk_rows(monkeypatch) -> None:
    """Each row gets the next row's first feature."""

    def leaking(*args):
        table = build_table(*args)
        values = table.values.copy()
        values[:-2, 0] = table.values[2:, 0]
        return replace(table, values=values)

    monkeypatch.setattr(job, "build_table", leaking)


def leak_a_feature(monkeypatch) -> None:
    """One feature is the label's return, live as in bulk as far as the test can see."""

    def leaking(*args):
        examples = build_examples(*args)
        x = examples.x.copy()
        x[:, 4] = examples.return_log * 1_000
        return replace(examples, x=x)

    monkeypatch.setattr(job, "build_examples", leaking)


def leak_by_the_split(monkeypatch) -> None:
    """Every fold is fitted on what it is tested on."""

    def leaking(*args):
        plan = make_plan(*args)
        folds = tuple(replace(fold, fit=np.union1d(fold.fit, fold.test)) for fold in plan.folds)
        return replace(plan, folds=folds)

    monkeypatch.setattr(recipe, "make_plan", leaking)


def blind_the_check(monkeypatch) -> None:
    monkeypatch.setattr(selftest, "ORDERLY", 1.1)


def forget_to_shuffle(monkeypatch) -> None:
    """Labels with a meaning, where they should have none."""
    monkeypatch.setattr(selftest, "_MEANINGLESS", lambda _random, up: up)


def believe_nothing(monkeypatch) -> None:
    monkeypatch.setattr(selftest, "CREDIBLE", 0.5)


@pytest.mark.parametrize(
    ("leak", "test"),
    [
        (leak_bulk_rows, "live equals bulk"),
        (leak_a_feature, "no feature knows the future"),
        (leak_a_feature, "credible accuracy"),
        (leak_by_the_split, "all known in time"),
        (forget_to_shuffle, "shuffled labels"),
        (blind_the_check, "planted future"),
        (believe_nothing, "credible accuracy"),
    ],
)
def test_a_job_with_a_leak_registers_nothing_and_names_the_test(
    bucket: Bucket, monkeypatch, leak, test: str
) -> None:
    leak(monkeypatch)
    (report,) = run(bucket, make_market(40, reversal=0.5))
    assert report.version is None
    assert f"self-test failed: {test}:" in report.reason
    assert versions(bucket, NAME) == []
    assert read_incumbent(bucket, NAME).champion is None


def test_a_horizon_with_too_little_data_does_not_stop_the_others(bucket: Bucket) -> None:
    long, short = run(bucket, make_market(10), horizons=(Horizon.H24, Horizon.M15))
    assert long.version is None
    assert "3 horizons of 24 h are needed" in long.reason
    assert short.promoted


def test_progress_reaches_the_end(bucket: Bucket) -> None:
    told: list[tuple[str, int, int]] = []
    train_from_series(
        bucket, make_market(25), NONE, (Horizon.M15,), RULES, progress=lambda *step: told.append(step)
    )
    assert told[0] == ("training", 0, 2)
    assert told[-1] == ("training", 2, 2)


def test_the_revision_falls_back_to_the_environment(tmp_path: Path) -> None:
    assert code_revision({"CODE_REVISION": "abc"}, tmp_path) == "abc"
    assert code_revision({}, tmp_path) == "unknown"
    here = Path(__file__).parent
    if code_revision({}, here) != "unknown":
        assert len(code_revision({"CODE_REVISION": "abc"}, here)) >= 12
