"""Each check of the gate, made to pass and to fail; the clock is given, nothing is timed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from cryptocast.domain import Horizon
from cryptocast.features.spec import FEATURE_NAMES, MODEL_FEATURES
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import read_candidate
from cryptocast.registry.decision import Check, decisions
from cryptocast.registry.load import read_champion
from cryptocast.registry.manifest import Abstain, Calibration, DataWindow, Manifest, Skill
from cryptocast.registry.publish import publish
from cryptocast.train import checks
from cryptocast.train.checks import Clock, PairedForecasts
from cryptocast.train.dataset import Examples
from cryptocast.train.export import to_onnx, to_trees
from cryptocast.train.fit import fit
from cryptocast.train.gate import pass_gate
from tests.unit.train.markets import FAST, UNTIL, make_examples

NAME = layout.price_model(Horizon.M15)
OWN = FEATURE_NAMES[:MODEL_FEATURES]
POOL = make_examples(4_000, signal=0.4, seed=1)
FITTED = POOL.only(OWN)
_FILES: dict[object, dict[str, bytes]] = {}
HELD_OUT = make_examples(4_000, signal=0.4, seed=2)


def ticking(step_s: float = 0.0001) -> Clock:
    """Every look at the clock is `step_s` later."""
    ticks = itertools.count()
    return lambda: next(ticks) * step_s


def register(bucket: Bucket, examples: Examples = FITTED, **changes: object) -> str:
    since = HELD_OUT.as_of[0]
    fields = {
        "kind": "prices",
        "horizon": Horizon.M15,
        "created_at": UNTIL,
        "feature_names": examples.features,
        "feature_version": "2",
        "calibration": Calibration(a=1.0, b=0.0),
        "abstain": Abstain(threshold=0.6, rule="test"),
        "data_window": DataWindow(since=since, fit_until=since, until=UNTIL),
        **changes,
    }
    return publish(bucket, "prices", files_of(examples), Manifest.model_validate(fields))


def files_of(examples: Examples) -> dict[str, bytes]:
    key = (examples.features, examples.up.tobytes())
    if key not in _FILES:
        booster = fit(examples.x, examples.up, FAST, features=examples.features)
        _FILES[key] = {"model.onnx": to_onnx(booster), "trees.json": to_trees(booster, examples.features)}
    return _FILES[key]


def useless(seed: int = 9) -> Examples:
    """Labels that have nothing to do with the features."""
    random = np.random.default_rng(seed)
    return replace(FITTED, up=random.random(len(FITTED)) < 0.5)


def skilled(shown: bool, brier: float = 0.2471) -> Skill:
    p = 0.01 if shown else 0.6
    return Skill(shown=shown, p_value=p, brier=brier, constant=0.51, constant_brier=0.2499, rows=900)


@pytest.fixture
def served(bucket: Bucket) -> Iterator[str]:
    """A champion that knows nothing."""
    version = register(bucket, useless(), title="useless")
    pass_gate(bucket, NAME, version, HELD_OUT, UNTIL, 96, ticking())
    yield version


def named(found: tuple[Check, ...]) -> dict[str, Check]:
    return {check.name: check for check in found}


def test_a_first_model_serves_at_once_and_the_reason_says_why(bucket: Bucket) -> None:
    version = register(bucket)
    decision = pass_gate(bucket, NAME, version, HELD_OUT, UNTIL, 96, ticking())
    assert decision.verdict == "promoted"
    assert "no champion yet; promoted without a comparison; its skill was not measured" in decision.reason
    assert read_champion(bucket, NAME)[0].version == version


@pytest.mark.parametrize(("brier", "words"), [
    (0.2552, "better) is 0.255200, not surely below the 0.249900 of saying 51.0% up"),
    (0.2471, "it shows skill: on 900 forecasts that it was not fitted on its error"),
])  # fmt: skip
@pytest.mark.parametrize("before", ["nobody", "unusable", "other features"])
def test_where_nobody_serves_the_reason_says_whether_it_shows_skill(
    bucket: Bucket, brier: float, words: str, before: str
) -> None:
    if before != "nobody":
        older = register(bucket, feature_version="1" if before == "other features" else "2", version="v-old")
        pass_gate(bucket, NAME, older, HELD_OUT, UNTIL, 96, ticking())
    if before == "unusable":
        bucket.put(layout.file_key(NAME, "v-old", "model.onnx"), b"garbage")
    skill = skilled(brier < 0.2499, brier)
    decision = pass_gate(bucket, NAME, register(bucket, skill=skill), HELD_OUT, UNTIL, 96, ticking())
    assert decision.promoted
    assert words in read_champion(bucket, NAME)[0].reason


def test_a_better_one_becomes_the_candidate_and_every_check_is_kept(bucket: Bucket, served: str) -> None:
    version = register(bucket)
    decision = pass_gate(bucket, NAME, version, HELD_OUT, UNTIL, 96, ticking())
    assert decision.verdict == "candidate", decision.reason
    assert read_champion(bucket, NAME)[0].version == served
    (kept,) = decisions(bucket, NAME, version)
    assert kept == decision
    assert [check.name for check in kept.checks] == [
        "rows",
        "lower Brier",
        "direction not worse",
        "calibration error",
        "reliability",
        "latency",
        "size",
    ]
    assert all(check.passed and check.said for check in kept.checks)
    read = read_candidate(bucket, NAME)
    assert read is not None
    assert (read[0].version, read[0].state, read[0].data_until) == (version, "shadow", UNTIL)


@pytest.mark.parametrize(("shown", "examples", "verdict"), [
    (True, FITTED, "candidate"), (False, FITTED, "refused"), (None, FITTED, "refused"),
    (True, useless(11), "refused"),
])  # fmt: skip
def test_a_champion_without_skill_makes_room_for_one_that_shows_it_and_is_not_worse(
    bucket: Bucket, shown: bool | None, examples: Examples, verdict: str
) -> None:
    """The champion is as good as the first of them, so none could be surely better."""
    champion = register(bucket, skill=skilled(False), title="no skill shown")
    pass_gate(bucket, NAME, champion, HELD_OUT, UNTIL, 96, ticking())
    skill = None if shown is None else skilled(shown)
    version = register(bucket, examples, skill=skill, version="v-able")
    decision = pass_gate(bucket, NAME, version, HELD_OUT, UNTIL, 96, ticking())
    assert decision.verdict == verdict, decision.reason
    assert named(decision.checks)["skill"].said.startswith("the champion shows no skill; of this one: it")
    assert "lower Brier" not in named(decision.checks)


def test_without_a_shadow_period_it_serves_at_once(bucket: Bucket, served: str) -> None:
    version = register(bucket)
    assert pass_gate(bucket, NAME, version, HELD_OUT, UNTIL, 0, ticking()).promoted
    assert read_champion(bucket, NAME)[0].previous == served


def test_one_that_is_no_better_is_refused_by_name(bucket: Bucket, served: str) -> None:
    decision = pass_gate(bucket, NAME, register(bucket, useless(10)), HELD_OUT, UNTIL, 96, ticking())
    assert decision.verdict == "refused"
    assert not named(decision.checks)["lower Brier"].passed
    assert "lower Brier: Brier" in decision.reason
    assert read_candidate(bucket, NAME) is None


def test_too_few_rows_are_refused(bucket: Bucket, served: str) -> None:
    few = HELD_OUT.take(np.arange(90))
    decision = pass_gate(bucket, NAME, register(bucket), few, UNTIL, 96, ticking())
    assert decision.verdict == "refused"
    assert "90 rows are new to both" in decision.reason
    assert [c.name for c in decision.checks] == ["rows", "size"]


def test_a_slow_one_is_refused(bucket: Bucket, served: str) -> None:
    decision = pass_gate(bucket, NAME, register(bucket), HELD_OUT, UNTIL, 96, ticking(0.2))
    check = named(decision.checks)["latency"]
    assert (decision.verdict, check.passed) == ("refused", False)
    assert check.figure == pytest.approx(0.2)
    assert check.allowed == pytest.approx(checks.LATENCY_CEILING_S)


def test_models_of_different_features_are_compared_each_on_its_own(bucket: Bucket, served: str) -> None:
    """The challenger shares one of its 15 with the champion; the rows hold every candidate."""
    others = POOL.only(FEATURE_NAMES[40:54] + FEATURE_NAMES[:1])
    assert len(set(others.features) - set(OWN)) == MODEL_FEATURES - 1
    decision = pass_gate(bucket, NAME, register(bucket, others), HELD_OUT, UNTIL, 96, ticking())
    assert decision.verdict == "candidate", decision.reason
    blind = POOL.only(FEATURE_NAMES[40:55])
    decision = pass_gate(bucket, NAME, register(bucket, blind), HELD_OUT, UNTIL, 96, ticking())
    assert decision.verdict == "refused"


def test_rows_that_lack_what_the_champion_reads_refuse(bucket: Bucket, served: str) -> None:
    fewer = FITTED.features[:5]
    version = register(bucket, FITTED.only(fewer))
    decision = pass_gate(bucket, NAME, version, HELD_OUT.only(fewer), UNTIL, 96, ticking())
    assert decision.verdict == "refused"
    assert "lack features that the champion reads" in decision.reason


def test_a_champion_of_another_feature_version_is_replaced_at_once(bucket: Bucket, served: str) -> None:
    version = register(bucket, feature_version="3")
    decision = pass_gate(bucket, NAME, version, HELD_OUT, UNTIL, 96, ticking())
    assert decision.promoted
    assert "it cannot serve any more" in decision.reason


def judged(challenger: np.ndarray, champion: np.ndarray, up: np.ndarray) -> PairedForecasts:
    as_of = 900 * np.arange(len(up))
    return PairedForecasts(challenger, champion, up, as_of, 900, 1)


def coins(n: int = 3_000, p: float = 0.6) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    true = np.where(random.random(n) < 0.5, p, 1 - p)
    return true, random.random(n) < true


def test_overconfidence_fails_calibration_but_not_direction() -> None:
    true, up = coins()
    sure = np.where(true > 0.5, 0.8, 0.2)
    pair = judged(sure, true, up)
    assert checks.direction_not_worse(pair).passed
    assert [check.passed for check in checks.calibration(pair)] == [False, False]
    assert not checks.lower_brier(pair).passed


def test_the_guard_on_direction_sees_calls_that_became_worse() -> None:
    true, up = coins()
    turned = np.where(np.arange(len(true)) % 4 == 0, 1 - true, true)
    assert not checks.direction_not_worse(judged(turned, true, up)).passed
    assert not checks.brier_not_worse(judged(turned, true, up), 0.005).passed
    assert checks.brier_not_worse(judged(true, true, up), 0.005).passed


def test_size_is_that_of_what_serving_loads() -> None:
    small = {"model.onnx": b"x" * 100, "trees.json": b"y" * 100}
    assert checks.size({**small, "card.html": b"z" * 10_000}, small).passed
    assert not checks.size({"model.onnx": b"x" * 601}, small).passed
    huge = {"model.onnx": b"x" * (checks.SIZE_CEILING + 1)}
    assert not checks.size(huge, huge).passed


@pytest.mark.parametrize(("ours_s", "theirs_s", "passed"), [
    (0.004, 0.0001, True), (0.009, 0.0001, False), (0.009, 0.005, True), (0.06, 0.05, False),
])  # fmt: skip
def test_latency_is_relative_above_what_is_free_and_under_the_ceiling(
    ours_s: float, theirs_s: float, passed: bool
) -> None:
    time = [0.0]

    def taking(seconds: float) -> checks.Forecasts:
        def work(x: np.ndarray) -> np.ndarray:
            time[0] += seconds
            return x

        return work

    x = np.zeros((5, 2))
    found = checks.latency(taking(ours_s), taking(theirs_s), x, x, lambda: time[0])
    assert found.figure == pytest.approx(ours_s)
    assert found.passed is passed
