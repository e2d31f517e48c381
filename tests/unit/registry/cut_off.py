"""A registry whose writer is cut off at one of its writes."""

from __future__ import annotations

from collections.abc import Callable

from cryptocast.errors import StoreUnavailable
from cryptocast.registry.bucket import Bucket


class CutOff(StoreUnavailable):
    """Raised once, at the write that was asked for."""


class FailsAt(Bucket):
    """The same bucket; the `at`-th write (from 0) is not made, or made without an answer where `after`."""

    def __init__(self, bucket: Bucket, at: int, *, after: bool = False) -> None:
        super().__init__(bucket._client, bucket.name)
        self._left, self._after = at, after

    def create(self, key: str, body: bytes) -> str:
        return self._write(key, lambda: super(FailsAt, self).create(key, body))

    def replace(self, key: str, body: bytes, etag: str) -> str:
        return self._write(key, lambda: super(FailsAt, self).replace(key, body, etag))

    def _write(self, key: str, write: Callable[[], str]) -> str:
        self._left -= 1
        if self._left == -1:
            if self._after:
                write()
            raise CutOff(f"{key}: cut off")
        return write()
