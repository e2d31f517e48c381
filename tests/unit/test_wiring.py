from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from cryptocast import wiring
from cryptocast.cli import app
from cryptocast.errors import CorruptArtifact, ModelNotFound, SettingsError, StoreUnavailable
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import read_champion
from cryptocast.registry.manifest import Manifest
from cryptocast.registry.promote import promote
from cryptocast.registry.publish import publish
from cryptocast.sentiment.standin import FOLDER
from cryptocast.sentiment.writing import write_cards
from cryptocast.store.online import LATEST_RERUN, LATEST_RERUN_LIVE
from tests.fixtures_aws import REGION, SECRETS, put_secret

NOW = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clean(fresh_wiring: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", REGION),
    ):
        monkeypatch.setenv(name, value)


@pytest.fixture
def registry(moto_aws: None, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    boto3.client("s3").create_bucket(Bucket="registry")
    monkeypatch.setenv("REGISTRY_BUCKET", "registry")
    return wiring.bucket()


def publish_standin(bucket: Bucket, at: datetime) -> str:
    """The files of the stand-in as a version of their own, made the champion."""
    body = (FOLDER / "manifest.json").read_bytes()
    manifest = Manifest.model_validate_json(body).model_copy(
        update={"version": f"standin-{at:%H%M}", "created_at": at}
    )
    files = {name: (FOLDER / name).read_bytes() for name in manifest.sha256}
    version = publish(bucket, layout.SENTIMENT, files, manifest)
    try:
        etag = read_champion(bucket, layout.SENTIMENT)[1]
    except ModelNotFound:
        etag = None
    promote(bucket, layout.SENTIMENT, version, etag, "test", at)
    return version


class TestSecrets:
    def test_come_from_ssm_by_name_and_stay_secret(
        self, moto_aws: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put_secret("database-url", "postgresql://u:pw@host/db")
        monkeypatch.setenv("DATABASE_URL_PARAMETER", f"{SECRETS}/database-url")
        assert wiring.database_url() == "postgresql://u:pw@host/db"
        assert "pw" not in repr(wiring.settings())

    def test_given_directly_need_no_ssm(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://here/db")
        monkeypatch.setenv("DATABASE_URL_PARAMETER", f"{SECRETS}/database-url")
        assert wiring.database_url() == "postgresql://here/db"

    def test_an_absent_vendor_key_is_no_error(self, moto_aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
        put_secret("database-url", "postgresql://host/db")
        monkeypatch.setenv("DATABASE_URL_PARAMETER", f"{SECRETS}/database-url")
        monkeypatch.setenv("REDDIT_CLIENT_ID_PARAMETER", f"{SECRETS}/reddit-client-id")
        assert wiring.settings().reddit_client_id is None
        assert wiring.sources().reddit is None

    def test_a_vendor_key_reaches_the_sources(self, moto_aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("reddit-client-id", "reddit-client-secret"):
            put_secret(name, f"the-{name}")
            monkeypatch.setenv(f"{name.upper().replace('-', '_')}_PARAMETER", f"{SECRETS}/{name}")
        assert wiring.sources().reddit is not None

    def test_an_absent_database_url_is_named_by_parameter(
        self, moto_aws: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL_PARAMETER", f"{SECRETS}/database-url")
        with pytest.raises(SettingsError, match=f"{SECRETS}/database-url"):
            wiring.database()

    def test_ssm_that_does_not_answer_is_worth_a_retry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        monkeypatch.setenv("DATABASE_URL_PARAMETER", f"{SECRETS}/database-url")
        with pytest.raises(StoreUnavailable, match="SSM"):
            wiring.settings()

    @pytest.mark.parametrize(
        ("builder", "variable"),
        [
            (wiring.database, "DATABASE_URL"),
            (wiring.online_store, "REDIS_URL"),
            (wiring.bucket, "REGISTRY_BUCKET"),
            (wiring.push_client, "STREAM_ENDPOINT_URL"),
            (wiring.training_task, "TRAINING_CLUSTER"),
        ],
    )
    def test_what_is_not_set_is_named(self, builder: Any, variable: str) -> None:
        with pytest.raises(SettingsError, match=variable):
            builder()


class TestScorer:
    def test_a_promoted_version_serves_from_the_next_call_on(self, registry: Bucket) -> None:
        first = publish_standin(registry, NOW.replace(hour=1))
        assert wiring.scorer().model_version == first == wiring.sentiment_version()
        second = publish_standin(registry, NOW.replace(hour=2))
        assert wiring.scorer().model_version == second == wiring.sentiment_version()
        assert second != first

    def test_is_loaded_once_while_the_champion_stays(self, registry: Bucket) -> None:
        publish_standin(registry, NOW)
        assert wiring.scorer() is wiring.scorer()

    def test_the_model_that_ships_is_published_and_serves(self, registry: Bucket) -> None:
        answer = CliRunner().invoke(app, ["sentiment", "publish-default"])
        assert answer.exit_code == 0, answer.output
        assert "minilm-finance" in answer.output
        assert not wiring.scorer().manifest.stand_in
        version = wiring.scorer().model_version
        assert version == wiring.sentiment_version()
        card = json.loads(registry.get(layout.file_key(layout.SENTIMENT, version, "card.json")).body)
        assert card["version"] == version
        assert card["held_out"]["stocktwits_two_way_accuracy"] > 0.7
        assert "Trading decisions" in card["not_for"]

    def test_the_same_model_with_new_figures_is_published_and_the_command_says_what_stays(
        self, registry: Bucket, tmp_path: Path
    ) -> None:
        folder = Path(shutil.copytree(FOLDER, tmp_path / "model"))
        for figures in ({}, {"news_accuracy": 0.5}):
            write_cards(folder, figures)
            answer = CliRunner().invoke(app, ["sentiment", "publish", str(folder)])
            assert answer.exit_code == 0, answer.output
        assert "its cards and figures stay" in answer.output

    def test_without_a_champion_the_stand_in_scores_and_says_so(self, registry: Bucket) -> None:
        assert wiring.scorer().manifest.stand_in
        assert wiring.scorer() is wiring.scorer()
        assert wiring.scorer().model_version == wiring.sentiment_version()

    def test_a_corrupt_champion_is_refused_even_with_one_loaded(self, registry: Bucket) -> None:
        publish_standin(registry, NOW.replace(hour=1))
        wiring.scorer()
        version = publish_standin(registry, NOW.replace(hour=2))
        registry.put(layout.file_key(layout.SENTIMENT, version, "model.onnx"), b"not it")
        with pytest.raises(CorruptArtifact, match=r"model\.onnx"):
            wiring.scorer()

    def test_a_champion_whose_version_is_gone_is_corrupt_and_no_case_for_the_stand_in(
        self, registry: Bucket
    ) -> None:
        version = publish_standin(registry, NOW)
        key = layout.file_key(layout.SENTIMENT, version, layout.MANIFEST)
        boto3.client("s3").delete_object(Bucket="registry", Key=key)
        with pytest.raises(CorruptArtifact, match="the version is named and is not there"):
            wiring.scorer()

    def test_goes_on_while_the_registry_does_not_answer(
        self, registry: Bucket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version = publish_standin(registry, NOW)
        wiring.scorer()
        wiring.bucket.cache_clear()
        monkeypatch.setenv("REGISTRY_BUCKET", "another")
        wiring._settings.cache_clear()
        assert wiring.scorer().model_version == version


def test_forecasters_name_a_horizon_without_a_champion(registry: Bucket) -> None:
    from cryptocast.domain import Horizon

    with pytest.raises(ModelNotFound, match="prices/1h"):
        wiring.forecasters().forecaster(Horizon.H1)


def test_the_training_task_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINING_CLUSTER", "cluster")
    monkeypatch.setenv("TRAINING_TASK_DEFINITION", "task:1")
    monkeypatch.setenv("TRAINING_SUBNETS", "subnet-1,subnet-2")
    task = wiring.training_task()
    assert (task.cluster, task.task_definition) == ("cluster", "task:1")
    assert task.subnets == ("subnet-1", "subnet-2")
    assert task.security_groups == ()


def test_importing_wiring_imports_nothing_heavy() -> None:
    heavy = "{'boto3', 'numpy', 'pandas', 'onnxruntime', 'psycopg', 'fastapi', 'praw'}"
    code = f"import sys; from cryptocast import wiring, events; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("label", "latest_rerun"), [("live", LATEST_RERUN_LIVE), ("replay", LATEST_RERUN)])
def test_only_a_replay_may_begin_anew_in_the_online_store(
    label: str, latest_rerun: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("REDIS_URL", "http://127.0.0.1:9"), ("REDIS_TOKEN", "t"), ("DATA_LABEL", label)):
        monkeypatch.setenv(name, value)
    assert wiring.online_store()._latest_rerun == latest_rerun


def test_a_reader_gets_our_words_before_api_gateway_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("REDIS_URL", "http://127.0.0.1:9"),
        ("REDIS_TOKEN", "t"),
        ("DATABASE_URL", "host=h"),
    ):
        monkeypatch.setenv(name, value)
    database = wiring.http_app().state.deps.db
    addresses, spare_s = 3, 5
    connecting_s = database._connect_timeout_s * addresses
    assert connecting_s >= database._connect_within_s  # so all addresses are tried once
    assert database._answer_within_s + connecting_s + spare_s <= 29


def test_a_coin_that_is_named_twice_is_followed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMBOLS", "btc, ETH,BTC")
    assert wiring.Settings().symbol_list == ("BTC", "ETH")
