"""`cryptocast verify-log` as an operator calls it: what it prints and how it exits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cryptocast import wiring
from cryptocast.cli import app
from cryptocast.record.heads import head_key, newest_head, publish_heads
from cryptocast.registry.bucket import Bucket
from cryptocast.store.database import Database
from tests.integration.record.conftest import NEXT_CYCLE, Tamper

pytestmark = pytest.mark.integration
Command = Callable[..., Result]


@pytest.fixture
def verify_log(database_url: str, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command against this test's database and bucket."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REGISTRY_BUCKET", bucket.name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    wiring.forget()
    yield lambda *options: CliRunner().invoke(app, ["verify-log", *options])
    wiring.forget()


def test_all_holds(log: Database, bucket: Bucket, verify_log: Command) -> None:
    publish_heads(log, bucket, NEXT_CYCLE)
    done = verify_log()
    assert done.exit_code == 0, done.output
    assert "all 8 entries follow from those before them" in done.output
    assert "4 published heads, the newest of 2026-03-05 at entry 8" in done.output


def test_before_the_first_head_it_says_what_it_cannot_tell(log: Database, verify_log: Command) -> None:
    done = verify_log()
    assert done.exit_code == 0, done.output
    assert "no head was published yet" in done.output


def test_a_broken_link_is_named(log: Database, verify_log: Command, tamper: Tamper) -> None:
    tamper.delete(4, 4)
    done = verify_log()
    assert done.exit_code == 1
    assert "broken at entry 4 (deleted): entry 4 was deleted" in done.output
    assert "3 entries before it hold" in done.output


def test_a_kept_head_is_believed_more_than_the_bucket(
    log: Database, bucket: Bucket, verify_log: Command, tamper: Tamper, tmp_path: Path
) -> None:
    head = publish_heads(log, bucket, NEXT_CYCLE)[-1]
    kept = tmp_path / "kept.json"
    kept.write_bytes(bucket.get(head_key(head.day)).body)
    assert verify_log("--kept", str(kept)).exit_code == 0
    tamper.run("UPDATE forecasts SET p_up = 0.61 WHERE sequence = 8")
    tamper.rehash(8)
    forged = head.model_copy(update={"hash": tamper.hash_of(8).hex()})
    bucket.put(head_key(head.day), forged.model_dump_json().encode())
    assert newest_head(bucket) == forged
    assert verify_log().exit_code == 0
    done = verify_log("--kept", str(kept))
    assert done.exit_code == 1
    assert "broken at entry 8 (rewritten)" in done.output


def test_what_kept_heads_proved_is_said(
    log: Database, bucket: Bucket, verify_log: Command, tmp_path: Path
) -> None:
    options = []
    for head in publish_heads(log, bucket, NEXT_CYCLE)[-2:]:
        path = tmp_path / f"{head.day}.json"
        path.write_bytes(bucket.get(head_key(head.day)).body)
        options.append(("--kept", str(path), head.sequence))
    (*older, older_at), (*newest, newest_at) = options
    assert older_at < newest_at == 8
    both = verify_log(*older, *newest, "--without-heads")
    assert both.exit_code == 0, both.output
    assert "2 kept heads agree, the newest at entry 8" in both.output
    assert "would not show" not in both.output
    one = verify_log(*older, "--without-heads")
    assert f"1 kept head agrees, at entry {older_at}" in one.output
    assert f"a log rewritten after entry {older_at} would not show" in one.output
    assert "1 kept head agrees" in verify_log(*older).output


def test_a_kept_head_that_the_log_contradicts_is_not_said_to_agree(
    log: Database, bucket: Bucket, verify_log: Command, tmp_path: Path
) -> None:
    head = publish_heads(log, bucket, NEXT_CYCLE)[-1]
    path = tmp_path / "kept.json"
    path.write_text(head.model_copy(update={"hash": "ab" * 32}).model_dump_json())
    done = verify_log("--kept", str(path), "--without-heads")
    assert done.exit_code == 1
    assert "agree" not in done.output.split("before it hold")[1]
    assert "a log rewritten as a whole would not show" in done.output


@pytest.mark.parametrize("content", [None, b"{}", b"\xff\xfe{\x00}\x00", b'{"day": "caf\xe9"}'])
def test_a_kept_head_that_cannot_be_read(verify_log: Command, tmp_path: Path, content: bytes | None) -> None:
    kept = tmp_path / "kept.json"
    if content is not None:
        kept.write_bytes(content)
    done = verify_log("--kept", str(kept))
    assert done.exit_code == 3
    assert "kept.json" in done.output.replace("\n", "")


def test_what_could_not_be_checked_is_not_called_broken(
    log: Database, verify_log: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_BUCKET", "no-such-bucket")
    assert verify_log().exit_code == 3
    wiring.forget()
    monkeypatch.delenv("REGISTRY_BUCKET")
    done = verify_log()
    assert done.exit_code == 3
    assert "REGISTRY_BUCKET is not set" in done.output
    alone = verify_log("--without-heads")
    assert alone.exit_code == 0
    assert "the heads in S3 were not looked at" in alone.output
    wiring.forget()
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:9/none?connect_timeout=1")
    assert verify_log("--without-heads").exit_code == 3
