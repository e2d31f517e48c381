"""A role that may read what the public API reads, and write nothing.

Logins are made in it by `store.readonly`. Nothing is granted on tables to come: a migration that adds one for the
API grants it. The role is the cluster's, not the database's, so another database may have made it.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = (
    "bars, documents, sentiments, name_lists, feature_rows, forecasts, open_forecasts, outcomes, cycles, "
    "source_statuses"
)


def upgrade() -> None:
    # Asked for first: where the role is there, whoever migrates needs no right to make one.
    op.execute("""
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cryptocast_readonly') THEN
            CREATE ROLE cryptocast_readonly NOLOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$;
    """)
    # Up to Postgres 14 everybody may make tables in it; from 15 on this changes nothing.
    op.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA public TO cryptocast_readonly")
    op.execute(f"GRANT SELECT ON {_TABLES} TO cryptocast_readonly")


def downgrade() -> None:
    op.execute(f"REVOKE SELECT ON {_TABLES} FROM cryptocast_readonly")
    op.execute("REVOKE USAGE ON SCHEMA public FROM cryptocast_readonly")
