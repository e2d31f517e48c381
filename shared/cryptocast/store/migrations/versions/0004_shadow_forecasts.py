"""Forecasts of candidates, recorded beside the champion's to be judged by the same outcomes.

They are no part of the public record: not published, not in the chain of hashes, not in the API's forecasts.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    CREATE TABLE shadow_forecasts (
        horizon       text NOT NULL CHECK (horizon IN ('15m', '1h', '4h', '24h')),
        model_version text NOT NULL,
        as_of         timestamptz NOT NULL,
        symbol        text NOT NULL,
        issued_at     timestamptz NOT NULL,
        p_up          float8 NOT NULL CHECK (p_up BETWEEN 0 AND 1),
        call          text NOT NULL CHECK (call IN ('up', 'down', 'abstain')),
        PRIMARY KEY (horizon, model_version, as_of, symbol)
    );
    """)


def downgrade() -> None:
    op.execute("DROP TABLE shadow_forecasts")
