from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from cryptocast.errors import CorruptArtifact, ModelNotFound
from cryptocast.record.heads import (
    FOLDER,
    Head,
    NewestHead,
    head_key,
    newest_head,
    parse_head,
    published_days,
    read_head,
)
from cryptocast.registry.bucket import Bucket
from tests.factories import AS_OF

HEAD = Head(day=AS_OF.date(), sequence=20, hash="ab" * 32, as_of=AS_OF, count=20)


def put(bucket: Bucket, head: Head) -> None:
    bucket.create(head_key(head.day), head.model_dump_json().encode())


def test_a_head_comes_back_as_it_was_published(bucket: Bucket) -> None:
    assert newest_head(bucket) is None
    put(bucket, HEAD)
    newer = HEAD.model_copy(update={"day": HEAD.day + timedelta(days=3), "sequence": 40})
    put(bucket, newer)
    assert published_days(bucket) == [HEAD.day, newer.day]
    assert newest_head(bucket) == newer
    assert read_head(bucket, HEAD.day) == HEAD
    with pytest.raises(ModelNotFound):
        read_head(bucket, date(2020, 1, 1))


def test_more_heads_than_s3_lists_at_once(bucket: Bucket) -> None:
    for number in range(1_001):
        bucket.put(head_key(HEAD.day + timedelta(days=number)), b"{}")
    days = published_days(bucket)
    assert (len(days), days[-1]) == (1_001, HEAD.day + timedelta(days=1_000))


def test_what_is_no_head_is_refused_by_name(bucket: Bucket) -> None:
    for body in ("", "{}", HEAD.model_dump_json().replace("abab", "xyxy"), '{"day": 1}'):
        with pytest.raises(CorruptArtifact, match="here: not a head"):
            parse_head(body, "here")
    with pytest.raises(CorruptArtifact, match="here: not a head: day: Field required"):
        parse_head("{}", "here")
    bucket.put(head_key(HEAD.day + timedelta(days=1)), HEAD.model_dump_json().encode())
    with pytest.raises(CorruptArtifact, match=f"head of {HEAD.day}"):
        read_head(bucket, HEAD.day + timedelta(days=1))
    bucket.put(f"{FOLDER}latest.json", b"{}")
    with pytest.raises(CorruptArtifact, match="named after no day"):
        published_days(bucket)


def test_a_head_counts_at_least_one_entry() -> None:
    with pytest.raises(ValidationError):
        Head(day=HEAD.day, sequence=0, hash=HEAD.hash, as_of=AS_OF, count=0)


def test_s3_is_asked_once_in_five_minutes(bucket: Bucket) -> None:
    newest = NewestHead(bucket)
    assert newest.get(AS_OF) is None
    put(bucket, HEAD)
    assert newest.get(AS_OF) == HEAD  # that there is none is not kept
    newer = HEAD.model_copy(update={"day": HEAD.day + timedelta(days=1)})
    put(bucket, newer)
    assert newest.get(AS_OF + timedelta(minutes=4)) == HEAD
    assert newest.get(AS_OF + timedelta(minutes=5)) == newer
