"""Bookkeeping: what was refused, how the sources do, which cycles ran."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    CREATE TABLE quarantine (
        content_sha256 bytea PRIMARY KEY,
        rejected_at    timestamptz NOT NULL,
        stage          text NOT NULL,
        source         text NOT NULL,
        reason         text NOT NULL,
        payload        jsonb NOT NULL
    );
    CREATE INDEX quarantine_rejected_at ON quarantine (rejected_at DESC);

    CREATE TABLE source_statuses (
        source     text PRIMARY KEY,
        ok         boolean NOT NULL,
        reason     text NOT NULL,
        checked_at timestamptz NOT NULL,
        since      timestamptz NOT NULL
    );

    CREATE TABLE source_spending (
        source text NOT NULL,
        month  text NOT NULL,
        calls  integer NOT NULL,
        PRIMARY KEY (source, month)
    );

    CREATE TABLE source_pages (
        url           text PRIMARY KEY,
        etag          text,
        last_modified text
    );

    CREATE TABLE source_progress (
        source text NOT NULL,
        symbol text NOT NULL,
        state  jsonb NOT NULL,
        PRIMARY KEY (source, symbol)
    );

    CREATE TABLE cycles (
        as_of       timestamptz PRIMARY KEY,
        since       timestamptz NOT NULL,
        started_at  timestamptz NOT NULL,
        finished_at timestamptz NOT NULL,
        report      jsonb NOT NULL
    );
    """)


def downgrade() -> None:
    raise NotImplementedError("history is not taken back; write a new migration")
