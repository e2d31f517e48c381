"""The S3 bucket of the registry, with the conditional writes that make it safe to share."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from cryptocast.errors import ModelNotFound, PromotionConflict, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
_CONFLICT = frozenset({"409", "412", "PreconditionFailed", "ConditionalRequestConflict"})


@dataclass(frozen=True, slots=True)
class StoredObject:
    """The bytes under one key and the ETag that a conditional write compares with."""

    body: bytes
    etag: str


class Bucket:
    """One S3 bucket. Anything but "not there" and "changed meanwhile" is `StoreUnavailable`."""

    def __init__(self, client: S3Client, name: str) -> None:
        self._client = client
        self.name = name

    def get(self, key: str) -> StoredObject:
        """Raises `ModelNotFound` where the key is absent."""
        with self._errors(key):
            answer = self._client.get_object(Bucket=self.name, Key=key)
            return StoredObject(answer["Body"].read(), answer["ETag"])

    def put(self, key: str, body: bytes) -> str:
        """Write whatever is there; returns the new ETag."""
        with self._errors(key):
            return self._client.put_object(Bucket=self.name, Key=key, Body=body)["ETag"]

    def create(self, key: str, body: bytes) -> str:
        """Write only where nothing is; `PromotionConflict` where another body already lies there.

        The same body counts as success, so that a write whose answer was lost may be repeated.
        """
        try:
            with self._errors(key):
                return self._client.put_object(Bucket=self.name, Key=key, Body=body, IfNoneMatch="*")["ETag"]
        except PromotionConflict:
            return self._already_ours(key, body)

    def replace(self, key: str, body: bytes, etag: str) -> str:
        """Write only where `etag` is still the current one; else `PromotionConflict`."""
        try:
            with self._errors(key):
                return self._client.put_object(Bucket=self.name, Key=key, Body=body, IfMatch=etag)["ETag"]
        except PromotionConflict:
            return self._already_ours(key, body)

    def folders(self, prefix: str) -> list[str]:
        """The names directly below `prefix` (which ends in /) that have something below them."""
        with self._errors(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix, Delimiter="/"
            )
            found = [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", []) if "Prefix" in p]
        return sorted(name.removeprefix(prefix).rstrip("/") for name in found)

    def names(self, prefix: str) -> list[str]:
        """The rest of every key that begins with `prefix`, in order."""
        with self._errors(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
            return sorted(
                item["Key"].removeprefix(prefix)
                for page in pages
                for item in page.get("Contents", [])
                if "Key" in item
            )

    def _already_ours(self, key: str, body: bytes) -> str:
        try:
            current = self.get(key)
        except ModelNotFound:
            raise PromotionConflict(f"s3://{self.name}/{key} was removed meanwhile") from None
        if current.body == body:
            return current.etag
        raise PromotionConflict(f"s3://{self.name}/{key} was written by someone else meanwhile")

    @contextmanager
    def _errors(self, key: str) -> Iterator[None]:
        where = f"s3://{self.name}/{key}"
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _ABSENT:
                raise ModelNotFound(f"{where} is not there") from None
            if code in _CONFLICT:
                raise PromotionConflict(f"{where} changed meanwhile") from None
            raise StoreUnavailable(f"{where}: {code or error}") from error
        except (BotoCoreError, OSError) as error:
            raise StoreUnavailable(f"{where}: {error}") from error
