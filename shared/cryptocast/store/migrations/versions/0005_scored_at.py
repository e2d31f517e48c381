"""Of several models' scores of a document the newest is shown; a post's address holds no word of it."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE sentiments ADD COLUMN scored_at timestamptz NOT NULL DEFAULT now()")
    op.execute(
        "UPDATE documents SET url = 'https://www.reddit.com/comments/' || external_id || '/' "
        "WHERE kind = 'post' AND url LIKE 'https://www.reddit.com/r/%'"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE sentiments DROP COLUMN scored_at")
