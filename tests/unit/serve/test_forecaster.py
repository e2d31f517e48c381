from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import xgboost

from cryptocast.domain import Call, DataLabel, FeatureRow, Horizon
from cryptocast.errors import BadInput, CorruptArtifact, ModelNotFound, StoreUnavailable
from cryptocast.features.rows import FEATURE_NAMES, FEATURE_VERSION
from cryptocast.features.spec import MODEL_FEATURES
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import Artifact, read_champion
from cryptocast.registry.manifest import Abstain, Calibration, Manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
from cryptocast.serve.champions import Champions
from cryptocast.serve.forecaster import Forecaster, issue
from cryptocast.serve.online_record import to_json
from cryptocast.train.export import to_onnx, to_trees
from cryptocast.train.fit import fit
from tests.unit.registry.conftest import bucket, s3
from tests.unit.train.markets import FAST, UNTIL, make_examples

__all__ = ["bucket", "s3"]
OWN = FEATURE_NAMES[:MODEL_FEATURES]
EXAMPLES = make_examples(2_000).only(OWN)
ROWS = EXAMPLES.x[:50].astype(float)


@pytest.fixture(scope="module")
def booster() -> xgboost.Booster:
    return fit(EXAMPLES.x, EXAMPLES.up, FAST, features=OWN)


@pytest.fixture(scope="module")
def artifact(booster: xgboost.Booster) -> Artifact:
    manifest = Manifest(
        kind="prices",
        horizon=Horizon.H1,
        version="v1",
        created_at=UNTIL,
        feature_names=OWN,
        feature_version=FEATURE_VERSION,
        calibration=Calibration(a=0.9, b=0.1),
        abstain=Abstain(threshold=0.6, rule="fixed for the test"),
    )
    files = {"model.onnx": to_onnx(booster), "trees.json": to_trees(booster, OWN)}
    return Artifact(manifest, files)


def altered(artifact: Artifact, **changes: object) -> Artifact:
    return replace(artifact, manifest=artifact.manifest.model_copy(update=changes))


def test_an_estimate_is_margin_platt_threshold_and_contributions(
    artifact: Artifact, booster: xgboost.Booster
) -> None:
    margins = booster.inplace_predict(EXAMPLES.x[:50], predict_type="margin")
    expected = 1 / (1 + np.exp(-(0.9 * margins + 0.1)))
    estimates = Forecaster(artifact).estimate(ROWS)
    assert [e.p_up for e in estimates] == pytest.approx(expected, abs=1e-5)
    assert {e.call for e in estimates} == set(Call)
    for one in estimates:
        assert one.confidence == max(one.p_up, 1 - one.p_up)
        sure = one.confidence >= 0.6
        assert one.call == ((Call.UP if one.p_up > 0.5 else Call.DOWN) if sure else Call.ABSTAIN)
        assert sum(one.contributions.values()) + one.bias == pytest.approx(one.margin, abs=1e-4)
        assert tuple(one.contributions) == OWN


@pytest.mark.parametrize("forest", [1, 3])
def test_each_forecast_carries_xgboosts_own_contributions(artifact: Artifact, forest: int) -> None:
    data = xgboost.QuantileDMatrix(EXAMPLES.x, label=EXAMPLES.up, max_bin=64)
    grown = xgboost.train({**FAST.params(), "num_parallel_tree": forest}, data, 40)
    files = {"model.onnx": to_onnx(grown), "trees.json": to_trees(grown, OWN)}
    champion = Forecaster(replace(artifact, files=files))
    rows = [
        FeatureRow(
            "BTC",
            UNTIL + timedelta(minutes=15 * i),
            dict(zip(OWN, row, strict=True)),
            (),
            FEATURE_VERSION,
        )
        for i, row in enumerate(ROWS.tolist())
    ]
    closes = {(row.symbol, row.as_of): 100.0 for row in rows}
    issued = issue(champion, rows, closes, UNTIL, DataLabel.SIMULATED)
    theirs = grown.predict(xgboost.DMatrix(EXAMPLES.x[:50]), pred_contribs=True)
    for forecast, expected in zip(issued, theirs, strict=True):
        given = [forecast.contributions[name] for name in OWN]
        assert np.abs(np.array(given) - expected[:-1]).max() < 1e-4


def test_p_up_of_many_rows_is_that_of_each(artifact: Artifact) -> None:
    forecaster = Forecaster(artifact)
    together = forecaster.p_up(ROWS)
    assert together.tolist() == [float(forecaster.p_up(ROWS[i : i + 1])[0]) for i in range(50)]
    assert forecaster.estimate(ROWS[:0]) == []


def test_one_prediction_by_name_in_any_order(artifact: Artifact) -> None:
    forecaster = Forecaster(artifact)
    values = dict(reversed(list(zip(OWN, ROWS[0].tolist(), strict=True))))
    assert forecaster.predict_one(values) == forecaster.estimate(ROWS[:1])[0]


