"""A shadow period over a real Postgres: recorded beside the champion's, judged once, promoted or refused."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from cryptocast.domain import CycleWindow, DataLabel, Horizon, StepReport
from cryptocast.features.build import build_feature_rows
from cryptocast.monitor.outcomes import record_outcomes
from cryptocast.monitor.shadow import Shadows, judge_candidates
from cryptocast.record.verify import verify
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import Candidate, name_candidate, read_candidate, settle
from cryptocast.registry.decision import decisions
from cryptocast.registry.load import load_champion, read_champion
from cryptocast.registry.manifest import Calibration
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
from cryptocast.serve.champions import Champions
from cryptocast.serve.forecaster import forecast
from cryptocast.store import bars, forecasts, shadow_forecasts
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from cryptocast.train.job import train
from tests.unit.train.markets import FAST, RULES, UNTIL, make_market

pytestmark = pytest.mark.integration
SYMBOLS = ("BTC", "ETH")
NAME = layout.price_model(Horizon.M15)
BEGIN = UNTIL - timedelta(days=3)
"""The models know what was before, the cycles of the tests are after."""
CYCLES = 96


@pytest.fixture
def champion(db: Database, bucket: Bucket) -> str:
    for series in make_market(12).values():
        bars.upsert_series(db, series, "coinbase", UNTIL)
    (report,) = train(
        bucket, db, SYMBOLS, (Horizon.M15,), BEGIN, UNTIL, DataLabel.SIMULATED, fit=FAST, split=RULES.split
    )
    assert report.version
    return report.version


def candidate(bucket: Bucket, a: float = 1.0, **files: bytes) -> str:
    """The champion again, its margins scaled by `a`: below 0 it says the opposite."""
    artifact = load_champion(bucket, NAME)
    changes = {"version": f"v{a}", "calibration": Calibration(a=a), "sha256": {}}
    manifest = artifact.manifest.model_copy(update=changes)
    version = publish(bucket, "prices", {**artifact.files, **files}, manifest)
    name_candidate(bucket, NAME, version, "passed every check", UNTIL)
    return version


def state(bucket: Bucket) -> Candidate:
    read = read_candidate(bucket, NAME)
    assert read is not None
    return read[0]


def cycle(db: Database, online: OnlineStore, models: Champions, as_of: datetime, steps: int) -> StepReport:
    window = CycleWindow(as_of, as_of - timedelta(minutes=15 * steps), as_of + timedelta(seconds=30))
    build_feature_rows(db, online, window, SYMBOLS, "none")
    report = forecast(db, online, models, window, SYMBOLS, DataLabel.SIMULATED)
    record_outcomes(db, window)
    return report


def judge(db: Database, bucket: Bucket, as_of: datetime) -> Shadows:
    return judge_candidates(db, bucket, CycleWindow(as_of, as_of - timedelta(minutes=15), as_of), CYCLES)


def test_a_candidate_is_recorded_judged_and_promoted(
    db: Database, online: OnlineStore, bucket: Bucket, champion: str
) -> None:
    version = candidate(bucket, 0.9)
    models = Champions(bucket)
    report = cycle(db, online, models, BEGIN + timedelta(hours=12), 48)
    assert report.rows_stored == 48 * len(SYMBOLS)
    assert report.detail["candidates"] == {"15m": f"{version}: 96 recorded, 0 refused"}
    assert judge(db, bucket, BEGIN + timedelta(hours=12)).by_horizon == {
        Horizon.M15: f"{version}: 47 of 96 moments judged"
    }
    assert read_champion(bucket, NAME)[0].version == champion
    end = BEGIN + timedelta(hours=25)
    cycle(db, online, models, end, 52)
    again = cycle(db, online, models, end, 52)
    assert again.detail["candidates"] == {"15m": f"{version}: 0 recorded, 0 refused"}
    found = judge(db, bucket, end)
    assert found.missing == []
    assert found.by_horizon[Horizon.M15].startswith(f"{version} promoted: passed its shadow period")
    assert read_champion(bucket, NAME)[0].previous == champion
    assert (state(bucket).state, state(bucket).version) == ("promoted", version)
    (decision,) = decisions(bucket, NAME, version)
    assert (decision.stage, decision.verdict, decision.champion) == ("shadow", "promoted", champion)
    assert decision.rows == 99 * len(SYMBOLS)
    assert judge(db, bucket, end).by_horizon == {}
    assert {f.model_version for f in forecasts.latest(db, limit=1_000)} == {champion}
    assert verify(db, None).broken is None
    report = cycle(db, online, models, end + timedelta(minutes=15), 1)
    assert report.detail["champions"] == {"15m": version}
    assert report.detail["candidates"] == {}


def test_one_that_says_the_opposite_is_refused(
    db: Database, online: OnlineStore, bucket: Bucket, champion: str
) -> None:
    version = candidate(bucket, -1.0)
    end = BEGIN + timedelta(hours=25)
    cycle(db, online, Champions(bucket), end, 100)
    assert "refused: Brier not worse" in judge(db, bucket, end).by_horizon[Horizon.M15]
    assert read_champion(bucket, NAME)[0].version == champion
    assert state(bucket).state == "refused"
    assert decisions(bucket, NAME, version)[-1].verdict == "refused"


def test_both_are_compared_by_the_same_outcomes(
    db: Database, online: OnlineStore, bucket: Bucket, champion: str
) -> None:
    version = candidate(bucket, 0.5)
    cycle(db, online, Champions(bucket), BEGIN + timedelta(hours=2), 8)
    pairs = shadow_forecasts.pairs(db, Horizon.M15, version, champion)
    assert len(pairs) == 7 * len(SYMBOLS)
    public = {(f.as_of, f.p_up) for f in forecasts.latest(db, limit=100)}
    assert {(p.as_of, p.champion) for p in pairs} <= public
    sides = [(p.candidate - 0.5) * (p.champion - 0.5) for p in pairs if p.candidate is not None]
    assert np.mean(np.array(sides) > 0) > 0.5


@pytest.mark.parametrize("broken", ["model.onnx", "manifest.json", "candidate.json"])
def test_a_broken_candidate_never_harms_the_champion(
    db: Database, online: OnlineStore, bucket: Bucket, champion: str, broken: str
) -> None:
    version = candidate(bucket)
    at_version = layout.file_key(NAME, version, broken)
    bucket.put(layout.candidate_key(NAME) if broken == layout.CANDIDATE else at_version, b"garbage")
    report = cycle(db, online, Champions(bucket), BEGIN + timedelta(hours=1), 4)
    assert report.rows_stored == 4 * len(SYMBOLS)
    assert not [said for said in report.missing if "15m" in said]
    assert report.detail["candidates"]["15m"].startswith("not recorded: CorruptArtifact")
    assert online.read_coin("BTC")["forecast:15m"]["as_of"] == (BEGIN + timedelta(hours=1)).isoformat()
    early = judge(db, bucket, BEGIN + timedelta(hours=1))
    assert read_champion(bucket, NAME)[0].version == champion
    if broken == layout.CANDIDATE:
        assert "candidate.json" in early.missing[0]
    else:
        late = judge(db, bucket, BEGIN + timedelta(days=5))
        assert "only 0 moments could be judged" in late.by_horizon[Horizon.M15]
        assert state(bucket).state == "refused"


def test_a_model_that_fails_at_work_never_harms_the_champion(
    db: Database, online: OnlineStore, bucket: Bucket, champion: str
) -> None:
    class Failing(Champions):
        def candidate(self, horizon: Horizon) -> None:
            raise ZeroDivisionError("in the model")

    report = cycle(db, online, Failing(bucket), BEGIN + timedelta(hours=1), 4)
    assert report.rows_stored == 4 * len(SYMBOLS)
    assert report.detail["candidates"]["15m"] == "not recorded: ZeroDivisionError: in the model"


def test_another_champion_begins_the_comparison_anew(
    db: Database, online: OnlineStore, bucket: Bucket, champion: str
) -> None:
    models = Champions(bucket)
    version = candidate(bucket, 0.8)
    cycle(db, online, models, BEGIN + timedelta(hours=12), 48)
    read = read_candidate(bucket, NAME)
    assert read is not None
    settle(bucket, NAME, *read, "refused", "by hand", UNTIL)
    other = candidate(bucket, 0.7)
    promote(bucket, NAME, version, read_champion(bucket, NAME)[1], "by hand", UNTIL)
    cycle(db, online, models, BEGIN + timedelta(hours=14), 8)
    progress = shadow_forecasts.progress(db, Horizon.M15, other, version)
    assert (progress.recorded, progress.judged) == (8, 7)
    assert shadow_forecasts.progress(db, Horizon.M15, version, champion).judged == 48


def test_one_promoted_by_hand_is_settled(
    db: Database, online: OnlineStore, bucket: Bucket, champion: str
) -> None:
    version = candidate(bucket)
    promote(bucket, NAME, version, read_champion(bucket, NAME)[1], "by hand", UNTIL)
    assert judge(db, bucket, UNTIL).by_horizon == {Horizon.M15: f"{version} serves"}
    assert state(bucket).state == "promoted"
