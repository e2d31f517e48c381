"""Who is on trial, as the forecast step sees it."""

from __future__ import annotations

import pytest

from cryptocast.domain import Horizon
from cryptocast.errors import CorruptArtifact
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import name_candidate, read_candidate, settle
from cryptocast.serve.champions import Champions
from tests.unit.registry.conftest import bucket, s3
from tests.unit.train.markets import UNTIL
from tests.unit.train.test_gate import register

__all__ = ["bucket", "s3"]
NAME = layout.price_model(Horizon.M15)


def test_none_before_and_after_the_trial(bucket: Bucket) -> None:
    models = Champions(bucket)
    assert models.candidate(Horizon.M15) is None
    version = register(bucket)
    name_candidate(bucket, NAME, version, "better", UNTIL)
    loaded = models.candidate(Horizon.M15)
    assert loaded is not None
    assert loaded.version == version
    assert models.candidate(Horizon.M15) is loaded
    read = read_candidate(bucket, NAME)
    assert read is not None
    settle(bucket, NAME, *read, "refused", "worse", UNTIL)
    assert models.candidate(Horizon.M15) is None


def test_a_broken_one_is_refused_every_time_and_read_once(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = register(bucket)
    name_candidate(bucket, NAME, version, "better", UNTIL)
    bucket.put(layout.file_key(NAME, version, "model.onnx"), b"hostile")
    models = Champions(bucket)
    with pytest.raises(CorruptArtifact, match="SHA-256"):
        models.candidate(Horizon.M15)
    asked: list[str] = []
    get = bucket.get
    monkeypatch.setattr(bucket, "get", lambda key: (asked.append(key), get(key))[1])
    with pytest.raises(CorruptArtifact, match="SHA-256"):
        models.candidate(Horizon.M15)
    assert asked == [layout.candidate_key(NAME)]
