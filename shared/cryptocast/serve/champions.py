"""Who serves and who is tried: champion and candidate of each horizon, loaded again when they change."""

from __future__ import annotations

from cryptocast.domain import Horizon
from cryptocast.errors import CorruptArtifact, StoreUnavailable
from cryptocast.observability import get_logger
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import load_candidate, read_candidate
from cryptocast.registry.layout import price_model
from cryptocast.registry.load import load_named, read_champion
from cryptocast.serve.forecaster import Forecaster


class Champions:
    """Keeps loaded models between cycles; each use asks the registry who it is, one small read."""

    def __init__(self, bucket: Bucket, threads: int = 1) -> None:
        self._bucket = bucket
        self._threads = threads
        self._loaded: dict[Horizon, tuple[str, Forecaster]] = {}
        self._tried: dict[Horizon, tuple[str, Forecaster | CorruptArtifact]] = {}

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

    def candidate(self, horizon: Horizon) -> Forecaster | None:
        """The forecaster of `horizon`'s candidate, None where none is on trial.

        Raises `CorruptArtifact` where it cannot be used (its files are read once, not every cycle) and
        `StoreUnavailable`.
        """
        name = price_model(horizon)
        read = read_candidate(self._bucket, name)
        if read is None or read[0].state != "shadow":
            self._tried.pop(horizon, None)
            return None
        candidate, etag = read
        tried = self._tried.get(horizon)
        if tried is None or tried[0] != etag:
            loaded: Forecaster | CorruptArtifact
            try:
                loaded = Forecaster(load_candidate(self._bucket, name, candidate), self._threads)
            except CorruptArtifact as error:
                loaded = CorruptArtifact(f"{candidate.version}: {error}")
            tried = self._tried[horizon] = (etag, loaded)
        if isinstance(tried[1], CorruptArtifact):
            raise tried[1]
        return tried[1]