def test_a_row_holds_every_candidate_and_the_model_reads_its_own_ones(artifact: Artifact) -> None:
    forecaster = Forecaster(artifact)
    others = {name: float("nan") for name in FEATURE_NAMES if name not in OWN}
    own = dict(zip(OWN, ROWS[0].tolist(), strict=True))
    assert len(others | own) == len(FEATURE_NAMES) > len(OWN) == MODEL_FEATURES
    assert forecaster.predict_one(others | own) == forecaster.estimate(ROWS[:1])[0]
    assert tuple(forecaster.predict_one(others | own).contributions) == OWN


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"return_3h": None}, "absent: return_3h"),
        ({"moon": 1.0}, "unknown: moon"),
        ({"return_3h": float("nan")}, "not finite numbers: return_3h"),
        ({"return_3h": float("inf")}, "not finite numbers: return_3h"),
    ],
)
def test_wrong_features_are_refused_by_name(artifact: Artifact, changes: dict[str, float], said: str) -> None:
    values = dict.fromkeys(OWN, 0.0) | changes
    values = {name: value for name, value in values.items() if value is not None}
    with pytest.raises(BadInput, match=said):
        Forecaster(artifact).predict_one(values)


def test_a_flat_model_abstains_at_threshold_one(artifact: Artifact) -> None:
    flat = altered(artifact, calibration=Calibration(a=0, b=0), abstain=Abstain(threshold=1.0, rule="never"))
    assert {e.call for e in Forecaster(flat).estimate(ROWS)} == {Call.ABSTAIN}
    half = altered(artifact, calibration=Calibration(a=0, b=0), abstain=Abstain(threshold=0.5, rule="always"))
    assert Forecaster(half).estimate(ROWS[:1])[0].call is Call.ABSTAIN


@pytest.mark.parametrize("file", ["model.onnx", "trees.json"])
@pytest.mark.parametrize("body", [b"", b"garbage", None])
def test_files_that_are_no_model_are_corrupt(artifact: Artifact, file: str, body: bytes | None) -> None:
    given = {**artifact.files, file: body}
    files = {name: content for name, content in given.items() if content is not None}
    with pytest.raises(CorruptArtifact):
        Forecaster(replace(artifact, files=files))


@pytest.mark.parametrize("changes", [{"horizon": None}, {"calibration": None}, {"abstain": None}])
def test_a_manifest_of_no_price_model_is_corrupt(artifact: Artifact, changes: dict[str, None]) -> None:
    with pytest.raises(CorruptArtifact, match="no price model"):
        Forecaster(altered(artifact, **changes))


def test_trees_of_other_features_are_corrupt(artifact: Artifact) -> None:
    with pytest.raises(CorruptArtifact, match="other features"):
        Forecaster(altered(artifact, feature_names=tuple(reversed(OWN))))


def test_forecasts_carry_what_was_missing_and_skip_rows_without_a_close(artifact: Artifact) -> None:
    rows = [
        FeatureRow(symbol, UNTIL, dict(zip(OWN, x.tolist(), strict=True)), gone, FEATURE_VERSION)
        for symbol, x, gone in (("BTC", ROWS[0], ("volume",)), ("ETH", ROWS[1], ()))
    ]
    now = UNTIL + timedelta(seconds=40)
    (one,) = issue(
        Forecaster(artifact), rows, {("BTC", UNTIL): 101.5}, now, DataLabel.REPLAY, ["reddit: no credentials"]
    )
    assert (one.symbol, one.horizon, one.as_of, one.issued_at) == ("BTC", Horizon.H1, UNTIL, now)
    assert (one.price, one.model_version, one.data_label) == (101.5, "v1", DataLabel.REPLAY)
    assert one.missing == ("volume", "reddit: no credentials")
    shown = to_json(one)
    assert '"top_contributions"' in shown
    assert '"target_at": "2022-03-01T01:00:00+00:00"' in shown


def serve(bucket: Bucket, artifact: Artifact, version: str, etag: str | None = None) -> None:
    manifest = artifact.manifest.model_copy(update={"version": version, "sha256": {}})
    publish(bucket, "prices", artifact.files, manifest)
    promote(bucket, "prices/1h", version, etag, "test", UNTIL)


def test_a_promotion_and_a_rollback_reach_the_next_use(bucket: Bucket, artifact: Artifact) -> None:
    champions = Champions(bucket)
    with pytest.raises(ModelNotFound, match="prices/1h has no champion"):
        champions.forecaster(Horizon.H1)
    serve(bucket, artifact, "v1")
    first = champions.forecaster(Horizon.H1)
    assert champions.forecaster(Horizon.H1) is first
    serve(bucket, artifact, "v2", read_champion(bucket, "prices/1h")[1])
    assert champions.forecaster(Horizon.H1).version == "v2"
    promote(bucket, "prices/1h", "v1", read_champion(bucket, "prices/1h")[1], "rolled back", UNTIL)
    assert champions.forecaster(Horizon.H1).version == "v1"


def test_a_corrupt_champion_is_refused_even_where_an_older_one_is_loaded(
    bucket: Bucket, artifact: Artifact
) -> None:
    serve(bucket, artifact, "v1")
    champions = Champions(bucket)
    champions.forecaster(Horizon.H1)
    serve(bucket, artifact, "v2", read_champion(bucket, "prices/1h")[1])
    bucket.put(layout.file_key("prices/1h", "v2", "model.onnx"), b"hostile")
    with pytest.raises(CorruptArtifact, match=r"v2/model\.onnx: SHA-256"):
        champions.forecaster(Horizon.H1)


def test_while_the_registry_is_away_the_loaded_champion_goes_on(bucket: Bucket, artifact: Artifact) -> None:
    serve(bucket, artifact, "v1")
    champions = Champions(bucket)
    loaded = champions.forecaster(Horizon.H1)
    champions._bucket = Bucket(bucket._client, "gone-away")
    assert champions.forecaster(Horizon.H1) is loaded
    with pytest.raises(StoreUnavailable):
        champions.forecaster(Horizon.H4)
