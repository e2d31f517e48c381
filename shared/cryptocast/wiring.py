"""Builds the real clients, each once and only when asked for. Only entry points import this.

Heavy packages are imported inside the builders, so that a function carries only the layers it uses.
What is built stays for the life of the process, but for two things: each call asks the registry who serves,
and loads again only when another was promoted; and once a store did not answer, or a vendor refused a key,
whoever asks for the settings next reads the secrets again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from time import time
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from cryptocast.domain import DataLabel
from cryptocast.errors import ModelNotFound, SettingsError, StoreUnavailable
from cryptocast.observability import get_logger
from cryptocast.settings import Settings, load_settings
from cryptocast.ssm import read_secrets

if TYPE_CHECKING:
    from fastapi import FastAPI

    from cryptocast.collect.sources import Sources
    from cryptocast.registry.bucket import Bucket
    from cryptocast.retrain.launcher import Task
    from cryptocast.sentiment.scorer import Scorer
    from cryptocast.serve.champions import Champions
    from cryptocast.store.database import Database
    from cryptocast.store.online import OnlineStore
    from cryptocast.stream.push import ApiGatewayPush

_PARAMETER = "_parameter"
_VENDOR_KEYS = ("coingecko_api_key", "cryptocompare_api_key", "reddit_client_id", "reddit_client_secret")
_scorer: dict[str, Scorer] = {}
"""The loaded sentiment champion, by the ETag of champion.json; at most one."""
_given: dict[str, SecretStr] = {}
"""The secrets as SSM gave them last; they stay while it does not answer."""
_times: dict[str, float] = {}
"""When the settings were `read` last and `doubted` since; by the wall clock, which no freezing stops."""
_READ_AGAIN_S = 60
"""An outage does not ask SSM at every request."""


def forget() -> None:
    """Drop everything that was built: for tests, and after a change of the environment."""
    clients = (aws, bucket, _database, _api_database, _online_store, _sources)
    for builder in (_settings, *clients, forecasters, _http_app):
        builder.cache_clear()
    for kept in (_scorer, _given, _times):
        kept.clear()


def doubt_secrets() -> None:
    """A store does not answer, or it or a vendor refuses: its secret may be another, so it is read anew.

    What is in use is not closed: a client is made anew only where its secret differs.
    """
    _times["doubted"] = time()


def settings() -> Settings:
    """The environment, its secrets filled in by one call to SSM where they are given by name.

    Read once, and again where they are doubted, at most once a minute.
    """
    # Asked here and not at the doubt: a collector doubts seconds after it read, and not again for 15 minutes.
    if "doubted" in _times and time() - _times.get("read", 0.0) >= _READ_AGAIN_S:
        _settings.cache_clear()
    return _settings()


@cache
def _settings() -> Settings:
    _times.pop("doubted", None)
    _times["read"] = time()
    found = load_settings()
    names = {
        field.removesuffix(_PARAMETER): name
        for field in type(found).model_fields
        if field.endswith(_PARAMETER) and (name := getattr(found, field))
    }
    wanted = {secret: name for secret, name in names.items() if getattr(found, secret) is None}
    if not wanted:
        return found
    # Read anew in the middle of a request, which Lambda would end while SSM is waited for.
    read = read_secrets(aws("ssm", patient=not _given), wanted, _given)
    _given.clear()  # an optional key that was taken away there is used no more
    _given.update(read)
    return found.model_copy(update=_given)


def _secret(name: str) -> str:
    value: SecretStr | None = getattr(settings(), name)
    if value is None:
        raise SettingsError(
            f"set {name.upper()}, or {name.upper()}_PARAMETER to the name of an SSM parameter"
        )
    return value.get_secret_value()


def _setting(name: str) -> str:
    value: str | None = getattr(settings(), name)
    if not value:
        raise SettingsError(
            f"{name.upper()} is not set: source the file that `make up` prints, or see README.md, Deploy"
        )
    return value


@cache
def aws(service: str, endpoint_url: str | None = None, *, patient: bool = True) -> Any:
    """The boto3 client of `service`, with timeouts that fit into a function's; 3 s where not `patient`."""
    import boto3
    from botocore.config import Config

    connect_s, read_s, attempts = (3, 10, 3) if patient else (1, 2, 1)
    config = Config(
        connect_timeout=connect_s,
        read_timeout=read_s,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return boto3.client(service, endpoint_url=endpoint_url, config=config)


def database_url() -> str:
    return _secret("database_url")


def database() -> Database:
    return _database(database_url())


@lru_cache(maxsize=1)
def _database(url: str) -> Database:
    from cryptocast.store.database import Database

    return Database(url, on_unavailable=doubt_secrets)


def online_store() -> OnlineStore:
    live = settings().data_label is DataLabel.LIVE
    return _online_store(_secret("redis_url"), _secret("redis_token"), live)


@lru_cache(maxsize=1)
def _online_store(url: str, token: str, live: bool) -> OnlineStore:
    from cryptocast.store.online import LATEST_RERUN, LATEST_RERUN_LIVE, OnlineStore, make_redis

    latest_rerun = LATEST_RERUN_LIVE if live else LATEST_RERUN
    return OnlineStore(make_redis(url, token), latest_rerun, doubt_secrets)


@cache
def bucket() -> Bucket:
    """The registry's bucket."""
    from cryptocast.registry.bucket import Bucket

    return Bucket(aws("s3"), _setting("registry_bucket"))


def sources() -> Sources:
    """Every vendor, as the settings choose them."""
    found = settings()
    return _sources(**{key: getattr(found, key) for key in _VENDOR_KEYS})


@lru_cache(maxsize=1)
def _sources(**keys: SecretStr | None) -> Sources:
    from cryptocast.collect.sources import make_fetcher, make_sources

    secrets = {key: value.get_secret_value() if value else None for key, value in keys.items()}
    found = settings()
    return make_sources(found, make_fetcher(found), secrets, doubt_secrets)


@cache
def forecasters() -> Champions:
    """The champions of the horizons; each use asks the registry who serves."""
    from cryptocast.serve.champions import Champions

    return Champions(bucket())


def scorer() -> Scorer:
    """The sentiment champion, loaded again when another was promoted; the stand-in where there is none.

    While the registry does not answer, the one loaded before goes on.
    """
    from cryptocast.registry import layout
    from cryptocast.registry.load import load_named, read_champion
    from cryptocast.sentiment.scorer import Scorer

    try:
        champion, etag = read_champion(bucket(), layout.SENTIMENT)
        if etag not in _scorer:
            files = dict(load_named(bucket(), layout.SENTIMENT, champion).files)
            key = layout.file_key(layout.SENTIMENT, champion.version, layout.MANIFEST)
            files[layout.MANIFEST] = bucket().get(key).body
            loaded = Scorer.load(files)
            _scorer.clear()
            _scorer[etag] = loaded
        return _scorer[etag]
    except ModelNotFound:
        return _standin()
    except StoreUnavailable as error:
        if not _scorer:
            raise
        get_logger().warning("registry unavailable, the loaded sentiment model goes on: %s", error)
        return next(iter(_scorer.values()))


def _standin() -> Scorer:
    from cryptocast.sentiment.scorer import Scorer
    from cryptocast.sentiment.standin import FOLDER

    if "standin" not in _scorer:
        get_logger().warning("no sentiment champion in the registry; the stand-in scores")
        _scorer.clear()
        _scorer["standin"] = Scorer.load(FOLDER)
    return _scorer["standin"]


def sentiment_version() -> str:
    """The version that `scorer` would have, without loading it."""
    import json

    from cryptocast.registry import layout
    from cryptocast.registry.load import read_champion
    from cryptocast.sentiment.standin import FOLDER

    try:
        return read_champion(bucket(), layout.SENTIMENT)[0].version
    except ModelNotFound:
        return str(json.loads((FOLDER / layout.MANIFEST).read_text())["version"])


def push_client() -> ApiGatewayPush:
    """Pushes to connections of the WebSocket API."""
    from cryptocast.stream.push import ApiGatewayPush

    return ApiGatewayPush(aws("apigatewaymanagementapi", _setting("stream_endpoint_url")))


def cloudwatch() -> Any:
    return aws("cloudwatch")


def ecs() -> Any:
    return aws("ecs")


def training_task() -> Task:
    """What `start_training` runs."""
    from cryptocast.retrain.launcher import Task

    return Task(
        cluster=_setting("training_cluster"),
        task_definition=_setting("training_task_definition"),
        subnets=tuple(s for s in settings().training_subnets.split(",") if s),
        security_groups=tuple(s for s in settings().training_security_groups.split(",") if s),
    )


def http_app() -> FastAPI:
    """The REST API over these clients; models are loaded when a request first needs them."""
    return _http_app(online_store(), _api_database(database_url()))


@lru_cache(maxsize=1)
def _api_database(url: str) -> Database:
    from cryptocast.store.database import Database

    # To find a connection dead takes 8 s, to try the three addresses of a host in vain 12 s: within API
    # Gateway's 29 s, so that the caller gets our words, not its.
    return Database(url, connect_attempts=2, answer_within_s=8, on_unavailable=doubt_secrets)


@lru_cache(maxsize=1)
def _http_app(online: OnlineStore, db: Database) -> FastAPI:
    from cryptocast.serve.http import Deps, create_app

    found = settings()
    has_registry = bool(found.registry_bucket)
    deps = Deps(
        online=online,
        db=db,
        symbols=found.symbol_list,
        data_label=found.data_label,
        clock=partial(datetime.now, UTC),
        data_since=found.data_since,
        bucket=bucket() if has_registry else None,
        champions=forecasters if has_registry else None,
        scorer=scorer if has_registry else None,
    )
    return create_app(deps)
