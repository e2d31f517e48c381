"""`cryptocast sentiment rescore`, killed with -9 half-way and started again: nothing twice, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from typing import Any, LiteralString

import pytest

from cryptocast.domain import Sentiment
from cryptocast.store import documents, sentiments
from cryptocast.store.database import Database
from tests.factories import AS_OF, make_document

pytestmark = pytest.mark.integration

DOCUMENTS = 2_300
"""Five batches of 500, the last one short."""
COMMAND = """
import boto3
from moto import mock_aws
from cryptocast.cli import app
with mock_aws():
    boto3.client("s3").create_bucket(Bucket="registry")
    app(["sentiment", "rescore"])
"""
AUDIT = """
CREATE TABLE written (document_id bigint, model_version text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO written VALUES (NEW.document_id, NEW.model_version); RETURN NEW; END';
CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.25); RETURN NULL; END';
CREATE TRIGGER noted BEFORE INSERT ON sentiments FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER slow AFTER INSERT ON sentiments FOR EACH STATEMENT EXECUTE FUNCTION wait();
"""
"""Notes each row that a command hands in, also one that is there already, and makes a batch take its time."""


def start(database_url: str) -> subprocess.Popen[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "DATABASE_URL": database_url,
        "REGISTRY_BUCKET": "registry",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def rows(db: Database, query: LiteralString) -> list[tuple[Any, ...]]:
    with db.connection() as connection:
        return connection.execute(query).fetchall()


def test_a_killed_rescore_started_again_scores_each_text_once(db: Database, database_url: str) -> None:
    documents.upsert(
        db,
        (
            make_document(
                f"d-{i}", title=f"Bitcoin rises {i}", first_seen_at=AS_OF - timedelta(seconds=i / 10)
            )
            for i in range(DOCUMENTS)
        ),
    )
    (first,) = rows(db, "SELECT min(id) FROM documents")
    sentiments.upsert(db, [Sentiment(first[0], "an-earlier-version", 0.2, 0.3, 0.5)])
    with db.connection() as connection:
        connection.execute(AUDIT)

    command, until = start(database_url), time.monotonic() + 90
    while not rows(db, "SELECT 1 FROM written LIMIT 1"):
        assert command.poll() is None, command.communicate()[0]
        assert time.monotonic() < until, "nothing was scored"
        time.sleep(0.02)
    time.sleep(0.1)
    command.send_signal(signal.SIGKILL)
    assert command.wait() == -signal.SIGKILL
    time.sleep(0.5)  # The server sees to its end, or rolls back, what the killed command had under way.
    done = len(rows(db, "SELECT 1 FROM written"))
    assert 0 < done < DOCUMENTS
    assert done % 500 == 0, "a batch is stored whole or not at all"

    again = start(database_url)
    said, _ = again.communicate(timeout=90)
    assert again.returncode == 0, said
    assert f"rescored {DOCUMENTS - done} documents" in said
    written = Counter(rows(db, "SELECT document_id, model_version FROM written"))
    assert len(written) == DOCUMENTS
    assert set(written.values()) == {1}
    (stored,) = rows(
        db, "SELECT count(*), count(DISTINCT document_id), count(DISTINCT model_version) FROM sentiments"
    )
    assert stored == (DOCUMENTS + 1, DOCUMENTS, 2), "every text once by this version; the earlier score stays"
