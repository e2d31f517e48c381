"""Which forecaster serves: the champion of each horizon, loaded again when another is promoted."""

from __future__ import annotations

from cryptocast.domain import Horizon
from cryptocast.errors import StoreUnavailable
from cryptocast.observability import get_logger
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.layout import price_model
from cryptocast.registry.load import load_named, read_champion
from cryptocast.serve.forecaster import Forecaster


class Champions:
    """Keeps loaded champions between cycles; each use asks the registry who serves, one small read."""

    def __init__(self, bucket: Bucket, threads: int = 1) -> None:
        self._bucket = bucket
        self._threads = threads
        self._loaded: dict[Horizon, tuple[str, Forecaster]] = {}

    def forecaster(self, horizon: Horizon) -> Forecaster:
        """The forecaster of `horizon`'s champion.

        Raises `ModelNotFound` without a champion and `CorruptArtifact` where it cannot be used. While
        the registry does not answer, the one loaded before goes on; without one `StoreUnavailable`.
        """
        name = price_model(horizon)
        loaded = self._loaded.get(horizon)
        try:
            champion, etag = read_champion(self._bucket, name)
            if loaded is None or loaded[0] != etag:
                artifact = load_named(self._bucket, name, champion)
                loaded = self._loaded[horizon] = (etag, Forecaster(artifact, self._threads))
        except StoreUnavailable as error:
            if loaded is None:
                raise
            get_logger().warning("registry unavailable, %s %s goes on: %s", name, loaded[1].version, error)
        return loaded[1]
